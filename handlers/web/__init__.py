"""What the routes share: reading an API Gateway event, answering, and failing clearly."""
