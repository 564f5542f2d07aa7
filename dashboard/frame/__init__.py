"""What surrounds every view: the shell, signing in, and the choices that the address holds."""
