"""Daily backups of the tables, for those who need more than the 35 days of point-in-time recovery."""

import pulumi
import pulumi_aws as aws

from components.policies import build_service_trust
from components.settings import Settings
from components.tables import Tables

_POLICY = "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup"
_DAILY = "cron(0 2 * * ? *)"
"""At two o'clock UTC."""


class BackupPlan(pulumi.ComponentResource):
    """An AWS Backup plan for all tables but that of runs, with a vault of its own.

    Runs expire after weeks, within which point-in-time recovery has them; their results are in the tables of
    senders and incidents. The vault stays when the stack is destroyed: AWS deletes none that holds backups.
    """

    def __init__(
        self, name: str, settings: Settings, tables: Tables, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("file-sla:backup:BackupPlan", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        vault = aws.backup.Vault(
            # Named by Pulumi: a kept vault with a fixed name would be in the way of the next one.
            f"{name}-vault",
            opts=pulumi.ResourceOptions(parent=self, retain_on_delete=True),
        )
        plan = aws.backup.Plan(
            f"{name}-plan",
            name=settings.prefix,
            rules=[
                {
                    "rule_name": "daily",
                    "target_vault_name": vault.name,
                    "schedule": _DAILY,
                    "lifecycle": {"delete_after": settings.backup_days},
                }
            ],
            opts=child,
        )
        role = aws.iam.Role(
            f"{name}-role",
            name=f"{settings.prefix}-backup-{settings.region}",
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
            resources=[
                table.table_arn
                for table in (tables.errors, tables.senders, tables.incidents, tables.notifications)
            ],
            opts=pulumi.ResourceOptions(parent=self, depends_on=[attachment]),
        )
        self.register_outputs({})
