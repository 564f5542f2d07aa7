"""The REST API: the API itself, its routes, its stage."""
