"""The DynamoDB tables of a stack, made from their specifications in `store`."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from typing import Any, Final, Self

import pulumi
import pulumi_aws as aws

from components.encryption import Base
from components.policies import Allow
from components.settings import Settings
from store.dynamodb import TableSpec
from store.incidents import INCIDENTS_TABLE, IncidentIndex
from store.notifications import NOTIFICATIONS_TABLE
from store.records import RECORDS_TABLE, Index
from store.runs import RUNS_TABLE
from store.senders import SENDERS_TABLE, SenderIndex

_THREADS: Final = 1_000
"""Several times what the program registers."""


@dataclass(frozen=True, kw_only=True)
class DataTableArgs:
    """What is in the table, and what a stack decides about it."""

    spec: TableSpec
    table_name: str
    expires: bool
    """Whether DynamoDB deletes an item after the moment in its expiry attribute."""
    deletion_protection: bool
    key: pulumi.Output[str] | None
    hooks: pulumi.ResourceHookBinding | None = None


class DataTable(pulumi.ComponentResource):
    """A DynamoDB table with its indexes, encrypted, recoverable and protected.

    Exposes `table_name`, `table_arn` and `stream_arn`, and permissions for others.
    """

    def __init__(self, name: str, args: DataTableArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        spec = args.spec
        super().__init__(f"file-sla:tables:{spec.name}", name, None, opts)
        self.table = aws.dynamodb.Table(
            f"{name}-table",
            name=args.table_name,
            billing_mode="PAY_PER_REQUEST",
            hash_key=spec.partition_key,
            range_key=spec.sort_key,
            attributes=[aws.dynamodb.TableAttributeArgs(name=key, type="S") for key in spec.key_attributes],
            global_secondary_indexes=[
                aws.dynamodb.TableGlobalSecondaryIndexArgs(
                    name=index.name,
                    projection_type=index.projection,
                    non_key_attributes=list(index.included) or None,
                    key_schemas=[
                        aws.dynamodb.TableGlobalSecondaryIndexKeySchemaArgs(attribute_name=key, key_type=kind)
                        for key, kind in ((index.partition_key, "HASH"), (index.sort_key, "RANGE"))
                        if key is not None
                    ],
                )
                for index in spec.indexes
                if not index.local
            ]
            or None,
            local_secondary_indexes=[
                aws.dynamodb.TableLocalSecondaryIndexArgs(
                    name=index.name,
                    projection_type=index.projection,
                    non_key_attributes=list(index.included) or None,
                    range_key=index.sort_key or "",
                )
                for index in spec.indexes
                if index.local
            ]
            or None,
            # Expiry and encryption are stated whether on or off: left out, what is on stays on.
            ttl=aws.dynamodb.TableTtlArgs(attribute_name=spec.expiry_attribute, enabled=args.expires)
            if spec.expiry_attribute
            else None,
            stream_enabled=spec.streams,
            stream_view_type="NEW_IMAGE" if spec.streams else None,
            point_in_time_recovery=aws.dynamodb.TablePointInTimeRecoveryArgs(enabled=True),
            server_side_encryption=aws.dynamodb.TableServerSideEncryptionArgs(
                enabled=args.key is not None, kms_key_arn=args.key
            ),
            deletion_protection_enabled=args.deletion_protection,
            # The engine refuses before it deletes anything; AWS alone would refuse when all else is gone.
            opts=pulumi.ResourceOptions(parent=self, protect=args.deletion_protection, hooks=args.hooks),
        )
        self.table_name: pulumi.Output[str] = self.table.name
        self.table_arn: pulumi.Output[str] = self.table.arn
        self.stream_arn: pulumi.Output[str] = self.table.stream_arn
        self.register_outputs({"table_name": self.table_name})

    def allow(self, *operations: str) -> Allow:
        """Allows these operations on the items of the table, and none on its indexes."""
        return Allow([f"dynamodb:{operation}" for operation in operations], [self.table_arn])

    def allow_query(self, *indexes: str) -> Allow:
        """Allows queries of these indexes, and nothing else of the table."""
        arns = [pulumi.Output.concat(self.table_arn, "/index/", index) for index in indexes]
        return Allow(["dynamodb:Query"], arns)

    def allow_update(self, *attributes: str) -> Allow:
        """Allows changes of these attributes of an item, its keys among them, and shows no other."""
        return Allow(
            ["dynamodb:UpdateItem"],
            [self.table_arn],
            {
                "ForAllValues:StringEquals": {"dynamodb:Attributes": [str(one) for one in attributes]},
                # An update can return the whole item, and so the other attributes.
                "StringEqualsIfExists": {"dynamodb:ReturnValues": ["NONE", "UPDATED_OLD", "UPDATED_NEW"]},
            },
        )

    def allow_partition(self, key: str, *operations: str) -> Allow:
        """Allows these operations on the items of one partition, and on no other."""
        only = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [key]}}
        return Allow([f"dynamodb:{operation}" for operation in operations], [self.table_arn], only)

    def allow_stream(self) -> list[Allow]:
        """Allows Lambda to read the table's stream for a function."""
        reads = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"]
        # DynamoDB has no narrower resource for ListStreams.
        return [Allow(reads, [self.stream_arn]), Allow(["dynamodb:ListStreams"], ["*"])]


@dataclass(frozen=True, kw_only=True)
class Tables:
    """The tables of a stack."""

    errors: DataTable
    runs: DataTable
    senders: DataTable
    incidents: DataTable
    notifications: DataTable

    @classmethod
    def of(cls, base: Base, opts: pulumi.ResourceOptions) -> Self:
        """Declares them all.

        Args:
            base: their names, their protection, their key, and whether records, incidents and notifications
                expire. Runs always do, senders never.
            opts: of each component.
        """
        settings = base.settings

        look = _hook_look(settings, opts) if pulumi.runtime.is_dry_run() else None

        def declare(
            name: str, spec: TableSpec, *, expires: bool, hook: pulumi.ResourceHook | None = None
        ) -> DataTable:
            args = DataTableArgs(
                spec=spec,
                table_name=settings.name_table(name),
                expires=expires,
                deletion_protection=settings.deletion_protection,
                key=base.key,
                hooks=pulumi.ResourceHookBinding(before_create=[hook]) if hook else None,
            )
            return DataTable(name, args, opts)

        retained = settings.retention_days > 0
        return cls(
            errors=declare("errors", RECORDS_TABLE, expires=retained, hook=look),
            runs=declare("runs", RUNS_TABLE, expires=True),
            senders=declare("senders", SENDERS_TABLE, expires=False),
            incidents=declare("incidents", INCIDENTS_TABLE, expires=retained),
            notifications=declare("notifications", NOTIFICATIONS_TABLE, expires=retained),
        )

    def allow_analysts(self) -> Sequence[Allow]:
        """Allows the queries of the dashboard's pages: of every table but that of runs."""
        return [
            self.errors.allow_query(*Index),
            self.senders.allow("Query"),
            self.senders.allow_query(SenderIndex.STATE),
            self.incidents.allow("Query"),
            self.incidents.allow_query(IncidentIndex.LIVE, IncidentIndex.ENDED, IncidentIndex.ID),
            self.notifications.allow("Query"),
        ]


def _hook_look(settings: Settings, opts: pulumi.ResourceOptions) -> pulumi.ResourceHook:
    """Has names refused that are taken, before a preview creates what has the hook.

    Only the engine knows which tables the stack has.
    """

    async def refuse_taken(_: pulumi.ResourceHookArgs) -> None:
        await refuse_taken_names(settings, opts.provider)

    # Pulumi calls the engine in threads of the loop's executor, by default a few more than processors. Each
    # registration holds one until the engine is done with it, which with `--parallel 1` is after the hook.
    # The look needs one more than all registrations together, or neither goes on.
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(_THREADS))
    return pulumi.ResourceHook("names", refuse_taken, pulumi.ResourceHookOptions(on_dry_run=True))


async def refuse_taken_names(settings: Settings, provider: pulumi.ProviderResource | None) -> None:
    """Looks whether the account has tables of these names that are not this stack's, by their tags.

    Raises:
        pulumi.RunError: it has; the text names them, and the key that helps.
    """
    names = [settings.name_table(one.name) for one in fields(Tables)]
    found = await asyncio.gather(*(_read_tags(name, provider) for name in names), return_exceptions=True)
    unseen = {name: one for name, one in zip(names, found, strict=True) if isinstance(one, BaseException)}
    if unseen:
        why = next(iter(unseen.values()))
        pulumi.log.info(f"Whether another stack has tables {', '.join(unseen)} is unknown: {why}")
    ours = settings.tags.items()
    others = {name: one for name, one in zip(names, found, strict=True) if isinstance(one, dict)}
    taken = [name for name, tags in others.items() if not ours <= tags.items()]
    if taken:
        raise pulumi.RunError(
            f"{', '.join(taken)}: another stack, or something else in this account and region, has a table "
            "of that name. Choose another, from which the names of all tables follow: pulumi config set "
            f"{settings.project}:tableName NAME"
        )


async def _read_tags(name: str, provider: pulumi.ProviderResource | None) -> dict[str, str] | None:
    """The tags of a table; None where there is none of the name."""
    options = pulumi.InvokeOptions(provider=provider)
    try:
        found: Any = await pulumi.runtime.invoke_async(
            "aws:dynamodb/getTable:getTable", {"name": name}, options
        )
    except Exception as error:
        # Pulumi has no other; what the provider says is its text.
        if "couldn't find resource" in str(error):
            return None
        raise
    return dict(found["tags"])
