"""Actions on incidents."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from contract.action import ActOnIncident, IncidentAction
from contract.answers import IncidentAnswer
from contract.metrics import Outcome
from handlers.actions.closing import close
from handlers.actions.doer import Doer
from handlers.actions.errors import NotKnownError
from handlers.actions.incident_changes import check_change, describe_asked, list_changes, say_done
from handlers.actions.incident_table import IncidentTable, count_deeds, count_note_bytes, has_deed
from handlers.actions.now import read_incident_now
from handlers.actions.parsing import check_until
from handlers.actions.retrying import do_again
from handlers.projection.store_incidents import Entry
from handlers.projection.store_state import SenderStore

_UNKNOWN: Final = (
    "No such incident is known; it may have been of long ago. Its id is the attribute IncidentId."
)


@dataclass(frozen=True)
class IncidentActions:
    """Does what people ask for of incidents.

    Attributes:
        table: where incidents are.
        store: where they are kept with their senders, by which the rules close them.
        sleep: waits the given seconds; tests pass their own.
    """

    table: IncidentTable
    store: SenderStore
    sleep: Callable[[float], None] = time.sleep

    def act(self, request: ActOnIncident, doer: Doer) -> tuple[IncidentAnswer, Outcome]:
        """Does it, and tells how the incident is then.

        Raises:
            InvalidBodyError: it would end too soon or too late.
            NotKnownError: there is no such incident.
            NotSoError: the incident is not what the action says.
            ThrottledError: others went on writing the same incident.
        """
        now = self.store.clock()
        sender = self.table.find_sender(request.incident_id)
        if sender is None:
            raise NotKnownError(_UNKNOWN)
        deed_id = doer.deed_id(request)
        return do_again(lambda: self._try(request, sender, deed_id, doer.caller.username, now), self.sleep)

    def _try(
        self, request: ActOnIncident, sender: str, deed_id: str, by: str, now: datetime
    ) -> tuple[IncidentAnswer, Outcome]:
        item = self.table.read(sender, request.incident_id)
        if item is None:
            raise NotKnownError(_UNKNOWN)
        incident = read_incident_now(item)
        if has_deed(item, deed_id):
            return IncidentAnswer(message="Done before.", incident=incident), Outcome.DONE_BEFORE
        check_until(request, now)
        check_change(request, incident, deeds=count_deeds(item), note_bytes=count_note_bytes(item))
        deed = describe_asked(request, deed_id, by, now)
        entry = Entry(deed=deed, version=incident.version)
        if request.action is IncidentAction.CLOSE:
            written = close(self.store, item, entry)
        else:
            written = self.table.write(item, list_changes(deed), entry)
        return IncidentAnswer(message=say_done(deed), incident=read_incident_now(written)), Outcome.DONE
