"""The Lambda functions, one a route."""
