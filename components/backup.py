"""Daily backups of the tables, for those whom the 35 days of point-in-time recovery are too few."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import pulumi
import pulumi_aws as aws

from components.policies import build_service_trust
from components.settings import Settings
from components.tables import Tables

_POLICY = "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup"
_DAILY = "cron(0 2 * * ? *)"
"""At two o'clock UTC."""


@dataclass(frozen=True, kw_only=True)
class BackupPlanArgs:
    """What is backed up, and for how long it is kept."""

    prefix: str
    region: str
    table_arns: Sequence[pulumi.Input[str]]
    days: int

    @classmethod
    def of(cls, settings: Settings, tables: Tables) -> Self:
        """As the stack's settings want it.

        Runs are in no backup: they go after weeks, within which the table can be recovered to any moment,
        and what came of them is in the tables of senders and incidents.
        """
        return cls(
            prefix=settings.prefix,
            region=settings.region,
            table_arns=[
                table.table_arn
                for table in (tables.errors, tables.senders, tables.incidents, tables.messages)
            ],
            days=settings.backup_days,
        )


class BackupPlan(pulumi.ComponentResource):
    """An AWS Backup plan with a vault of its own.

    The vault outlives the stack: AWS deletes none that holds backups, and they are what it is for.
    """

    def __init__(self, name: str, args: BackupPlanArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("file-sla:backup:BackupPlan", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        vault = aws.backup.Vault(
            # Under a name of Pulumi's making, for a kept one would be in the way of the next.
            f"{name}-vault",
            opts=pulumi.ResourceOptions(parent=self, retain_on_delete=True),
        )
        plan = aws.backup.Plan(
            f"{name}-plan",
            name=args.prefix,
            rules=[
                aws.backup.PlanRuleArgs(
                    rule_name="daily",
                    target_vault_name=vault.name,
                    schedule=_DAILY,
                    lifecycle=aws.backup.PlanRuleLifecycleArgs(delete_after=args.days),
                )
            ],
            opts=child,
        )
        role = aws.iam.Role(
            f"{name}-role",
            name=f"{args.prefix}-backup-{args.region}",
            description="Lets AWS Backup copy the tables.",
            assume_role_policy=build_service_trust("backup.amazonaws.com"),
            opts=child,
        )
        attachment = aws.iam.RolePolicyAttachment(
            f"{name}-policy", role=role.name, policy_arn=_POLICY, opts=child
        )
        aws.backup.Selection(
            f"{name}-selection",
            name="tables",
            plan_id=plan.id,
            iam_role_arn=role.arn,
            resources=list(args.table_arns),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[attachment]),
        )
        self.register_outputs({})
