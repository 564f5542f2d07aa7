"""One table and what protects it."""

from dataclasses import dataclass
from typing import Self

import pulumi
import pulumi_aws as aws

from components.encryption import EncryptionKey
from components.settings import Settings
from components.specs.policy import Allow
from components.tables.specs.table import IndexSpec, TableSpec


@dataclass(frozen=True, kw_only=True)
class DataTableArgs:
    """What is in the table, and what a stack decides about all of its tables."""

    spec: TableSpec
    deletion_protection: bool
    key: EncryptionKey | None
    """The KMS key of the table; one of AWS's own where there is none."""

    @classmethod
    def of(cls, settings: Settings, key: EncryptionKey | None, spec: TableSpec) -> Self:
        """As the stack's settings want it."""
        return cls(spec=spec, deletion_protection=settings.deletion_protection, key=key)


class DataTable(pulumi.ComponentResource):
    """A DynamoDB table with its indexes, encrypted, recoverable and protected.

    Exposes `table_name`, `table_arn` and `stream_arn`, and what others may be allowed: `allow`,
    `allow_query`, `allow_update` and `allow_stream`.
    """

    def __init__(self, name: str, args: DataTableArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        spec = args.spec
        super().__init__(f"file-sla:tables:{spec.component}", name, None, opts)
        self.table = aws.dynamodb.Table(
            f"{name}-table",
            name=spec.table_name,
            billing_mode="PAY_PER_REQUEST",
            hash_key=spec.partition_key,
            range_key=spec.sort_key,
            attributes=[aws.dynamodb.TableAttributeArgs(name=key, type="S") for key in spec.key_attributes],
            global_secondary_indexes=[_global(index) for index in spec.indexes if not index.local] or None,
            local_secondary_indexes=[_local(index) for index in spec.indexes if index.local] or None,
            # Always said: left out, what is on stays on. The same goes for the key.
            ttl=aws.dynamodb.TableTtlArgs(attribute_name=spec.expiry_attribute, enabled=spec.expires)
            if spec.expiry_attribute
            else None,
            stream_enabled=spec.streams,
            stream_view_type="NEW_IMAGE" if spec.streams else None,
            point_in_time_recovery=aws.dynamodb.TablePointInTimeRecoveryArgs(enabled=True),
            server_side_encryption=aws.dynamodb.TableServerSideEncryptionArgs(
                enabled=args.key is not None, kms_key_arn=args.key.arn if args.key else None
            ),
            deletion_protection_enabled=args.deletion_protection,
            # The engine refuses before it deletes anything; AWS alone would refuse when all else is gone.
            opts=pulumi.ResourceOptions(parent=self, protect=args.deletion_protection),
        )
        self.table_name: pulumi.Output[str] = self.table.name
        self.table_arn: pulumi.Output[str] = self.table.arn
        self.stream_arn: pulumi.Output[str] = self.table.stream_arn
        self.register_outputs({"table_name": self.table_name})

    def allow(self, *operations: str) -> Allow:
        """Lets a principal do these to the items of the table, and nothing to those of its indexes."""
        return Allow([f"dynamodb:{operation}" for operation in operations], [self.table_arn])

    def allow_query(self, *indexes: str) -> Allow:
        """Lets a principal query these indexes, and see nothing else of the table."""
        arns = [pulumi.Output.concat(self.table_arn, "/index/", index) for index in indexes]
        return Allow(["dynamodb:Query"], arns)

    def allow_update(self, *attributes: str) -> Allow:
        """Lets a principal change these attributes of an item, its keys among them, and see no other."""
        return Allow(
            ["dynamodb:UpdateItem"],
            [self.table_arn],
            {
                "ForAllValues:StringEquals": {"dynamodb:Attributes": [str(one) for one in attributes]},
                # What is given back would tell the rest.
                "StringEqualsIfExists": {"dynamodb:ReturnValues": ["NONE", "UPDATED_OLD", "UPDATED_NEW"]},
            },
        )

    def allow_stream(self) -> list[Allow]:
        """Lets a function be invoked with what its stream holds."""
        reads = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"]
        # DynamoDB knows no narrower resource for a list of streams.
        return [Allow(reads, [self.stream_arn]), Allow(["dynamodb:ListStreams"], ["*"])]


def _global(index: IndexSpec) -> aws.dynamodb.TableGlobalSecondaryIndexArgs:
    keys = {"HASH": index.partition_key, "RANGE": index.sort_key}
    return aws.dynamodb.TableGlobalSecondaryIndexArgs(
        name=index.name,
        projection_type=index.projection,
        non_key_attributes=list(index.included) or None,
        key_schemas=[
            aws.dynamodb.TableGlobalSecondaryIndexKeySchemaArgs(attribute_name=key, key_type=kind)
            for kind, key in keys.items()
            if key is not None
        ],
    )


def _local(index: IndexSpec) -> aws.dynamodb.TableLocalSecondaryIndexArgs:
    return aws.dynamodb.TableLocalSecondaryIndexArgs(
        name=index.name,
        projection_type=index.projection,
        non_key_attributes=list(index.included) or None,
        range_key=index.sort_key or "",
    )
