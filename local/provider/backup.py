"""Vaults, plans and selections of AWS Backup.

The emulator keeps them, and makes no backup by them.
"""

from typing import Any

from local.provider.resource import Aws, Created, Existing, Inputs, Lifecycle, given, pick


def _create_vault(aws: Aws, name: str, inputs: Inputs) -> Created:
    vault_name = inputs.get("name", name)
    vault = aws.client("backup").create_backup_vault(
        BackupVaultName=vault_name, **given(inputs, EncryptionKeyArn="kmsKeyArn")
    )
    return Created(vault_name, {"name": vault_name, "arn": vault["BackupVaultArn"]})


def _delete_vault(aws: Aws, vault: Existing) -> None:
    aws.client("backup").delete_backup_vault(BackupVaultName=vault.id)


def _plan(name: str, inputs: Inputs) -> dict[str, Any]:
    return {"BackupPlanName": name, "Rules": [_rule(rule) for rule in inputs["rules"]]}


def _rule(rule: Inputs) -> dict[str, Any]:
    lifecycle = rule.get("lifecycle") or {}
    after = {"deleteAfter": "DeleteAfterDays", "coldStorageAfter": "MoveToColdStorageAfterDays"}
    return {
        "RuleName": rule["ruleName"],
        "TargetBackupVaultName": rule["targetVaultName"],
        "ScheduleExpression": rule["schedule"],
        "Lifecycle": {api: lifecycle[name] for name, api in after.items() if name in lifecycle},
    }


def _create_plan(aws: Aws, name: str, inputs: Inputs) -> Created:
    plan_name = inputs.get("name", name)
    plan = aws.client("backup").create_backup_plan(BackupPlan=_plan(plan_name, inputs))
    return Created(
        plan["BackupPlanId"],
        {"name": plan_name, "arn": plan["BackupPlanArn"], "version": plan["VersionId"]},
    )


def _update_plan(aws: Aws, plan: Existing, inputs: Inputs) -> dict[str, Any]:
    changed = aws.client("backup").update_backup_plan(
        BackupPlanId=plan.id, BackupPlan=_plan(plan.name, inputs)
    )
    return {"version": changed["VersionId"]}


def _delete_plan(aws: Aws, plan: Existing) -> None:
    aws.client("backup").delete_backup_plan(BackupPlanId=plan.id)


def _create_selection(aws: Aws, name: str, inputs: Inputs) -> Created:
    selection = aws.client("backup").create_backup_selection(
        BackupPlanId=inputs["planId"],
        BackupSelection={
            "SelectionName": inputs.get("name", name),
            **pick(inputs, "iamRoleArn", "resources"),
        },
    )
    return Created(selection["SelectionId"])


def _delete_selection(aws: Aws, selection: Existing) -> None:
    aws.client("backup").delete_backup_selection(
        BackupPlanId=selection.state["planId"], SelectionId=selection.id
    )


LIFECYCLES = {
    "aws:backup/vault:Vault": Lifecycle(_create_vault, _delete_vault),
    "aws:backup/plan:Plan": Lifecycle(
        _create_plan, _delete_plan, _update_plan, replace_on=frozenset({"name"})
    ),
    "aws:backup/selection:Selection": Lifecycle(_create_selection, _delete_selection),
}
