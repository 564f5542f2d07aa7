"""What messages to owners go through: webhooks, topics, mail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

import pulumi
import pulumi_aws as aws

from components.checks import list_all_channels, ship_owners
from components.encryption import EncryptionKey
from components.functions.function import Function, FunctionArgs, FunctionNeeds, Sweep, SweepArgs
from components.identity import Mail
from components.policies import Allow
from components.settings import Settings
from components.tables import Tables
from components.webhooks import Webhooks
from contract.names import NOTIFICATIONS, Variable
from contract.owners.model import Channel, ChannelKind, list_mail_topics
from store.incidents import IncidentAttribute, IncidentIndex
from store.records import Index
from store.senders import SenderIndex


@dataclass(frozen=True, kw_only=True)
class OwnerChannelsArgs:
    """What a stack decides about how its owners are told."""

    prefix: str
    webhooks: Webhooks
    mail: Mail | None
    """Who sends mails; topics do, where there is none."""
    mail_topics: Mapping[str, Channel]
    """The channels whose addresses subscribe to a topic, by what is left of its name after the prefix."""
    topic_arns: Sequence[str]
    """Topics of others, which the owners' file names."""
    key: EncryptionKey | None
    """The KMS key of secret and topics. Without one, AWS's own has the secret, and none the topics."""

    @classmethod
    def of(cls, settings: Settings, key: EncryptionKey | None) -> Self:
        """As the stack's settings and the owners' file want it."""
        owners, mail = settings.owners, Mail.of(settings)
        everyone = owners.owners.values() if owners else ()
        return cls(
            prefix=f"{settings.prefix}-owner-",
            webhooks=Webhooks.read(),
            mail=mail if owners else None,
            mail_topics={}
            if mail
            else {topic: channel for owner in everyone for topic, channel in list_mail_topics(owner)},
            topic_arns=sorted(
                {
                    channel.targets[0]
                    for channel in (list_all_channels(owners) if owners else ())
                    if channel.kind is ChannelKind.SNS
                }
            ),
            key=key,
        )


class OwnerChannels(pulumi.ComponentResource):
    """The webhooks' addresses in Secrets Manager, and topics with subscriptions where SES sends no mail.

    The secret is a JSON object of addresses by name; there is none where no webhook is configured. A topic
    is there for each owner that is told by mail, and one for each of its escalations that are; each address
    gets a mail from SNS and has to confirm it.

    Exposes what a function that tells owners has to be given:

    - `environment`: `WEBHOOKS_SECRET_ID`, an ARN or empty; `OWNER_TOPICS_PREFIX`, the topics' ARN up to what
      `contract.owners.model.name_mail_topic` gives, or empty; and `MAIL_FROM`, empty without SES.
    - `allow_deliver()`: what it has to be allowed.
    - `ready`: what has to be there before it runs.
    """

    def __init__(
        self, name: str, args: OwnerChannelsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("file-sla:owners:OwnerChannels", name, None, opts)
        self._name = name
        self._args = args
        self._child = pulumi.ResourceOptions(parent=self)
        self._secret = self._make_secret() if args.webhooks.names else None
        self._topics = {
            topic: self._make_topic(topic, channel) for topic, channel in args.mail_topics.items()
        }
        self.ready: list[pulumi.Resource] = [self._secret[1]] if self._secret else []
        self.environment: Mapping[Variable, pulumi.Input[str]] = {
            Variable.WEBHOOKS_SECRET_ID: self._secret[0].arn if self._secret else "",
            Variable.OWNER_TOPICS_PREFIX: self._find_topics_prefix(),
            Variable.MAIL_FROM: args.mail.sender if args.mail else "",
        }
        self.register_outputs({})

    def allow_deliver(self) -> list[Allow]:
        """Lets a function read the addresses, publish to the topics, and send mail as the stack's sender."""
        topics: list[pulumi.Input[str]] = [topic.arn for topic in self._topics.values()]
        topics += self._args.topic_arns
        allowed = []
        if self._secret:
            allowed.append(Allow(["secretsmanager:GetSecretValue"], [self._secret[0].arn]))
        if topics:
            allowed.append(Allow(["sns:Publish"], topics))
        if mail := self._args.mail:
            caller = aws.get_caller_identity_output(opts=pulumi.InvokeOutputOptions(parent=self))
            of_account = pulumi.Output.concat(f"arn:aws:ses:{mail.region}:", caller.account_id)
            allowed.append(
                Allow(
                    # With headers of one's own, a mail may go raw, which SES tells apart.
                    ["ses:SendEmail", "ses:SendRawEmail"],
                    # SES asks for more than the sender's identity: for those of verified addressees, as all
                    # are in the sandbox, and for the configuration set that an identity may be given.
                    [
                        pulumi.Output.concat(of_account, part)
                        for part in (":identity/*", ":configuration-set/*")
                    ],
                    {"StringEquals": {"ses:FromAddress": mail.address}},
                )
            )
        return allowed

    def _make_secret(self) -> tuple[aws.secretsmanager.Secret, aws.secretsmanager.SecretVersion]:
        key = self._args.key
        secret = aws.secretsmanager.Secret(
            f"{self._name}-webhooks",
            description="Addresses of the webhooks through which owners are told.",
            kms_key_id=key.arn if key else None,
            # What is in it is in the configuration: nobody needs it back.
            recovery_window_in_days=0,
            # As with the client secret: without a key of the stack's own, it stays under the one it has.
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=[] if key else ["kmsKeyId"]),
        )
        value = aws.secretsmanager.SecretVersion(
            f"{self._name}-webhooks-value",
            secret_id=secret.id,
            secret_string=self._args.webhooks.addresses,
            opts=self._child,
        )
        return secret, value

    def _make_topic(self, topic_name: str, channel: Channel) -> aws.sns.Topic:
        topic = aws.sns.Topic(
            f"{self._name}-{topic_name}",
            name=f"{self._args.prefix}{topic_name}",
            kms_master_key_id=self._args.key.arn if self._args.key else None,
            opts=self._child,
        )
        for address in channel.targets:
            aws.sns.TopicSubscription(
                f"{self._name}-{topic_name}-{address}",
                topic=topic.arn,
                protocol="email",
                endpoint=address,
                opts=self._child,
            )
        return topic

    def _find_topics_prefix(self) -> pulumi.Input[str]:
        for topic_name, topic in self._topics.items():
            return topic.arn.apply(lambda arn, name=topic_name: arn.removesuffix(name))  # type: ignore[misc]
        return ""


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
            NOTIFICATIONS,
            FunctionArgs.of(
                settings,
                args.key,
                build_messages_needs(settings, args.tables, args.channels),
                name=NOTIFICATIONS,
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


def build_messages_needs(settings: Settings, tables: Tables, channels: OwnerChannels) -> FunctionNeeds:
    """The needs of MessagesLambda."""
    return FunctionNeeds(
        description="Tells owners of what is stuck, and of its end.",
        environment={
            **{str(name): value for name, value in channels.environment.items()},
            Variable.TABLE_NAME: tables.errors.table_name,
            Variable.SENDERS_TABLE_NAME: tables.senders.table_name,
            Variable.INCIDENTS_TABLE_NAME: tables.incidents.table_name,
            Variable.MESSAGES_TABLE_NAME: tables.messages.table_name,
            Variable.RETENTION_DAYS: str(settings.retention_days),
            Variable.DASHBOARD_URL: settings.dashboard_url,
            # A path leads nowhere from a mail.
            Variable.DOCS_URL: settings.docs_url if "://" in settings.docs_url else "",
        },
        permissions=[
            tables.errors.allow_query(Index.AFFECTED_DATE),
            tables.senders.allow("BatchGetItem"),
            tables.senders.allow_query(SenderIndex.STATE),
            tables.incidents.allow("BatchGetItem"),
            tables.incidents.allow_query(IncidentIndex.LIVE),
            tables.incidents.allow_update(
                # The keys name the item.
                IncidentAttribute.SENDER,
                IncidentAttribute.INCIDENT_ID,
                IncidentAttribute.OWNER,
            ),
            # A transaction needs no permission of its own, but those for what it does to each item.
            tables.messages.allow("BatchGetItem", "PutItem"),
            *channels.allow_deliver(),
        ],
        ready=channels.ready,
        data=ship_owners(settings.owners),
    )
