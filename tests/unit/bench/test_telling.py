"""The model of what telling owners costs."""

from bench.capacity.telling import Telling, monthly_of_telling


def test_a_message_is_written_with_its_noticing_its_lease_and_its_log() -> None:
    writes, reads = Telling().message_units
    # A state at each of these three, and a line of the log with the last: each twice, in a transaction.
    assert writes == 4 * 2
    assert reads > 0


def test_a_quiet_sweep_asks_for_what_is_live_for_senders_and_for_recipients() -> None:
    assert Telling().quiet_requests == 8 + 5 + 1
    few, many = Telling(owners=1), Telling(owners=50)
    assert many.quiet_read_units - few.quiet_read_units == 2 * 49


def test_what_is_never_stuck_costs_only_the_looking() -> None:
    quiet, busy = monthly_of_telling(Telling(incidents_a_day=0)), monthly_of_telling(Telling())
    assert quiet["DynamoDB, messages"] == quiet["SES, half of the messages"] == 0
    assert 0 < sum(quiet.values()) < sum(busy.values()) < 2 * sum(quiet.values())
