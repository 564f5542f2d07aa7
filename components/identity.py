"""Who may sign in, and what a signed-in analyst may read."""

from collections.abc import Sequence
from typing import Final

import pulumi
import pulumi_aws as aws

from components.checks import find_address
from components.encryption import Base
from components.policies import Allow, build_identity_policy, build_identity_pool_trust
from components.settings import Settings
from contract.limits import FIRST_PASSWORD_DAYS, ID_TOKEN_MINUTES, MIN_PASSWORD_CHARACTERS
from contract.names import Group

_ALLOW_READING_METRICS: Final = Allow(
    ["cloudwatch:DescribeAlarms", "cloudwatch:GetMetricData", "cloudwatch:ListMetrics"],
    # CloudWatch has no narrower resource for these: metrics have no ARN, and DescribeAlarms shows composite
    # alarms only to those who may see all.
    ["*"],
)


class Identity(pulumi.ComponentResource):
    """User pool, its confidential client, the two groups, and the way to an analyst's AWS credentials.

    Nobody signs up alone. The client's secret is in Secrets Manager. The identity pool gives the analyst role
    to members of `sla-analysts` alone. `ready` is what must exist before a user can sign in.

    Args:
        name: of the component.
        base: the configuration, and the key of the client secret.
        analyst_permissions: what an analyst may do; reading metrics is added.
        opts: of the component.
    """

    def __init__(
        self,
        name: str,
        base: Base,
        analyst_permissions: Sequence[Allow],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("file-sla:identity:Identity", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        settings = base.settings

        self.user_pool = aws.cognito.UserPool(
            f"{name}-users",
            name=f"{settings.prefix}-users",
            admin_create_user_config={"allow_admin_create_user_only": True},
            auto_verified_attributes=["email"],
            email_configuration=self._configure_mail(settings),
            account_recovery_setting={"recovery_mechanisms": [{"name": "verified_email", "priority": 1}]},
            password_policy={
                "minimum_length": MIN_PASSWORD_CHARACTERS,
                "require_lowercase": True,
                "require_numbers": True,
                "require_symbols": True,
                "require_uppercase": True,
                "temporary_password_validity_days": FIRST_PASSWORD_DAYS,
            },
            username_configuration={"case_sensitive": False},
            user_pool_tier="ESSENTIALS" if settings.threat_protection == "off" else "PLUS",
            user_pool_add_ons={"advanced_security_mode": settings.threat_protection.upper()},
            mfa_configuration="OPTIONAL" if settings.authenticator_apps else "OFF",
            software_token_mfa_configuration={"enabled": True} if settings.authenticator_apps else None,
            deletion_protection="ACTIVE" if settings.deletion_protection else "INACTIVE",
            # The engine refuses before it deletes anything; AWS alone would refuse when all else is gone.
            opts=pulumi.ResourceOptions(parent=self, protect=settings.deletion_protection),
        )
        self.client = aws.cognito.UserPoolClient(
            f"{name}-client",
            name=f"{settings.prefix}-api",
            user_pool_id=self.user_pool.id,
            generate_secret=True,
            # Only holders of AWS credentials can use the admin flow: all sign-ins go through AuthLambda.
            explicit_auth_flows=["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
            prevent_user_existence_errors="ENABLED",
            enable_token_revocation=True,
            id_token_validity=ID_TOKEN_MINUTES,
            access_token_validity=ID_TOKEN_MINUTES,
            refresh_token_validity=settings.refresh_token_days,
            token_validity_units={"id_token": "minutes", "access_token": "minutes", "refresh_token": "days"},
            opts=child,
        )
        self.client_secret = aws.secretsmanager.Secret(
            f"{name}-client-secret",
            description="Secret of the app client with which AuthLambda signs users in.",
            kms_key_id=base.key,
            # Without a key of the stack's own, the secret stays under the key it has: the provider cannot
            # change it back to AWS's, and would try at every update. A key that was in use is kept.
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=["kmsKeyId"] if base.key is None else []),
        )
        self.client_secret_version = aws.secretsmanager.SecretVersion(
            f"{name}-client-secret-value",
            secret_id=self.client_secret.id,
            secret_string=self.client.client_secret,
            # This is the first secret. `file-sla rotate-secret` replaces it, and an update must not put
            # the first one back, whatever the provider then reads of the client.
            opts=pulumi.ResourceOptions(
                parent=self, ignore_changes=["secretString"], replacement_trigger=self.client.id
            ),
        )

        self.identity_pool = aws.cognito.IdentityPool(
            f"{name}-pool",
            identity_pool_name=f"{settings.prefix}-analysts",
            allow_unauthenticated_identities=False,
            allow_classic_flow=False,
            cognito_identity_providers=[
                {
                    "client_id": self.client.id,
                    "provider_name": self.user_pool.endpoint,
                    # Asks the user pool each time: disabled and signed-out users get no credentials.
                    "server_side_token_check": True,
                }
            ],
            opts=child,
        )
        self.analyst_role = aws.iam.Role(
            f"{name}-analyst",
            name=f"{settings.prefix}-analyst-{settings.region}",
            description="What a signed-in analyst may read, for at most an hour at a time.",
            assume_role_policy=build_identity_pool_trust(self.identity_pool.id),
            opts=child,
        )
        aws.iam.RolePolicy(
            f"{name}-analyst-reads",
            role=self.analyst_role.id,
            policy=build_identity_policy(*analyst_permissions, _ALLOW_READING_METRICS),
            opts=child,
        )
        for kind, group, description, role_arn in (
            ("reporters", Group.REPORTERS, "May post reports.", None),
            ("analysts", Group.ANALYSTS, "May read records and metrics.", self.analyst_role.arn),
        ):
            aws.cognito.UserGroup(
                f"{name}-{kind}",
                name=group,
                user_pool_id=self.user_pool.id,
                description=description,
                role_arn=role_arn,
                opts=child,
            )
        provider = pulumi.Output.concat(self.user_pool.endpoint, ":", self.client.id)
        aws.cognito.IdentityPoolRoleAttachment(
            f"{name}-roles",
            identity_pool_id=self.identity_pool.id,
            roles={"authenticated": self.analyst_role.arn},
            # The role of the token's group; a user without a group is refused, not given a default.
            role_mappings=[
                {"identity_provider": provider, "type": "Token", "ambiguous_role_resolution": "Deny"}
            ],
            opts=child,
        )

        self.user_pool_id: pulumi.Output[str] = self.user_pool.id
        self.user_pool_arn: pulumi.Output[str] = self.user_pool.arn
        self.client_id: pulumi.Output[str] = self.client.id
        self.client_secret_arn: pulumi.Output[str] = self.client_secret.arn
        self.ready: list[pulumi.Resource] = [self.client_secret_version]
        self.identity_pool_id: pulumi.Output[str] = self.identity_pool.id
        self.register_outputs({})

    def _configure_mail(self, settings: Settings) -> aws.cognito.UserPoolEmailConfigurationArgsDict:
        # Stated without SES too: left out, what was set stays.
        if not settings.mail_from:
            return {"email_sending_account": "COGNITO_DEFAULT"}
        account = aws.get_caller_identity_output(opts=pulumi.InvokeOutputOptions(parent=self)).account_id
        identity = settings.mail_identity or find_address(settings.mail_from)
        return {
            "email_sending_account": "DEVELOPER",
            "from_email_address": settings.mail_from,
            "source_arn": pulumi.Output.concat(
                f"arn:aws:ses:{settings.region}:", account, f":identity/{identity}"
            ),
        }

    def allow_sign_in(self) -> list[Allow]:
        """Allows signing users in through the confidential client, and reading its secret."""
        return [
            Allow(
                ["cognito-idp:AdminInitiateAuth", "cognito-idp:AdminRespondToAuthChallenge"],
                [self.user_pool_arn],
            ),
            Allow(["secretsmanager:GetSecretValue"], [self.client_secret_arn]),
        ]
