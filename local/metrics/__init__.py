"""What CloudWatch does by itself on AWS and not in the emulator: collecting metrics, evaluating alarms."""
