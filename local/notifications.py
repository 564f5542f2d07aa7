"""The configuration by which a local stack's notifications go to the receiver."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from components.checks import list_all_channels
from contract.names import LocalOutput, Output
from contract.owners.model import NAMED_CHANNELS, ChannelKind, Owners
from contract.owners.reading import read_owners_file
from local.processes import HOST
from local.provider import Aws
from local.receiver.inbox import KEYS
from local.receiver.pages import SNS_PATH, webhook_path

SENDER: Final = "file-sla <sla@example.com>"
IDENTITY: Final = "example.com"


@dataclass(frozen=True)
class LocalNotifications:
    """The notifications of one stack.

    Args:
        owners_file: the owners; None if nobody is notified.
        receiver_port: the port of the receiver.
    """

    owners_file: Path | None
    receiver_port: int

    @property
    def receiver_url(self) -> str:
        """Where they can be read."""
        return f"http://{HOST}:{self.receiver_port}"

    @property
    def outputs(self) -> dict[str, str]:
        """The stack's outputs about them."""
        outputs: dict[str, str] = {LocalOutput.RECEIVER_URL: self.receiver_url}
        if self.owners_file is not None:
            outputs[LocalOutput.OWNERS_FILE] = str(self.owners_file.resolve())
        return outputs

    def config(self, dashboard_url: str) -> dict[str, Any]:
        """The stack's configuration for them; `dashboard_url` is empty if there is no dashboard."""
        if self.owners_file is None:
            return {}
        webhooks = {
            target: self.receiver_url
            + webhook_path(channel.kind, target)
            + (f"#{KEYS[channel.kind]}" if channel.kind in KEYS else "")
            for channel in list_all_channels(self.owners)
            if channel.kind in NAMED_CHANNELS
            for target in channel.targets
        }
        return {
            "ownersFile": str(self.owners_file.resolve()),
            "webhooks": webhooks,
            "mailFrom": SENDER,
            "mailIdentity": IDENTITY,
            "dashboardUrl": dashboard_url,
        }

    def prepare(self, aws: Aws) -> None:
        """Creates what a stack expects in its account: the sender's mail identity, and topics of others."""
        aws.client("sesv2").create_email_identity(EmailIdentity=IDENTITY)
        for channel in list_all_channels(self.owners):
            if channel.kind is ChannelKind.SNS:
                for target in channel.targets:
                    aws.client("sns").create_topic(Name=target.rpartition(":")[2])

    def subscribe(self, aws: Aws, outputs: dict[str, Any]) -> None:
        """Subscribes the receiver to all topics through which owners are notified."""
        sns = aws.client("sns")
        endpoint = {"Protocol": "http", "Endpoint": self.receiver_url + SNS_PATH}
        for topic in sns.get_paginator("list_topics").paginate().search("Topics[].TopicArn"):
            if topic != outputs[Output.ALARM_TOPIC_ARN]:
                sns.subscribe(TopicArn=topic, **endpoint)

    @property
    def owners(self) -> Owners | None:
        """The owners in the file."""
        return None if self.owners_file is None else read_owners_file(self.owners_file)
