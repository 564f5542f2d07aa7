"""The resources of `local.provider` as a plugin of the real Pulumi engine."""

from typing import Final

ENDPOINT_VARIABLE: Final = "FILE_SLA_EMULATOR"
"""The environment variable that says where the emulator listens."""
