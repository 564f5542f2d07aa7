"""The bare boto3 calls that any solution has to make."""
