"""Senders of mail, and the identities of Amazon SES that hold them."""

import re
from email.utils import formataddr, parseaddr

from components.api.specs.domain_values import check_host


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
