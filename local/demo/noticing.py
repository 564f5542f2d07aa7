"""What sweeps of messages would have noticed, had they run before: nobody has to wait for the first ones."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from contract.outputs import Output
from contract.owners.model import Owners
from handlers.messages.rules.planning import plan
from handlers.messages.rules.recipients import list_recipients
from handlers.messages.rules.told import list_told
from handlers.messages.sending.reading import SituationReader
from handlers.messages.sending.recipient_store import RecipientStore
from handlers.messages.sending.rows import Rows
from local.provider import Aws


def notice(aws: Aws, outputs: Mapping[str, Any], owners: Owners, at: datetime) -> None:
    """Has all recipients notice what is so now as if it were then, and tells nobody.

    Args:
        aws: the emulated account.
        outputs: of the stack.
        owners: those of the stack.
        at: not so long ago that anything would have been due at once.

    Raises:
        ConflictError: a sweep ran meanwhile.
    """
    client = aws.client("dynamodb")
    senders, incidents = outputs[Output.SENDERS_TABLE_NAME], outputs[Output.INCIDENTS_TABLE_NAME]
    store = RecipientStore(client, outputs[Output.MESSAGES_TABLE_NAME])
    recipients = list_recipients(owners)
    known = store.read(recipients)
    told = {incident for one in known.values() for incident in list_told(one.told)}
    situation = SituationReader(client, senders, incidents, Rows(owners)).read(at, told).situation
    for recipient in recipients:
        before = known[recipient.key]
        planned = plan(recipient, before.told, situation)
        if planned.told != before.told and not planned.messages:
            store.write(recipient, replace(before, told=planned.told), leased_until=None)
