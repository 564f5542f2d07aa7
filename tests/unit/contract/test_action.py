"""What an action takes: the shapes, and the values within them."""

import pytest

from contract.action import ActOnIncident, WeeklyHours
from contract.moments import Day, list_zones

HOURS = {"days": ["mon"], "from": "22:00", "to": "04:00", "zone": "Europe/Berlin"}


def test_a_lone_day_is_a_list_of_it() -> None:
    assert WeeklyHours.model_validate({**HOURS, "days": "sun"}).days == [Day.SUNDAY]


def test_a_note_is_kept_without_the_space_around_it() -> None:
    request = ActOnIncident.model_validate({"incident_id": "i", "action": "note", "note": " on it\n"})
    assert request.note == "on it"


@pytest.mark.parametrize(
    "name",
    [
        "", "Europe", "../UTC", "Nowhere/Atlantis", "x" * 5000, "Europe/Berlin\0",
        # Some machines have these, and what one takes the others have to read.
        "localtime", "right/Europe/Berlin",
    ],
)  # fmt: skip
def test_what_is_no_zone(name: str) -> None:
    assert name not in list_zones()
    assert "America/Sao_Paulo" in list_zones()
