"""What the service tells of itself: alarms, and a CloudWatch dashboard."""
