"""The table that holds the breaches."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from handlers.names import Attribute, Index


@dataclass(frozen=True, kw_only=True)
class BreachTableArgs:
    """What a stack decides about its table."""

    table_name: str
    deletion_protection: bool
    expires: bool
    """Whether DynamoDB deletes a record once its `ExpiresAt` has passed."""
    key_arn: pulumi.Input[str] | None
    """The KMS key of the table; AWS's own where there is none."""


class BreachTable(pulumi.ComponentResource):
    """The DynamoDB table of breach records with its two indexes.

    Exposes `table_name`, `table_arn`, and `index_arns` for those who may only query.
    """

    def __init__(self, name: str, args: BreachTableArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("file-sla:breach_table:BreachTable", name, None, opts)
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
            ttl=aws.dynamodb.TableTtlArgs(attribute_name=Attribute.EXPIRES_AT, enabled=True)
            if args.expires
            else None,
            point_in_time_recovery=aws.dynamodb.TablePointInTimeRecoveryArgs(enabled=True),
            server_side_encryption=aws.dynamodb.TableServerSideEncryptionArgs(
                enabled=True, kms_key_arn=args.key_arn
            ),
            deletion_protection_enabled=args.deletion_protection,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.table_name: pulumi.Output[str] = self.table.name
        self.table_arn: pulumi.Output[str] = self.table.arn
        self.index_arns: list[pulumi.Output[str]] = [
            pulumi.Output.concat(self.table_arn, "/index/", index)
            for index in (Index.AFFECTED_DATE, Index.FOLDER)
        ]
        self.register_outputs({"table_name": self.table_name, "table_arn": self.table_arn})


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
