"""The parts of `owners.yaml`, read one by one."""
