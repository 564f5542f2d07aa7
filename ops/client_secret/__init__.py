"""The secret of the app client with which AuthLambda signs users in."""
