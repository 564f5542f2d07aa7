"""Who may look: sign-in, tokens, AWS credentials, and sessions that survive a reload."""
