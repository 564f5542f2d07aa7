"""Configuration values that are right each by itself, and wrong together."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from components.specs.mail_address import find_address, holds
from components.specs.owners_file import list_all_channels
from contract.owners.model import ChannelKind

if TYPE_CHECKING:
    from components.settings import Settings


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
