"""The incidents that tell what became of the files on a page."""

from contract.folders import folder_key
from dashboard.data import record_table
from dashboard.data.incident import Incident
from dashboard.frame.page import Page
from dashboard.frame.waiting import wait_for
from dashboard.services.breach_spans import BreachSpan, Spans
from dashboard.services.incidents import list_utc_days


def load_breach_spans(page: Page) -> Spans:
    """The incidents that ended since the page's range began, and those that live now."""
    return wait_for(record_table.THE_TABLE, lambda: read_breach_spans(page), "breach_spans")


def read_breach_spans(page: Page) -> Spans:
    """The same, without a word: for what no page's run waits for."""
    table, days = page.session.incidents, list_utc_days(page.period.start, page.now)
    spans: dict[tuple[str, str], list[BreachSpan]] = {}
    for one in (*table.list_ended(days, most=None), *table.list_live()):
        spans.setdefault((one.sender, folder_key(one.folder)), []).append(_span(one))
    return spans


def _span(incident: Incident) -> BreachSpan:
    return BreachSpan(incident.opened_at, incident.ended_at, incident.status)
