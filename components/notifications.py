"""Notifications of owners: webhooks, topics and mail, and the function that sends them every minute."""

from collections.abc import Mapping
from typing import Final

import pulumi
import pulumi_aws as aws

from components.checks import find_address, list_all_channels
from components.encryption import Base
from components.functions.function import Function, FunctionArgs, Sweep, SweepArgs
from components.policies import Allow
from components.tables import Tables
from components.webhooks import WebhookAddresses
from contract.names import NOTIFICATIONS, Variable
from contract.owners.model import Channel, ChannelKind, list_mail_topics
from store.incidents import IncidentAttribute, IncidentIndex
from store.maintenance import PARTITION as MAINTENANCE
from store.records import Index
from store.senders import SenderIndex

TIMEOUT_SECONDS: Final = 3 * 60
"""Enough for several webhooks that do not answer, one after the other. The next sweep does not wait."""


class OwnerChannels(pulumi.ComponentResource):
    """The webhooks' addresses in Secrets Manager, and topics with subscriptions where SES sends no mail.

    The secret is a JSON object of addresses by name; without webhooks there is none. Each owner with a mail
    channel has a topic, and so has each of its escalations by mail; SNS asks each address to confirm.

    Without a key of the stack's own, the secret has AWS's, and the topics none.

    Exposes the `environment` of a function that notifies owners, and `ready`: what must exist before it runs.
    The prefix in it is the topics' ARN up to what `contract.owners.model.name_mail_topic` returns.
    """

    def __init__(self, name: str, base: Base, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("file-sla:owners:OwnerChannels", name, None, opts)
        self._name = name
        self._key, settings = base.key, base.settings
        self._prefix = f"{settings.prefix}-owner-"
        self._owners = settings.owners
        self._mail, self._region = settings.mail_from if self._owners else "", settings.region
        webhooks = WebhookAddresses.read()
        self._secret = self._make_secret(webhooks) if webhooks.names else None
        by_topic = self._owners.owners.values() if self._owners and not self._mail else ()
        self._topics = {
            topic: self._make_topic(topic, channel)
            for owner in by_topic
            for topic, channel in list_mail_topics(owner)
        }
        prefix: pulumi.Input[str] = ""
        for topic_name, topic in self._topics.items():
            prefix = topic.arn.apply(lambda arn, name=topic_name: arn.removesuffix(name))  # type: ignore[misc]
        self.ready: list[pulumi.Resource] = [self._secret[1]] if self._secret else []
        self.environment: Mapping[str, pulumi.Input[str]] = {
            Variable.WEBHOOKS_SECRET_ID: self._secret[0].arn if self._secret else "",
            Variable.OWNER_TOPICS_PREFIX: prefix,
            Variable.MAIL_FROM: self._mail,
        }
        self.register_outputs({})

    def allow_deliver(self) -> list[Allow]:
        """Allows reading the addresses, publishing to the topics, and sending mail as the stack's sender."""
        topics: list[pulumi.Input[str]] = [topic.arn for topic in self._topics.values()]
        channels = list_all_channels(self._owners)
        topics += sorted({channel.targets[0] for channel in channels if channel.kind is ChannelKind.SNS})
        allowed = []
        if self._secret:
            allowed.append(Allow(["secretsmanager:GetSecretValue"], [self._secret[0].arn]))
        if topics:
            allowed.append(Allow(["sns:Publish"], topics))
        if self._mail:
            caller = aws.get_caller_identity_output(opts=pulumi.InvokeOutputOptions(parent=self))
            in_account = pulumi.Output.concat(f"arn:aws:ses:{self._region}:", caller.account_id)
            # Beside the sender's identity, SES asks for those of verified addressees, as all are in the
            # sandbox, and for the configuration set that an identity may have.
            asked = [
                pulumi.Output.concat(in_account, part) for part in (":identity/*", ":configuration-set/*")
            ]
            from_its_own = {"StringEquals": {"ses:FromAddress": find_address(self._mail)}}
            # SES takes a mail with headers of its own for a raw one, which is another action.
            allowed.append(Allow(["ses:SendEmail", "ses:SendRawEmail"], asked, from_its_own))
        return allowed

    def _make_secret(
        self, webhooks: WebhookAddresses
    ) -> tuple[aws.secretsmanager.Secret, aws.secretsmanager.SecretVersion]:
        secret = aws.secretsmanager.Secret(
            f"{self._name}-webhooks",
            description="Addresses of the webhooks through which owners are notified.",
            kms_key_id=self._key,
            # The configuration holds the addresses: nobody needs a deleted secret back.
            recovery_window_in_days=0,
            # As with the client secret: without a key of the stack's own, it stays under the one it has.
            opts=pulumi.ResourceOptions(
                parent=self, ignore_changes=["kmsKeyId"] if self._key is None else []
            ),
        )
        value = aws.secretsmanager.SecretVersion(
            f"{self._name}-webhooks-value",
            secret_id=secret.id,
            secret_string=webhooks.addresses,
            opts=pulumi.ResourceOptions(parent=self),
        )
        return secret, value

    def _make_topic(self, topic_name: str, channel: Channel) -> aws.sns.Topic:
        child = pulumi.ResourceOptions(parent=self)
        topic = aws.sns.Topic(
            f"{self._name}-{topic_name}",
            name=f"{self._prefix}{topic_name}",
            kms_master_key_id=self._key,
            opts=child,
        )
        for address in channel.targets:
            aws.sns.TopicSubscription(
                f"{self._name}-{topic_name}-{address}",
                topic=topic.arn,
                protocol="email",
                endpoint=address,
                opts=child,
            )
        return topic


class IncidentNotifications(pulumi.ComponentResource):
    """The function that notifies owners, and its schedule."""

    def __init__(
        self,
        name: str,
        base: Base,
        tables: Tables,
        channels: OwnerChannels,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("file-sla:functions:IncidentNotifications", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        settings = base.settings
        function = Function(
            NOTIFICATIONS,
            FunctionArgs(
                base=base,
                name=NOTIFICATIONS,
                # As for the projection: named after the whole function, it may be too long for IAM.
                role="notify",
                description="Notifies owners of files that are stuck, and when they no longer are.",
                timeout_seconds=TIMEOUT_SECONDS,
                environment={
                    **channels.environment,
                    Variable.TABLE_NAME: tables.errors.table_name,
                    Variable.SENDERS_TABLE_NAME: tables.senders.table_name,
                    Variable.INCIDENTS_TABLE_NAME: tables.incidents.table_name,
                    Variable.NOTIFICATIONS_TABLE_NAME: tables.notifications.table_name,
                    Variable.RETENTION_DAYS: str(settings.retention_days),
                    Variable.DASHBOARD_URL: settings.dashboard_url,
                    # A path is of no use in a mail.
                    Variable.DOCS_URL: settings.docs_url if "://" in settings.docs_url else "",
                },
                permissions=[
                    tables.errors.allow_query(Index.FOLDER),
                    tables.senders.allow("BatchGetItem"),
                    tables.senders.allow_query(SenderIndex.STATE),
                    tables.incidents.allow("BatchGetItem"),
                    tables.incidents.allow_query(IncidentIndex.LIVE),
                    # The keys name the item.
                    tables.incidents.allow_update(
                        IncidentAttribute.SENDER, IncidentAttribute.INCIDENT_ID, IncidentAttribute.OWNER
                    ),
                    # A transaction needs the permissions for what it does to each item, and none of its own.
                    tables.notifications.allow("BatchGetItem", "PutItem"),
                    tables.notifications.allow_partition(MAINTENANCE, "Query"),
                    *channels.allow_deliver(),
                ],
                ready=channels.ready,
                data=settings.shipped_owners,
            ),
            child,
        )
        Sweep(
            f"{name}-sweep",
            SweepArgs(
                settings=settings,
                function=function,
                role="notify-sweep",
                description="Sends the notifications that are due.",
            ),
            child,
        )
        self.register_outputs({})
