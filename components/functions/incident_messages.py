"""MessagesLambda and what invokes it: time."""

from dataclasses import dataclass
from typing import Final

import pulumi

from components.encryption import EncryptionKey
from components.functions.function import Function, FunctionArgs
from components.functions.specs.messages_needs import build_messages_needs
from components.functions.sweep import Sweep, SweepArgs
from components.owner_channels import OwnerChannels
from components.settings import Settings
from components.tables.specs.tables import Tables
from contract.names import MESSAGES

TIMEOUT_SECONDS: Final = 3 * 60
"""Several webhooks that do not answer, one after the other. The next sweep does not wait for this one."""


@dataclass(frozen=True, kw_only=True)
class IncidentMessagesArgs:
    """The configuration, and what the function works with."""

    settings: Settings
    tables: Tables
    channels: OwnerChannels
    key: EncryptionKey | None
    """The KMS key of its log; one of AWS's own where there is none."""


class IncidentMessages(pulumi.ComponentResource):
    """The function that tells owners, and its schedule.

    Exposes `function`.
    """

    def __init__(
        self, name: str, args: IncidentMessagesArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("file-sla:functions:IncidentMessages", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        settings = args.settings
        self.function = Function(
            MESSAGES,
            FunctionArgs.of(
                settings,
                args.key,
                build_messages_needs(settings, args.tables, args.channels),
                name=MESSAGES,
                # As for the projection: the whole name may be too long for IAM.
                role="messages",
                timeout_seconds=TIMEOUT_SECONDS,
            ),
            child,
        )
        Sweep(
            f"{name}-sweep",
            SweepArgs(
                function=self.function,
                schedule_name=f"{settings.prefix}-messages-sweep",
                role_name=f"{settings.prefix}-messages-sweep-{settings.region}",
                description="Has owners told what is due.",
            ),
            child,
        )
        self.register_outputs({})
