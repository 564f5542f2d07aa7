"""What CloudWatch does by itself on AWS and the emulator does not.

`gateway` and `functions` read logs as they grow and tell what API Gateway, Lambda and the embedded
metric format would publish; `sources` and `queues` ask the emulator how its streams and queues are;
`alarms` evaluates the alarms. One process does it all.
"""
