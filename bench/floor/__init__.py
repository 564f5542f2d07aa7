"""The bare boto3 calls that any solution must make."""
