"""What a host name, a hosted zone's id and a certificate's ARN look like. Each may be empty."""

import re

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
