"""The table that holds the records."""

from dataclasses import dataclass
from typing import Self

import pulumi
import pulumi_aws as aws

from components.encryption import EncryptionKey
from components.settings import Settings
from components.specs.policy import Allow
from contract.table import Attribute, Index


@dataclass(frozen=True, kw_only=True)
class FileSlaErrorsArgs:
    """What a stack decides about its table."""

    table_name: str
    deletion_protection: bool
    expires: bool
    """Whether DynamoDB deletes a record once its `ExpiresAt` has passed."""
    key: EncryptionKey | None
    """The KMS key of the table; one of AWS's own where there is none."""

    @classmethod
    def of(cls, settings: Settings, key: EncryptionKey | None) -> Self:
        """As the stack's settings want it."""
        return cls(
            table_name=settings.table_name,
            deletion_protection=settings.deletion_protection,
            expires=settings.retention_days > 0,
            key=key,
        )


class FileSlaErrors(pulumi.ComponentResource):
    """The DynamoDB table FileSlaErrors with its two indexes.

    Exposes `table_name`, `table_arn`, and what others may be allowed: `allow_write` and `allow_query`.
    """

    def __init__(
        self, name: str, args: FileSlaErrorsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("file-sla:tables:FileSlaErrors", name, None, opts)
        self.table = aws.dynamodb.Table(
            f"{name}-table",
            name=args.table_name,
            billing_mode="PAY_PER_REQUEST",
            hash_key=Attribute.ERROR_ID,
            attributes=[
                aws.dynamodb.TableAttributeArgs(name=attribute, type="S")
                for attribute in (Attribute.ERROR_ID, Attribute.FOLDER, Attribute.AFFECTED_DATE)
            ],
            global_secondary_indexes=[
                _index(Index.AFFECTED_DATE, Attribute.AFFECTED_DATE, Attribute.FOLDER),
                _index(Index.FOLDER, Attribute.FOLDER, Attribute.AFFECTED_DATE),
            ],
            # Always said: left out, what is on stays on. The same goes for the key.
            ttl=aws.dynamodb.TableTtlArgs(attribute_name=Attribute.EXPIRES_AT, enabled=args.expires),
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
        self.register_outputs({"table_name": self.table_name})

    def allow_write(self) -> list[Allow]:
        """Lets a function store records, and do nothing else with the table."""
        return [Allow(["dynamodb:BatchWriteItem"], [self.table.arn])]

    def allow_query(self) -> list[Allow]:
        """Lets a principal query the two indexes, and see nothing else of the table."""
        indexes = [pulumi.Output.concat(self.table.arn, "/index/", index) for index in Index]
        return [Allow(["dynamodb:Query"], indexes)]


def _index(name: str, partition_key: str, sort_key: str) -> aws.dynamodb.TableGlobalSecondaryIndexArgs:
    return aws.dynamodb.TableGlobalSecondaryIndexArgs(
        name=name,
        projection_type="ALL",
        key_schemas=[
            aws.dynamodb.TableGlobalSecondaryIndexKeySchemaArgs(
                attribute_name=partition_key, key_type="HASH"
            ),
            aws.dynamodb.TableGlobalSecondaryIndexKeySchemaArgs(attribute_name=sort_key, key_type="RANGE"),
        ],
    )
