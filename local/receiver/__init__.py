"""What the local stack's owners would be sent: taken in here, and shown as its readers would see it."""
