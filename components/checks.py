"""What configuration values may look like, and which of them contradict each other.

A check of one value returns it, or raises a ValueError that says what it must be. A value may be empty unless
the docstring says otherwise.
"""

import ipaddress
import re
from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from email.utils import formataddr, parseaddr
from functools import cache
from typing import Final

import botocore.session
from pulumi.runtime.config import CONFIG, get_config_env

from contract.names import ROOT
from contract.owners.model import Channel, ChannelKind, Owners, list_channels
from contract.owners.reading import OwnersFileError, read_owners_file

# The values that CloudWatch Logs accepts (PutRetentionPolicy).
LOG_RETENTION_DAYS: Final = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
)  # fmt: skip
REMOVED_KEYS: Final[Mapping[str, str]] = {
    "heartbeatMinutes": "Use silentSendersAlarmCount: how many senders must be silent for an alarm.",
    **{
        f"{table}TableName": "The names of the other tables follow from tableName."
        for table in ("runs", "senders", "incidents", "notifications")
    },
    "breachQuietMinutes": "Use openIncidentsAlarmCount: how many incidents must be open for an alarm.",
}
"""Keys of earlier versions, and what to use instead."""
_LABEL: Final = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_TOP_LABEL: Final = r"[a-z]([a-z0-9-]{0,61}[a-z0-9])"


def _match(value: str, pattern: str, rule: str) -> str:
    """The value, which is empty or matches the whole pattern; the rule is the error's text."""
    if value and not re.fullmatch(pattern, value):
        raise ValueError(rule)
    return value


def check_region(region: str) -> str:
    """A region of the standard partition, whose ARNs and host names this program writes. Never empty."""
    if re.match(r"cn-|us-gov-|us-iso|eu-isoe-|eusc-", region):
        raise ValueError(
            "is in another partition than the standard one, with other ARNs and host names; use a region of "
            "the standard partition, such as eu-central-1"
        )
    if region not in (known := _list_regions()):
        nearest = get_close_matches(region, known, n=1)
        meant = f" Did you mean {nearest[0]}?" if nearest else ""
        raise ValueError(
            f"is no region that AWS had when this version was made.{meant} For a newer one: "
            "uv lock --upgrade-package botocore, then make setup"
        )
    return region


@cache
def _list_regions() -> list[str]:
    # It reads all that botocore knows of every service.
    regions: list[str] = botocore.session.Session().get_available_regions("dynamodb")
    return regions


def check_log_retention(days: int) -> int:
    """One of the retentions that CloudWatch Logs has."""
    if days not in LOG_RETENTION_DAYS:
        raise ValueError(f"must be one of {', '.join(map(str, LOG_RETENTION_DAYS))}")
    return days


def check_docs_url(value: str) -> str:
    """An address or a path without a slash at its end."""
    if not re.fullmatch(r"(https://)?[A-Za-z0-9._~/:@-]{1,200}", value):
        raise ValueError("must be an https address or a path, of at most 200 characters")
    return value.rstrip("/")


def check_dashboard_url(value: str) -> str:
    """An address without a slash at its end."""
    return _match(
        value,
        r"(https://[A-Za-z0-9.-]+|http://127\.0\.0\.1)(:\d{1,5})?[A-Za-z0-9._~/-]{0,100}",
        "must be an https address such as https://sla.example.com, without ? and #, or one that begins "
        "with http://127.0.0.1, or empty",
    ).rstrip("/")


def check_origin(value: str) -> str:
    """An origin of the CORS protocol, or `*`. Never empty."""
    if value != "*" and not re.fullmatch(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?", value):
        raise ValueError('must be "*" or an origin such as https://ops.example.com, without a path')
    return value


def check_cidrs(value: str) -> str:
    """CIDR blocks, separated by commas."""
    for block in filter(None, value.split(",")):
        try:
            ipaddress.ip_network(block.strip())
        except ValueError:
            raise ValueError(
                f"{block.strip()!r} is not a CIDR block; write each as in 203.0.113.0/24"
            ) from None
    return value


def check_host(value: str) -> str:
    """A host name of two labels or more (RFC 1123), in lower case as API Gateway requires."""
    return _match(
        value,
        rf"(?=.{{1,253}}$)({_LABEL}\.)+{_TOP_LABEL}",
        "must be a host name in lower case such as sla.example.com, without https://, port or path",
    )


def check_domain_name(value: str) -> str:
    """A host name of at most 64 characters: a certificate's domain name cannot have more (ACM)."""
    rule = "has more than the 64 characters that a certificate's domain name may have"
    return _match(check_host(value), r".{1,64}", rule)


def check_zone(value: str) -> str:
    """The id of a Route 53 hosted zone."""
    return _match(
        value,
        r"Z[A-Z0-9]{1,31}",
        "must be the id of a hosted zone such as Z0123456789ABCDEFGHIJ, as `aws route53 list-hosted-zones` "
        "shows it, without /hostedzone/",
    )


def check_certificate(value: str) -> str:
    """The ARN of a certificate in AWS Certificate Manager."""
    return _match(
        value,
        r"arn:aws:acm:[a-z0-9-]+:\d{12}:certificate/[A-Za-z0-9-]+",
        "must be the ARN of a certificate in AWS Certificate Manager, such as "
        "arn:aws:acm:eu-central-1:123456789012:certificate/12345678-1234-1234-1234-123456789012",
    )


def check_email(value: str) -> str:
    """An e-mail address."""
    return _match(value, r"[^@\s]+@[^@\s]+\.[^@\s]+", "must be an e-mail address, or empty")


def check_sender(value: str) -> str:
    """An e-mail address, alone or after a name, in ASCII as SES requires."""
    name, address = parseaddr(value)
    well_formed = value.isascii() and value in {address, formataddr((name, address))}
    if value and not (well_formed and re.fullmatch(r"[^@\s<>\"]+@[^@\s<>\"]+\.[^@\s<>\"]+", address)):
        raise ValueError(
            "must be an address such as sla@example.com, or a name and an address such as "
            "file-sla <sla@example.com>, in ASCII; put a name with a comma or a dot in double quotes"
        )
    return value


def check_identity(value: str) -> str:
    """An identity of SES: a domain or an e-mail address."""
    return check_email(value) if "@" in value else check_host(value)


def check_owners_file(value: str) -> str:
    """The path of a valid owners' file, from the project's folder. The error lists all problems."""
    if value:
        try:
            read_owners_file(ROOT / value)
        except OwnersFileError as error:
            raise ValueError("\n    ".join(error.problems)) from None
    return value


def find_address(sender: str) -> str:
    """The address of a mail's sender, without the name."""
    return parseaddr(sender)[1]


def list_all_channels(owners: Owners | None) -> Iterator[Channel]:
    """Every channel of every owner, in the order of the file; none without owners."""
    for owner in owners.owners.values() if owners else ():
        for _, channel in list_channels(owner):
            yield channel


def explain_unknown_keys(namespace: str, known: Collection[str]) -> list[str]:
    """A sentence for each configured key of a namespace that nothing has.

    Pulumi accepts any key: a misspelled one would change nothing, and its default would stay in force.

    Args:
        namespace: of the keys: the project's, or `aws`.
        known: the keys that there are, without the namespace.
    """
    configured = (key.split(":", 1) for key in {*CONFIG.get(), *get_config_env()})
    given = {key for its_namespace, key in configured if its_namespace == namespace}
    problems = []
    for key in sorted(given - set(known)):
        remedy = f"Remove it with: pulumi config rm {namespace}:{key}"
        if key in REMOVED_KEYS and namespace != "aws":
            problems.append(f"{namespace}:{key} was removed. {REMOVED_KEYS[key]} {remedy}")
        else:
            nearest = get_close_matches(key, known, n=1)
            meant = f" Did you mean {namespace}:{nearest[0]}?" if nearest else ""
            problems.append(f"{namespace}:{key} is not a key of this program.{meant} {remedy}")
    return problems


def find_in_domain(
    name: str, zone: str, certificate: str, *, default_endpoint: bool, region: str
) -> Iterator[str]:
    """Contradictions among the keys of the API's host name: which key, what is wrong, and how to fix it."""
    if name and not zone and not certificate:
        yield (
            f"domainName is {name!r}, but it has no certificate: set domainZoneId to the Route 53 zone in "
            "which to create one, or domainCertificateArn to an existing one."
        )
    if zone and certificate:
        yield (
            "domainZoneId and domainCertificateArn are both set: remove domainCertificateArn to have a "
            "certificate created in the zone, or domainZoneId to create the DNS record yourself."
        )
    for key, value in (("domainZoneId", zone), ("domainCertificateArn", certificate)):
        if value and not name:
            yield f"{key} is {value!r}, but domainName is not set: set it, or remove {key}."
    if certificate and (its_region := certificate.split(":")[3]) != region:
        yield (
            f"domainCertificateArn is in the region {its_region}, but a regional API needs a certificate in "
            f"its own region: request or import one in {region}."
        )
    if not default_endpoint and not name:
        yield (
            "defaultEndpoint is false, but domainName is not set: the API would have no address. Set "
            "domainName, or remove defaultEndpoint."
        )


def find_in_mail(sender: str, identity: str) -> Iterator[str]:
    """Contradictions among the keys of mail through SES."""
    if identity and not sender:
        yield (
            f"mailIdentity is {identity!r}, but mailFrom is not set: set the address that mails come from, "
            "or remove mailIdentity."
        )
    if not identity or not sender:
        return
    address = find_address(sender)
    domain = address.rpartition("@")[2].lower()
    # A verified domain covers its subdomains.
    covered = identity == address if "@" in identity else f".{domain}".endswith(f".{identity}")
    if not covered:
        yield (
            f"mailIdentity is {identity!r}, which does not cover {address!r} of mailFrom: set it to that "
            "address, its domain or a parent domain, whichever SES has verified."
        )


def find_in_owners(owners: Owners | None, region: str) -> Iterator[str]:
    """Channels of the owners' file that this stack cannot publish to."""
    for channel in list_all_channels(owners):
        topic = channel.targets[0]
        if channel.kind is ChannelKind.SNS and (its_region := topic.split(":")[3]) != region:
            yield (
                f"ownersFile: the topic {topic} in line {channel.line} is in the region {its_region}, but a "
                f"stack publishes in its own: name one in {region}."
            )
