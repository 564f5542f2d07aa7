"""What whoever deploys a stack has to be allowed, from the resource types that the program declares."""
