"""Configuration keys that the program does not know.

Pulumi takes any key. A misspelt one would be accepted in silence, and its default stay in force.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from email.utils import formataddr, parseaddr
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pulumi
from pulumi.runtime.config import CONFIG, get_config_env

from contract.names import ROOT
from contract.owners.model import SHIPPED_NAME, Channel, ChannelKind, Owners, dump_owners, list_channels
from contract.owners.reading import OwnersFileError, read_owners_file

if TYPE_CHECKING:
    from components.settings import Settings


REMOVED: Final[Mapping[str, str]] = {
    "heartbeatMinutes": (
        "Each sender is watched by its own interval now; silentSendersAlarmCount says from how many "
        "silent ones an alarm goes off."
    ),
    "breachQuietMinutes": (
        "Breaches are incidents now, which begin and end; openIncidentsAlarmCount says from how many open "
        "ones an alarm goes off."
    ),
}
"""Keys that there were, and what is there in their place."""


def explain_unknown_keys(known: Collection[str]) -> list[str]:
    """A sentence for each key in the project's namespace that is not known, with the nearest that is."""
    namespace = f"{pulumi.get_project()}:"
    given = {
        key.removeprefix(namespace) for key in (*CONFIG.get(), *get_config_env()) if key.startswith(namespace)
    }
    return [_explain(namespace, key, known) for key in sorted(given - set(known))]


def _explain(namespace: str, key: str, known: Collection[str]) -> str:
    remedy = f"Remove it with: pulumi config rm {namespace}{key}"
    if key in REMOVED:
        return f"{namespace}{key} is no key any more. {REMOVED[key]} {remedy}"
    nearest = get_close_matches(key, known, n=1)
    meant = f" Did you mean {namespace}{nearest[0]}?" if nearest else ""
    return f"{namespace}{key} is no key of this program.{meant} {remedy}"


_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_TOP_LABEL = r"[a-z]([a-z0-9-]{0,61}[a-z0-9])"


def check_host(value: str) -> str:
    """A host name of two labels or more, by RFC 1123, in lower case as API Gateway wants it.

    Raises:
        ValueError: it is none.
    """
    if value and (len(value) > 253 or not re.fullmatch(rf"({_LABEL}\.)+{_TOP_LABEL}", value)):
        raise ValueError(
            "must be a host name in lower case such as sla.example.com, without https://, port or path"
        )
    return value


def check_zone(value: str) -> str:
    """The id of a hosted zone.

    Raises:
        ValueError: it is none.
    """
    if value and not re.fullmatch(r"Z[A-Z0-9]{1,31}", value):
        raise ValueError(
            "must be the id of a hosted zone such as Z0123456789ABCDEFGHIJ, as "
            "`aws route53 list-hosted-zones` tells it, without /hostedzone/"
        )
    return value


def check_certificate(value: str) -> str:
    """The ARN of a certificate in AWS Certificate Manager.

    Raises:
        ValueError: it is none.
    """
    if value and not re.fullmatch(r"arn:aws:acm:[a-z0-9-]+:\d{12}:certificate/[A-Za-z0-9-]+", value):
        raise ValueError(
            "must be the ARN of a certificate in AWS Certificate Manager, such as "
            "arn:aws:acm:eu-central-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"
        )
    return value


def check_email(value: str) -> str:
    """An address, or empty.

    Raises:
        ValueError: it is neither.
    """
    if value and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value):
        raise ValueError("must be an e-mail address, or empty")
    return value


def check_sender(value: str) -> str:
    """An address, alone or after a name, or empty. SES wants ASCII.

    Raises:
        ValueError: it is neither.
    """
    name, address = parseaddr(value)
    well_formed = value.isascii() and value in {address, formataddr((name, address))}
    if value and not (well_formed and re.fullmatch(r"[^@\s<>\"]+@[^@\s<>\"]+\.[^@\s<>\"]+", address)):
        raise ValueError(
            "must be an address such as sla@example.com, or a name and an address such as "
            "file-sla <sla@example.com>, in ASCII; a name with a comma, dot or the like in double quotes"
        )
    return value


def check_identity(value: str) -> str:
    """A domain or an address, or empty.

    Raises:
        ValueError: it is none of them.
    """
    return check_email(value) if "@" in value else check_host(value)


def find_address(sender: str) -> str:
    """The address of a sender, without the name."""
    return parseaddr(sender)[1]


def holds(identity: str, address: str) -> bool:
    """Whether a verified identity lets SES send from an address: a domain does for its subdomains too."""
    if "@" in identity:
        return identity == address
    domain = address.rpartition("@")[2].lower()
    return domain == identity or domain.endswith(f".{identity}")


def find_owners_file(value: str) -> Path:
    """The file that the key `ownersFile` names, relative to the project's folder."""
    return ROOT / value


def check_owners_file(value: str) -> str:
    """The path of a file in which all is right, or empty.

    Raises:
        ValueError: all that is wrong with it, each with its line.
    """
    if value:
        try:
            read_owners_file(find_owners_file(value))
        except OwnersFileError as error:
            raise ValueError("\n    ".join(error.problems)) from None
    return value


def ship_owners(owners: Owners | None) -> Mapping[str, str]:
    """What a function's package has to hold that wants to know whom folders belong to."""
    return {SHIPPED_NAME: dump_owners(owners)} if owners else {}


def list_all_channels(owners: Owners) -> Iterator[Channel]:
    """Every channel of every owner, in the order of the file."""
    for owner in owners.owners.values():
        for _, channel in list_channels(owner):
            yield channel


def explain_contradictions(settings: "Settings") -> list[str]:
    """A sentence for each contradiction: which keys, what is wrong with them, and how to mend it."""
    return [
        f"{settings.project}:{problem}"
        for problem in (*_find_in_domain(settings), *_find_in_mail(settings), *_find_in_owners(settings))
    ]


def _find_in_domain(settings: "Settings") -> Iterator[str]:
    name, zone, certificate = (
        settings.domain_name,
        settings.domain_zone_id,
        settings.domain_certificate_arn,
    )
    if name and not zone and not certificate:
        yield (
            f"domainName is {name!r}, and there is no certificate for it: set domainZoneId to the Route 53 "
            "zone in which one is to be made, or domainCertificateArn to one of yours."
        )
    if zone and certificate:
        yield (
            "domainZoneId and domainCertificateArn are both set: remove domainCertificateArn to have a "
            "certificate made in the zone, or domainZoneId to make the record yourself."
        )
    for key, value in (("domainZoneId", zone), ("domainCertificateArn", certificate)):
        if value and not name:
            yield f"{key} is {value!r}, and there is no domainName for it: set that as well, or remove {key}."
    if certificate and (region := certificate.split(":")[3]) != settings.region:
        yield (
            f"domainCertificateArn is of the region {region}: a regional API takes a certificate of its own "
            f"region alone. Request or import one in {settings.region}."
        )
    if not settings.default_endpoint and not name:
        yield (
            "defaultEndpoint is false, and there is no domainName: nobody could reach the API. Set "
            "domainName, or remove defaultEndpoint."
        )


def _find_in_mail(settings: "Settings") -> Iterator[str]:
    sender, identity = settings.mail_from, settings.mail_identity
    if identity and not sender:
        yield (
            f"mailIdentity is {identity!r}, and there is no mailFrom: set the address that mails are to come "
            "from, or remove mailIdentity."
        )
    if identity and sender and not holds(identity, find_address(sender)):
        yield (
            f"mailIdentity is {identity!r}, which does not hold {find_address(sender)!r} of mailFrom: SES "
            "sends from an address, or from those of a domain and its subdomains, that it has verified."
        )


def _find_in_owners(settings: "Settings") -> Iterator[str]:
    for channel in list_all_channels(settings.owners) if settings.owners else ():
        topic = channel.targets[0]
        if channel.kind is ChannelKind.SNS and (region := topic.split(":")[3]) != settings.region:
            yield (
                f"ownersFile is {settings.owners_file!r}: the topic {topic} in line {channel.line} is in the "
                f"region {region}: name one in {settings.region}, where the function publishes."
            )
