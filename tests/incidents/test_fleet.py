"""Small fleets, whose truth is known: what must never be wrong, and a rebuild from the runs that are kept."""

import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bench.fleet.__main__ import judged
from bench.fleet.servers import Script
from bench.fleet.variants import Variant
from bench.fleet.world import WEEK
from handlers.incidents.folding import fold, kept
from handlers.incidents.projection import advance
from handlers.incidents.rules import LOOK_BACK
from handlers.incidents.sightings import settled
from handlers.incidents.state import Incident

KEPT = timedelta(days=35)
STOCK, HEARTBEATS, LISTS = Script(), Script(heartbeats=True), Script(lists=True)


def test_with_lists_nothing_is_cleared_falsely() -> None:
    verdict = judged(Variant(name="lists", script=LISTS, servers=5), seed=1, length=WEEK)
    assert verdict.seen > 10
    assert verdict.clearings >= verdict.seen - verdict.merged - 5
    assert verdict.false_clearings == verdict.split == 0
    # A run an hour: what is over is called so at the next, or at the one after that if it is lost.
    assert verdict.after(95) <= 121


def test_a_stock_script_is_called_open_for_no_longer_than_its_patience() -> None:
    verdict = judged(Variant(name="stock", script=STOCK, servers=5), seed=1, length=WEEK)
    assert verdict.seen > 10
    assert max(verdict.open_after) <= 125
    assert verdict.false_silences == verdict.true_silences == 0


@pytest.mark.parametrize("script", [STOCK, HEARTBEATS, LISTS])
def test_a_rebuild_from_the_runs_that_are_kept_gives_what_a_live_projection_has(script: Script) -> None:
    chance, length = random.Random(7), 9 * WEEK
    for servers in Variant(name="", script=script, servers=3).senders(chance, length):
        runs = [run for server in servers for run in server.runs(chance, "sender", length)]
        now = runs[-1].moment
        rest = [run for run in runs if now - run.moment <= KEPT]
        before = fold(run for run in runs if now - run.moment > KEPT)
        assert before.state.sender is not None
        live = fold(runs)
        anew = kept(live.incidents, fold(rest, regular_at=before.state.sender.regular_at), rest[0].moment)
        since = rest[0].moment + LOOK_BACK
        told = [
            {one.incident_id: one for one in settled_incidents if one.opened.at >= since}
            for settled_incidents in (live.incidents, anew.incidents)
        ]
        assert told[0]
        assert told[0].keys() == told[1].keys()
        states = [settled(advance(one.state, now + timedelta(days=9)).state) for one in (live, anew)]
        assert _recent(states[0].incidents, since) == _recent(states[1].incidents, since)
        assert states[0].sender is not None
        assert states[1].sender is not None
        # When it first came, and since when it is so, is not in the runs that are kept.
        same = replace(
            states[1].sender, up_since=states[0].sender.up_since, kind_since=states[0].sender.kind_since
        )
        assert replace(same, state_since=states[0].sender.state_since) == states[0].sender


def _recent(incidents: Mapping[str, Incident], since: datetime) -> dict[str, Incident]:
    return {key: one for key, one in incidents.items() if one.opened.at >= since}
