"""The stack's configuration: read once, checked before any resource is declared."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, Any, Literal, Self

import pulumi
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from components import checks
from components.checks import explain_unknown_keys, find_address, list_all_channels
from components.functions.packages import Target
from components.webhooks import WEBHOOKS_KEY, explain_webhooks
from contract.names import ROOT
from contract.owners.model import SHIPPED_NAME, ChannelKind, Owners, dump_owners
from contract.owners.reading import read_owners_file
from contract.routes import RouteSpec

ThreatProtection = Literal["off", "audit", "enforced"]
TlsPolicy = Literal["tls-1.0", "tls-1.2", "tls-1.3"]
"""The oldest version that the API accepts."""
# DynamoDB's rule, with room for the names of the other tables, which follow from this one.
TableName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{3,240}$")]


class Settings(BaseModel):
    """Every configuration value of a stack but its secrets. Defaults and descriptions are in Pulumi.yaml."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel)

    region: Annotated[checks.Region, Field(alias="aws:region")]
    stack: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9-]{0,23}$")]
    project: str

    table_name: TableName
    retention_days: Annotated[int, Field(ge=0, le=3650)]
    # A replay is right about incidents that opened 14 days after the oldest run or later; a day to spare.
    run_retention_days: Annotated[int, Field(ge=15, le=3650)]
    # The projection keeps these in memory, and replays 35 days of them with 512 MB.
    sender_incident_limit: Annotated[int, Field(ge=10, le=10_000)]
    account_incident_limit: Annotated[int, Field(ge=10, le=1_000_000)]
    # Their short ids are in one item.
    new_sender_limit: Annotated[int, Field(ge=1, le=20_000)]
    account_report_limit: Annotated[int, Field(ge=10, le=100_000)]
    deletion_protection: bool
    function_target: Target
    # Lambda's quota.
    function_memory_mb: Annotated[int, Field(ge=128, le=10_240)]
    log_retention_days: checks.LogRetention
    cors_origin: checks.Origin
    domain_name: checks.DomainName
    domain_zone_id: checks.ZoneId
    domain_certificate_arn: checks.CertificateArn
    default_endpoint: bool
    tls_policy: TlsPolicy
    mail_from: checks.Sender
    mail_identity: checks.Identity
    # Cognito allows refresh tokens of 3,650 days, which no dashboard needs.
    refresh_token_days: Annotated[int, Field(ge=1, le=365)]
    # API Gateway's default quota of a region: 10,000 requests a second, 5,000 at once.
    auth_rate_limit: Annotated[int, Field(ge=1, le=10_000)]
    auth_burst_limit: Annotated[int, Field(ge=1, le=5_000)]
    report_rate_limit: Annotated[int, Field(ge=1, le=10_000)]
    report_burst_limit: Annotated[int, Field(ge=1, le=5_000)]
    action_rate_limit: Annotated[int, Field(ge=1, le=10_000)]
    action_burst_limit: Annotated[int, Field(ge=1, le=5_000)]
    manage_api_gateway_account: bool
    alarm_email: checks.Email
    # The gateway times out an integration after 29 seconds.
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
    allowed_cidrs: checks.Cidrs
    web_acl: bool
    # AWS WAF allows 10 to 2,000,000,000 for a rate-based rule.
    web_acl_auth_limit: Annotated[int, Field(ge=10, le=1_000_000)]
    # AWS Backup keeps a recovery point for at least a day.
    backup_days: Annotated[int, Field(ge=0, le=3650)]
    x_ray_tracing: bool
    customer_managed_key: bool
    threat_protection: ThreatProtection
    authenticator_apps: bool
    docs_url: checks.DocsUrl
    owners_file: checks.OwnersFile
    dashboard_url: checks.DashboardUrl

    @cached_property
    def owners(self) -> Owners | None:
        """Who owns which folders; None where the stack notifies nobody."""
        return read_owners_file(ROOT / self.owners_file) if self.owners_file else None

    @property
    def shipped_owners(self) -> Mapping[str, str]:
        """The owners as a function's package holds them: the text of a file by its name."""
        return {SHIPPED_NAME: dump_owners(self.owners)} if self.owners else {}

    @property
    def allowed_blocks(self) -> list[str]:
        """The CIDR blocks that may call the API; empty for any address."""
        return [block.strip() for block in self.allowed_cidrs.split(",") if block.strip()]

    @property
    def takes_ipv6(self) -> bool:
        """Whether callers may have IPv6 addresses."""
        return not self.allowed_blocks or any(":" in block for block in self.allowed_blocks)

    @property
    def prefix(self) -> str:
        """What the names of this stack's resources begin with."""
        return f"{self.project}-{self.stack}"

    def throttle(self, route: RouteSpec) -> tuple[int, int]:
        """How many requests the gateway accepts on a route, a second and at once; the others get 429."""
        rate, burst = (getattr(self, f"{route.throttle}_{kind}_limit") for kind in ("rate", "burst"))
        return rate, burst

    def name_table(self, what: str) -> str:
        """The name of a table: `errors` has the configured one, and beside `FileSlaErrors` is `FileSlaRuns`.

        So a second stack in an account and region needs one key alone, and no two tables have one name.
        """
        errors = "Errors"
        what = what.capitalize()
        return self.table_name if what == errors else f"{self.table_name.removesuffix(errors)}{what}"

    def function_name(self, name: str) -> str:
        """The name of a function in Lambda."""
        return f"{self.prefix}-{name}"

    @property
    def dead_letters_name(self) -> str:
        """The name of the SQS queue of runs that could not be applied."""
        return f"{self.prefix}-dead-letters"

    @property
    def metrics_namespace(self) -> str:
        """The CloudWatch namespace of this stack's own metrics, and what its alarms begin with."""
        return self.prefix

    @property
    def tags(self) -> dict[str, str]:
        """The tags of every resource."""
        return {"Project": self.project, "Stack": self.stack, "ManagedBy": "pulumi"}

    def explain_contradictions(self) -> list[str]:
        """A sentence for each contradiction: which key, what is wrong, and how to fix it."""
        problems = (*self._find_in_domain(), *self._find_in_mail(), *self._find_in_owners())
        return [f"{self.project}:{problem}" for problem in problems]

    def _find_in_domain(self) -> Iterator[str]:
        name, zone, certificate = self.domain_name, self.domain_zone_id, self.domain_certificate_arn
        if name and not zone and not certificate:
            yield (
                f"domainName is {name!r}, but it has no certificate: set domainZoneId to the Route 53 zone "
                "in which to create one, or domainCertificateArn to an existing one."
            )
        if zone and certificate:
            yield (
                "domainZoneId and domainCertificateArn are both set: remove domainCertificateArn to have a "
                "certificate created in the zone, or domainZoneId to create the DNS record yourself."
            )
        for key, value in (("domainZoneId", zone), ("domainCertificateArn", certificate)):
            if value and not name:
                yield f"{key} is {value!r}, but domainName is not set: set it, or remove {key}."
        if certificate and (its_region := certificate.split(":")[3]) != self.region:
            yield (
                f"domainCertificateArn is in the region {its_region}, but a regional API needs a certificate "
                f"in its own region: request or import one in {self.region}."
            )
        if not self.default_endpoint and not name:
            yield (
                "defaultEndpoint is false, but domainName is not set: the API would have no address. Set "
                "domainName, or remove defaultEndpoint."
            )

    def _find_in_mail(self) -> Iterator[str]:
        identity, address = self.mail_identity, find_address(self.mail_from)
        if not identity:
            return
        domain = address.rpartition("@")[2].lower()
        # A verified domain covers its subdomains.
        covered = identity == address if "@" in identity else f".{domain}".endswith(f".{identity}")
        if not address:
            yield (
                f"mailIdentity is {identity!r}, but mailFrom is not set: set the address that mails come "
                "from, or remove mailIdentity."
            )
        elif not covered:
            yield (
                f"mailIdentity is {identity!r}, which does not cover {address!r} of mailFrom: set it to that "
                "address, its domain or a parent domain, whichever SES has verified."
            )

    def _find_in_owners(self) -> Iterator[str]:
        """Channels of the owners' file that this stack cannot publish to."""
        for channel in list_all_channels(self.owners):
            topic = channel.targets[0]
            if channel.kind is ChannelKind.SNS and (its_region := topic.split(":")[3]) != self.region:
                yield (
                    f"ownersFile: the topic {topic} in line {channel.line} is in the region {its_region}, "
                    f"but a stack publishes in its own: name one in {self.region}."
                )

    @classmethod
    def load(cls) -> Self:
        """The settings of the running stack.

        Raises:
            pulumi.RunError: the configuration is wrong. The text lists every problem: the key, its value, and
                how to fix it.
        """
        values: dict[str, Any] = {
            "project": pulumi.get_project(),
            "stack": pulumi.get_stack(),
            "aws:region": pulumi.Config("aws").get("region"),
        }
        config = pulumi.Config()
        keys = {field.alias or name for name, field in cls.model_fields.items()} - values.keys()
        values |= {key: config.get(key) for key in keys}
        problems = explain_unknown_keys(pulumi.get_project(), {*keys, WEBHOOKS_KEY})
        owners = None
        try:
            settings = cls.model_validate({key: value for key, value in values.items() if value is not None})
        except ValidationError as error:
            problems += _explain(error)
        else:
            owners = settings.owners
            problems += settings.explain_contradictions()
        problems += explain_webhooks(owners)
        if problems:
            raise pulumi.RunError("\n  ".join(["The stack's configuration is wrong:", *problems]))
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
