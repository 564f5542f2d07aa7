"""What the service costs on AWS, and which limit binds first, for any number of servers."""
