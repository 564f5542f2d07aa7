"""What surrounds every page: the shell, signing in, and the choices that the address holds."""
