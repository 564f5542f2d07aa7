"""How the service is monitored: metrics, alarms, and a CloudWatch dashboard."""
