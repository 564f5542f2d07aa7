"""What names, addresses and topics of owners may look like."""

import re
from typing import Final

MAX_NAME_CHARACTERS: Final = 64
"""Of an owner or a webhook. A topic that is named after an owner may have 256, with all else in its name."""
MAX_MAIL_ADDRESSES: Final = 50
"""Recipients of one mail (Amazon SES quotas)."""
_NAME: Final = re.compile(rf"[A-Za-z0-9][A-Za-z0-9-]{{0,{MAX_NAME_CHARACTERS - 1}}}")
_MAIL: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@([A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{2,63}")
_TOPIC: Final = re.compile(r"arn:aws:sns:[a-z]{2}(-[a-z]+)+-\d:\d{12}:[A-Za-z0-9_-]{1,256}")


def check_name(name: str) -> str | None:
    """What is wrong with the name of an owner or of a webhook; None where nothing is."""
    if _NAME.fullmatch(name):
        return None
    return f"may have up to {MAX_NAME_CHARACTERS} letters, digits and -, and begins with no -"


def check_mail(address: str) -> str | None:
    """What is wrong with a mail address; None where nothing is. It goes into a mail's head as it is."""
    if _MAIL.fullmatch(address):
        return None
    return "is no mail address such as orders@example.com, in ASCII and without a name"


def check_topic(arn: str) -> str | None:
    """What is wrong with the ARN of an SNS topic; None where nothing is."""
    if _TOPIC.fullmatch(arn):
        return None
    if arn.endswith(".fifo"):
        return "is a FIFO topic, which mails and most others cannot subscribe to: name a standard topic"
    return "is no ARN of an SNS topic such as arn:aws:sns:eu-central-1:123456789012:on-call"
