"""What configuration values may look like.

A check returns the value, or raises a ValueError that says what it must be. It takes an empty text.
"""

import ipaddress
import re
from collections.abc import Collection, Iterator
from difflib import get_close_matches
from email.utils import formataddr, parseaddr
from functools import cache
from typing import Annotated, Final

import botocore.session
from pulumi.runtime.config import CONFIG, get_config_env
from pydantic import AfterValidator, Field

from contract.names import ROOT
from contract.owners.model import Channel, Owners, list_channels
from contract.owners.reading import OwnersFileError, read_owners_file

# The values that CloudWatch Logs accepts (PutRetentionPolicy).
LOG_RETENTION_DAYS: Final = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
)  # fmt: skip
_LABEL: Final = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_TOP_LABEL: Final = r"[a-z]([a-z0-9-]{0,61}[a-z0-9])"


def _matching(pattern: str, rule: str) -> AfterValidator:
    """Takes what is empty or matches the whole pattern; the rule is the error's text."""

    def check(value: str) -> str:
        if value and not re.fullmatch(pattern, value):
            raise ValueError(rule)
        return value

    return AfterValidator(check)


def _check_region(region: str) -> str:
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


def _check_log_retention(days: int) -> int:
    if days not in LOG_RETENTION_DAYS:
        raise ValueError(f"must be one of {', '.join(map(str, LOG_RETENTION_DAYS))}")
    return days


def _check_cidrs(value: str) -> str:
    for block in filter(None, value.split(",")):
        try:
            ipaddress.ip_network(block.strip())
        except ValueError:
            raise ValueError(
                f"{block.strip()!r} is not a CIDR block; write each as in 203.0.113.0/24"
            ) from None
    return value


def _check_sender(value: str) -> str:
    name, address = parseaddr(value)
    well_formed = value.isascii() and value in {address, formataddr((name, address))}
    if value and not (well_formed and re.fullmatch(r"[^@\s<>\"]+@[^@\s<>\"]+\.[^@\s<>\"]+", address)):
        raise ValueError(
            "must be an address such as sla@example.com, or a name and an address such as "
            "file-sla <sla@example.com>, in ASCII; put a name with a comma or a dot in double quotes"
        )
    return value


def _check_owners_file(value: str) -> str:
    if value:
        try:
            read_owners_file(ROOT / value)
        except OwnersFileError as error:
            raise ValueError("\n    ".join(error.problems)) from None
    return value


_WITHOUT_SLASH: Final = AfterValidator(lambda value: value.rstrip("/"))
_EMAIL: Final = _matching(r"[^@\s]+@[^@\s]+\.[^@\s]+", "must be an e-mail address, or empty")
# RFC 1123, in lower case as API Gateway requires.
_HOST: Final = _matching(
    rf"(?=.{{1,253}}$)({_LABEL}\.)+{_TOP_LABEL}",
    "must be a host name in lower case such as sla.example.com, without https://, port or path",
)
Region = Annotated[str, AfterValidator(_check_region)]
"""A region of the standard partition, whose ARNs and host names this program writes. Never empty."""
LogRetention = Annotated[int, AfterValidator(_check_log_retention)]
"""Days, one of those that CloudWatch Logs has."""
DocsUrl = Annotated[
    str,
    Field(min_length=1),
    _matching(
        r"(https://)?[A-Za-z0-9._~/:@-]{1,200}",
        "must be an https address or a path, of at most 200 characters",
    ),
    _WITHOUT_SLASH,
]
DashboardUrl = Annotated[
    str,
    _matching(
        r"(https://[A-Za-z0-9.-]+|http://127\.0\.0\.1)(:\d{1,5})?[A-Za-z0-9._~/-]{0,100}",
        "must be an https address such as https://sla.example.com, without ? and #, or one that begins "
        "with http://127.0.0.1, or empty",
    ),
    _WITHOUT_SLASH,
]
Origin = Annotated[
    str,
    Field(min_length=1),
    _matching(
        r"\*|https?://[A-Za-z0-9.-]+(:\d{1,5})?",
        'must be "*" or an origin such as https://ops.example.com, without a path',
    ),
]
"""Of the CORS protocol."""
Cidrs = Annotated[str, AfterValidator(_check_cidrs)]
"""CIDR blocks, separated by commas."""
# A certificate's domain name cannot have more characters (ACM).
DomainName = Annotated[
    str,
    _HOST,
    _matching(r".{1,64}", "has more than the 64 characters that a certificate's domain name may have"),
]
ZoneId = Annotated[
    str,
    _matching(
        r"Z[A-Z0-9]{1,31}",
        "must be the id of a hosted zone such as Z0123456789ABCDEFGHIJ, as `aws route53 list-hosted-zones` "
        "shows it, without /hostedzone/",
    ),
]
CertificateArn = Annotated[
    str,
    _matching(
        r"arn:aws:acm:[a-z0-9-]+:\d{12}:certificate/[A-Za-z0-9-]+",
        "must be the ARN of a certificate in AWS Certificate Manager, such as "
        "arn:aws:acm:eu-central-1:123456789012:certificate/12345678-1234-1234-1234-123456789012",
    ),
]
Email = Annotated[str, _EMAIL]
Sender = Annotated[str, AfterValidator(_check_sender)]
"""An e-mail address, alone or after a name, in ASCII as SES requires."""
Identity = Annotated[str, AfterValidator(lambda value: (_EMAIL if "@" in value else _HOST).func(value))]
"""An identity of SES: a domain or an e-mail address."""
OwnersFile = Annotated[str, AfterValidator(_check_owners_file)]
"""The path of a valid owners' file, from the project's folder. The error lists all problems."""


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
        nearest = get_close_matches(key, known, n=1)
        meant = f" Did you mean {namespace}:{nearest[0]}?" if nearest else ""
        remedy = f"Remove it with: pulumi config rm {namespace}:{key}"
        problems.append(f"{namespace}:{key} is not a key of this program.{meant} {remedy}")
    return problems
