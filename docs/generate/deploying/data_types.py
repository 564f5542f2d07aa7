"""The types that hold data, people and keys."""

from collections.abc import Mapping
from typing import Final

from docs.generate.deploying.permissions import (
    NAMES,
    Grant,
    Permissions,
    pass_role,
    service_linked_role,
)

_TABLES: Final = ["arn:aws:dynamodb:*:*:table/FileSla*"]
_POOLS: Final = ["arn:aws:cognito-idp:*:*:userpool/*"]
_IDENTITIES: Final = ["arn:aws:cognito-identity:*:*:identitypool/*"]
_SECRETS: Final = [
    f"arn:aws:secretsmanager:*:*:secret:{name}-*" for name in ("identity-client-secret", "owners-webhooks")
]
_KEYS: Final = ["arn:aws:kms:*:*:key/*"]
_PLANS: Final = ["arn:aws:backup:*:*:backup-plan:*"]
_ANALYST: Final = Grant(actions=["iam:PassRole"], resources=[f"arn:aws:iam::*:role/{NAMES}analyst-*"])
"""By its name alone: Cognito is not documented to say to which service the role is passed."""

DATA_TYPES: Final[Mapping[str, Permissions]] = {
    "aws:dynamodb/table:Table": Permissions(
        on=_TABLES,
        read=[
            "dynamodb:DescribeContinuousBackups",
            "dynamodb:DescribeTable",
            "dynamodb:DescribeTimeToLive",
            "dynamodb:GetResourcePolicy",
            "dynamodb:ListTagsOfResource",
        ],
        create=["dynamodb:CreateTable"],
        update=["dynamodb:UpdateContinuousBackups", "dynamodb:UpdateTable", "dynamodb:UpdateTimeToLive"],
        delete=["dynamodb:DeleteTable"],
        tag=["dynamodb:TagResource", "dynamodb:UntagResource"],
    ),
    "aws:kms/key:Key": Permissions(
        on=_KEYS,
        read=["kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListResourceTags"],
        create=["kms:CreateKey", "kms:EnableKeyRotation"],
        update=["kms:UpdateKeyDescription"],
        tag=["kms:TagResource", "kms:UntagResource"],
    ),
    "aws:kms/keyPolicy:KeyPolicy": Permissions(
        on=_KEYS, read=["kms:DescribeKey", "kms:GetKeyPolicy"], create=["kms:PutKeyPolicy"]
    ),
    "aws:kms/alias:Alias": Permissions(
        on=[f"arn:aws:kms:*:*:alias/{NAMES}", *_KEYS],
        read=["kms:ListAliases"],
        create=["kms:CreateAlias"],
        update=["kms:UpdateAlias"],
        delete=["kms:DeleteAlias"],
    ),
    "aws:secretsmanager/secret:Secret": Permissions(
        on=_SECRETS,
        read=["secretsmanager:DescribeSecret", "secretsmanager:GetResourcePolicy"],
        create=["secretsmanager:CreateSecret"],
        update=["secretsmanager:UpdateSecret"],
        delete=["secretsmanager:DeleteSecret"],
        tag=["secretsmanager:TagResource", "secretsmanager:UntagResource"],
    ),
    "aws:secretsmanager/secretVersion:SecretVersion": Permissions(
        on=_SECRETS,
        read=["secretsmanager:ListSecretVersionIds"],
        read_secret=["secretsmanager:GetSecretValue"],
        create=["secretsmanager:PutSecretValue"],
        delete=["secretsmanager:UpdateSecretVersionStage"],
    ),
    "aws:cognito/userPool:UserPool": Permissions(
        on=_POOLS,
        read=["cognito-idp:DescribeUserPool", "cognito-idp:GetUserPoolMfaConfig"],
        create=["cognito-idp:CreateUserPool"],
        update=["cognito-idp:SetUserPoolMfaConfig", "cognito-idp:UpdateUserPool"],
        delete=["cognito-idp:DeleteUserPool"],
        tag=["cognito-idp:TagResource", "cognito-idp:UntagResource"],
        also=[
            # With mails through SES, Cognito makes a role of its own.
            service_linked_role("email.cognito-idp.amazonaws.com"),
        ],
    ),
    "aws:cognito/userPoolClient:UserPoolClient": Permissions(
        on=_POOLS,
        read_secret=["cognito-idp:DescribeUserPoolClient"],
        create=["cognito-idp:CreateUserPoolClient"],
        update=["cognito-idp:UpdateUserPoolClient"],
        delete=["cognito-idp:DeleteUserPoolClient"],
    ),
    "aws:cognito/userGroup:UserGroup": Permissions(
        on=_POOLS,
        read=["cognito-idp:GetGroup"],
        create=["cognito-idp:CreateGroup"],
        update=["cognito-idp:UpdateGroup"],
        delete=["cognito-idp:DeleteGroup"],
        also=[_ANALYST],
    ),
    "aws:cognito/identityPool:IdentityPool": Permissions(
        on=_IDENTITIES,
        read=["cognito-identity:DescribeIdentityPool"],
        create=["cognito-identity:CreateIdentityPool"],
        update=["cognito-identity:UpdateIdentityPool"],
        delete=["cognito-identity:DeleteIdentityPool"],
        tag=["cognito-identity:TagResource", "cognito-identity:UntagResource"],
    ),
    "aws:cognito/identityPoolRoleAttachment:IdentityPoolRoleAttachment": Permissions(
        on=_IDENTITIES,
        read=["cognito-identity:GetIdentityPoolRoles"],
        create=["cognito-identity:SetIdentityPoolRoles"],
        also=[_ANALYST],
    ),
    "aws:backup/vault:Vault": Permissions(
        on=["arn:aws:backup:*:*:backup-vault:backup-vault-*"],
        read=["backup:DescribeBackupVault", "backup:ListTags"],
        create=["backup:CreateBackupVault", "backup-storage:MountCapsule"],
        tag=["backup:TagResource", "backup:UntagResource"],
        also=[
            # The vault is under AWS Backup's own key.
            Grant(
                actions=[
                    "kms:CreateGrant",
                    "kms:Decrypt",
                    "kms:DescribeKey",
                    "kms:GenerateDataKey",
                    "kms:RetireGrant",
                ],
                resources=_KEYS,
                condition={"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/aws/backup"}},
            )
        ],
    ),
    "aws:backup/plan:Plan": Permissions(
        on=_PLANS,
        read=["backup:GetBackupPlan", "backup:ListTags"],
        create=["backup:CreateBackupPlan"],
        update=["backup:UpdateBackupPlan"],
        delete=["backup:DeleteBackupPlan"],
        tag=["backup:TagResource", "backup:UntagResource"],
    ),
    "aws:backup/selection:Selection": Permissions(
        on=_PLANS,
        read=["backup:GetBackupSelection"],
        create=["backup:CreateBackupSelection"],
        delete=["backup:DeleteBackupSelection"],
        also=[
            pass_role("backup.amazonaws.com", f"{NAMES}backup-*"),
            # AWS Backup makes a role of its own the first time that an account uses it.
            service_linked_role("backup.amazonaws.com"),
        ],
    ),
}
