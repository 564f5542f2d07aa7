"""The Lambda functions: of the routes, of the projection, and their packages."""
