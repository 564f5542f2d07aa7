"""For how long an incident counts as a breach."""

from dashboard.data.breach import Breach, join_breaches, measure_breach, read_breach
from dashboard.data.queries import _read_item
from handlers.projection.store_incidents import describe_incident, incident_key
from handlers.projection.store_state import State
from tests.dashboard.projected import read_incidents
from tests.incidents.playing import at, listing, played, run, stuck

A, B = "C:\\Jobs\\A", "C:\\Jobs\\B"
BREACH = stuck(A, "a", created=-2, sla=60)


def ended(state: State) -> Breach:
    [one] = state.incidents.values()
    values = {
        **incident_key("account", one.incident_id),
        **describe_incident(one, "account", latest=True, retention=None),
    }
    return read_breach(_read_item({name: value for name, value in values.items() if value is not None}))


def test_what_a_run_showed_to_be_over_counts_until_then() -> None:
    one = ended(played(listing(0, [B], BREACH), listing(1, [A, B])))
    assert (one.folder, one.owner, one.since, one.until) == (A, "", at(-1), at(1))


def test_what_nobody_saw_end_counts_until_it_was_last_seen() -> None:
    lapsed = ended(played(run(0, BREACH), run(1, BREACH), until=99))
    assert lapsed.until == at(1)
    # Cleared out of the unknown: at some time between.
    between = ended(played(listing(0, [B], BREACH), listing(30, [A, B])))
    assert between.until == at(0)


def test_what_goes_on_has_no_end_unless_nobody_can_tell() -> None:
    [is_open] = read_incidents(played(listing(0, [B], BREACH)))
    [unknown] = read_incidents(played(listing(0, [B], BREACH), until=9))
    assert measure_breach(is_open).until is None
    assert measure_breach(unknown).until == at(0)


def test_one_that_was_opened_again_is_one() -> None:
    first = Breach("1", A, "", at(0), at(2))
    again = Breach("1", A, "", at(0), at(5))
    live = Breach("1", A, "", at(0), None)
    assert join_breaches([again, first], []) == [again]
    assert join_breaches([first, again], [live]) == [live]
