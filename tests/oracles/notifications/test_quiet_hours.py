"""Quiet hours, by the clock on the owner's wall."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from contract.moments import Hours
from contract.owners.matching import is_quiet, quiet_until
from tests.oracles.notifications.fixtures import HOUR, MINUTE, an_owner
from tests.oracles.notifications.oracle import in_quiet_hours

ALWAYS = Hours(days=frozenset(range(7)), start=time(0), end=time(0), zone="UTC")
ZONES = ["UTC", "Europe/Berlin", "Asia/Kolkata", "America/Sao_Paulo", "Pacific/Chatham"]
TIMES = st.builds(time, st.integers(0, 23), st.sampled_from([0, 30]))
HOURS = st.builds(
    Hours, days=st.frozensets(st.integers(0, 6), min_size=1), start=TIMES, end=TIMES, zone=st.just("UTC"),
)  # fmt: skip
# Away from the nights on which clocks are put forward or back: what a wall shows twice is tried below.
MOMENTS = st.integers(0, 150 * 24 * 60).map(lambda at: datetime(2026, 4, 10, tzinfo=UTC) + at * MINUTE)


@given(st.lists(HOURS, max_size=3), MOMENTS, st.sampled_from(ZONES))
def test_it_is_quiet_when_the_wall_says_so_and_until_it_no_longer_does(
    hours: list[Hours], now: datetime, zone: str
) -> None:
    owner = an_owner(quiet_hours=tuple(replace(one, zone=zone) for one in hours), zone=zone)
    assert is_quiet(owner, now) == in_quiet_hours(owner, now)
    until = quiet_until(owner, now)
    if until is not None and until - now < timedelta(days=14):
        assert not in_quiet_hours(owner, until)
        at = now
        while at < until:
            assert in_quiet_hours(owner, at)
            at += 30 * MINUTE


def test_a_night_on_which_the_clock_is_put_forward_is_an_hour_shorter() -> None:
    nights = Hours(days=frozenset(range(7)), start=time(22), end=time(6), zone="Europe/Berlin")
    owner = an_owner(quiet_hours=(nights,), zone="Europe/Berlin")
    evening = datetime(2026, 3, 28, 21, tzinfo=UTC)
    assert quiet_until(owner, evening) == evening + 7 * HOUR
    assert quiet_until(owner, datetime(2026, 10, 24, 20, tzinfo=UTC)) == datetime(2026, 10, 25, 5, tzinfo=UTC)
    # Whoever is always quiet is so for two weeks at least.
    until = quiet_until(an_owner(quiet_hours=(ALWAYS,)), evening)
    assert until is not None
    assert until >= evening + timedelta(days=14)
