"""What a webhook's refusal means: wait and send again, or have somebody mend the channel."""

import re
from collections.abc import Collection
from typing import Final

from handlers.messages.channels.errors import ChannelError, DeliveryError
from handlers.messages.channels.posting import Answer
from handlers.messages.channels.webhooks import tell_commands

_CODE: Final = re.compile(r'\A\s*([a-z_]{3,60})\s*\Z|"code"\s*:\s*"([A-Za-z]{3,60})"')
"""The name of an error: of Slack's the whole answer, of a workflow's a key of it. Nothing else of an answer
is told on: it may quote the address that was called."""
_WRONG_ADDRESS: Final = frozenset({401, 403, 404, 405, 410})
"""Refused for who calls what, and not for what was said or when."""
_IN_DOUBT: Final = frozenset({502, 504})
"""Of a gateway that handed the message on and got no answer, or none that it understood."""


def find_code(answer: Answer) -> str:
    """The name of the error, or empty."""
    found = _CODE.search(answer.text)
    return (found.group(1) or found.group(2)) if found else ""


def check_answer(answer: Answer, service: str, webhook: str, fatal: Collection[str] = ()) -> None:
    """Raises what an answer means, unless it is that all went well.

    Args:
        answer: of the webhook.
        service: what errors call it.
        webhook: its name in the configuration.
        fatal: names of errors that no retry mends, whatever their status.

    Raises:
        DeliveryError: it may go through later.
        ChannelError: it fails until somebody mends the channel.
    """
    if 200 <= answer.status < 300:
        return
    code = find_code(answer)
    said = f"{service} answered {answer.status}{f' {code}' if code else ''}"
    if 300 <= answer.status < 400:
        raise ChannelError(
            f"{said}: the address of the webhook {webhook} leads elsewhere, which is not followed; "
            f"set its address with {tell_commands(webhook)}"
        )
    if answer.status in _WRONG_ADDRESS or code in fatal:
        raise ChannelError(
            f"{said}: the webhook {webhook} was removed, switched off or locked out; make a new one, "
            f"set its address with {tell_commands(webhook)}"
        )
    raise DeliveryError(said, answer.retry_after, in_doubt=answer.status in _IN_DOUBT)
