"""The stack's configuration: read once, checked before any resource is declared."""

import ipaddress
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Literal, Self

import pulumi
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from components.checks import (
    check_certificate,
    check_email,
    check_host,
    check_identity,
    check_owners_file,
    check_sender,
    check_zone,
    explain_contradictions,
    explain_unknown_keys,
    find_owners_file,
)
from components.functions.packages import Target
from components.webhooks import WEBHOOKS_KEY, explain_webhooks
from contract.owners.model import Owners
from contract.owners.reading import read_owners_file
from contract.routes import ROUTES

ThreatProtection = Literal["off", "audit", "enforced"]
TlsPolicy = Literal["tls-1.0", "tls-1.2", "tls-1.3"]
"""The oldest version that the API accepts."""
# DynamoDB's rule.
TableName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{3,255}$")]
# The values that CloudWatch Logs accepts (PutRetentionPolicy).
LOG_RETENTION_DAYS = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Throttle:
    """What the gateway lets through of one route."""

    rate: int
    """Requests a second in the long run."""
    burst: int
    """Requests at once."""


def _check_partition(value: str) -> str:
    if re.match(r"cn-|us-gov-|us-iso|eu-isoe-|eusc-", value):
        raise ValueError(
            "lies in a partition of its own, with other ARNs and domains than this program writes; "
            "use a region of the standard partition, such as eu-central-1"
        )
    return value


def _check_log_retention(value: int) -> int:
    if value not in LOG_RETENTION_DAYS:
        raise ValueError(f"must be one of {', '.join(map(str, LOG_RETENTION_DAYS))}")
    return value


def _check_docs_url(value: str) -> str:
    if not re.fullmatch(r"(https://)?[A-Za-z0-9._~/:@-]{1,200}", value):
        raise ValueError("must be an https address or a path, of at most 200 characters")
    return value.rstrip("/")


def _check_dashboard_url(value: str) -> str:
    if value and not re.fullmatch(
        r"(https://[A-Za-z0-9.-]+|http://127\.0\.0\.1)(:\d{1,5})?[A-Za-z0-9._~/-]{0,100}", value
    ):
        raise ValueError(
            "must be an https address such as https://sla.example.com, without ? and #, or one that begins "
            "with http://127.0.0.1, or empty"
        )
    return value.rstrip("/")


def _check_origin(value: str) -> str:
    if value != "*" and not re.fullmatch(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?", value):
        raise ValueError('must be "*" or an origin such as https://ops.example.com, without a path')
    return value


def _check_cidrs(value: str) -> str:
    for block in filter(None, value.split(",")):
        try:
            ipaddress.ip_network(block.strip())
        except ValueError:
            raise ValueError(f"{block.strip()!r} is no CIDR block such as 203.0.113.0/24") from None
    return value


class Settings(BaseModel):
    """Every configuration value of a stack but its secrets. Defaults and descriptions are in Pulumi.yaml."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel)

    region: Annotated[
        str,
        Field(alias="aws:region", pattern=r"^[a-z]{2}(-[a-z]+)+-\d$"),
        AfterValidator(_check_partition),
    ]
    stack: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9-]{0,23}$")]
    project: str

    table_name: TableName
    runs_table_name: TableName
    senders_table_name: TableName
    incidents_table_name: TableName
    messages_table_name: TableName
    retention_days: Annotated[int, Field(ge=0, le=3650)]
    # A rebuild is right about what opened 14 days after the oldest run; a day to spare.
    run_retention_days: Annotated[int, Field(ge=15, le=3650)]
    deletion_protection: bool
    function_target: Target
    # Lambda's quota.
    function_memory_mb: Annotated[int, Field(ge=128, le=10_240)]
    log_retention_days: Annotated[int, AfterValidator(_check_log_retention)]
    cors_origin: Annotated[str, AfterValidator(_check_origin)]
    domain_name: Annotated[str, AfterValidator(check_host)]
    domain_zone_id: Annotated[str, AfterValidator(check_zone)]
    domain_certificate_arn: Annotated[str, AfterValidator(check_certificate)]
    default_endpoint: bool
    tls_policy: TlsPolicy
    mail_from: Annotated[str, AfterValidator(check_sender)]
    mail_identity: Annotated[str, AfterValidator(check_identity)]
    # Cognito's range for refresh tokens reaches 3,650 days; a dashboard needs no such thing.
    refresh_token_days: Annotated[int, Field(ge=1, le=365)]
    # API Gateway's default quota of a region: 10,000 requests a second, 5,000 at once.
    auth_rate_limit: Annotated[int, Field(ge=1, le=10_000)]
    auth_burst_limit: Annotated[int, Field(ge=1, le=5_000)]
    report_rate_limit: Annotated[int, Field(ge=1, le=10_000)]
    report_burst_limit: Annotated[int, Field(ge=1, le=5_000)]
    action_rate_limit: Annotated[int, Field(ge=1, le=10_000)]
    action_burst_limit: Annotated[int, Field(ge=1, le=5_000)]
    manage_api_gateway_account: bool
    alarm_email: Annotated[str, AfterValidator(check_email)]
    # The gateway gives up on an integration after 29 seconds.
    latency_alarm_ms: Annotated[int, Field(ge=1, le=29_000)]
    error_rate_alarm_percent: Annotated[int, Field(ge=1, le=100)]
    client_error_rate_alarm_percent: Annotated[int, Field(ge=1, le=100)]
    function_error_alarm_count: Annotated[int, Field(ge=1)]
    duration_alarm_percent: Annotated[int, Field(ge=1, le=100)]
    throttle_alarm_count: Annotated[int, Field(ge=1)]
    table_error_alarm_count: Annotated[int, Field(ge=1)]
    failed_sign_in_alarm_count: Annotated[int, Field(ge=1)]
    silent_senders_alarm_count: Annotated[int, Field(ge=0)]
    unreadable_folders_alarm_count: Annotated[int, Field(ge=0)]
    open_incidents_alarm_count: Annotated[int, Field(ge=0)]
    allowed_cidrs: Annotated[str, AfterValidator(_check_cidrs)]
    web_acl: bool
    # AWS WAF's range for rate-based rules reaches 2,000,000,000; from 10.
    web_acl_auth_limit: Annotated[int, Field(ge=10, le=1_000_000)]
    # AWS Backup keeps a recovery point for at least a day.
    backup_days: Annotated[int, Field(ge=0, le=3650)]
    x_ray_tracing: bool
    customer_managed_key: bool
    threat_protection: ThreatProtection
    authenticator_apps: bool
    docs_url: Annotated[str, Field(min_length=1), AfterValidator(_check_docs_url)]
    owners_file: Annotated[str, AfterValidator(check_owners_file)]
    dashboard_url: Annotated[str, AfterValidator(_check_dashboard_url)]

    @cached_property
    def owners(self) -> Owners | None:
        """Whom folders belong to; None where the stack tells nobody."""
        return read_owners_file(find_owners_file(self.owners_file)) if self.owners_file else None

    @property
    def allowed_blocks(self) -> list[str]:
        """The CIDR blocks that may call the API; none for any."""
        return [block.strip() for block in self.allowed_cidrs.split(",") if block.strip()]

    @property
    def takes_ipv6(self) -> bool:
        """Whether callers may come from IPv6 addresses."""
        return not self.allowed_blocks or any(":" in block for block in self.allowed_blocks)

    @property
    def prefix(self) -> str:
        """What the names of this stack's resources begin with."""
        return f"{self.project}-{self.stack}"

    @property
    def throttles(self) -> dict[str, Throttle]:
        """What the gateway lets through of each route, by its path."""
        by_key = {
            "auth": Throttle(rate=self.auth_rate_limit, burst=self.auth_burst_limit),
            "report": Throttle(rate=self.report_rate_limit, burst=self.report_burst_limit),
            "action": Throttle(rate=self.action_rate_limit, burst=self.action_burst_limit),
        }
        return {route.path: by_key[route.throttle] for route in ROUTES}

    def function_name(self, name: str) -> str:
        """What Lambda calls a function: of a route, by its key."""
        return f"{self.prefix}-{name}"

    @property
    def dead_letters_name(self) -> str:
        """What SQS calls the queue of runs that could not be applied."""
        return f"{self.prefix}-dead-letters"

    @property
    def metrics_namespace(self) -> str:
        """The CloudWatch namespace of this stack's own metrics.

        The API, the dashboard and, at their beginning, the alarms bear this name too, so that
        whoever reads the metrics needs to know one name.
        """
        return self.prefix

    @property
    def tags(self) -> dict[str, str]:
        """The tags of every resource."""
        return {"Project": self.project, "Stack": self.stack, "ManagedBy": "pulumi"}

    @classmethod
    def load(cls) -> Self:
        """The settings of the running stack.

        Raises:
            pulumi.RunError: naming each key that is wrong, its value, and what it may be.
        """
        values: dict[str, Any] = {
            "project": pulumi.get_project(),
            "stack": pulumi.get_stack(),
            "aws:region": pulumi.Config("aws").get("region"),
        }
        config = pulumi.Config()
        keys = {field.alias or name for name, field in cls.model_fields.items()} - values.keys()
        values |= {key: config.get(key) for key in keys}
        wrong = explain_unknown_keys({*keys, WEBHOOKS_KEY})
        owners = None
        try:
            settings = cls.model_validate({key: value for key, value in values.items() if value is not None})
        except ValidationError as error:
            wrong += _explain(error)
        else:
            owners = settings.owners
            wrong += explain_contradictions(settings)
        wrong += explain_webhooks(owners)
        if wrong:
            raise pulumi.RunError("\n  ".join(["The stack's configuration is wrong:", *wrong]))
        return settings


def _explain(error: ValidationError) -> list[str]:
    lines = []
    for problem in error.errors():
        key = str(problem["loc"][0])
        if key not in {"aws:region", "stack", "project"}:
            key = f"{pulumi.get_project()}:{key}"
        if problem["type"] == "missing":
            lines.append(f"{key} is not set. Set it with: pulumi config set {key} VALUE")
        else:
            rule = problem["msg"].removeprefix("Value error, ")
            lines.append(f"{key} is {problem['input']!r}: {rule[0].lower()}{rule[1:]}")
    return lines
