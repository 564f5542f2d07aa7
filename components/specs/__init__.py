"""What is written into IAM, for every room."""
