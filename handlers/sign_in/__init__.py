"""From the body of a sign-in to tokens of the user pool."""
