"""What an action takes: the shapes, and the values within them."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from contract.action import ActionRequest, ActOnIncident, ActOnSender, WeeklyHours
from contract.moments import Day, list_zones

HOURS = {"days": ["mon"], "from": "22:00", "to": "04:00", "zone": "Europe/Berlin"}
READ: TypeAdapter[ActionRequest] = TypeAdapter(ActionRequest)


def test_the_keys_tell_the_shape() -> None:
    assert isinstance(READ.validate_python({"incident_id": "i", "action": "close"}), ActOnIncident)
    assert isinstance(READ.validate_python({"sender": "s", "action": "retire"}), ActOnSender)


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"days": []}, "days"),
        ({"days": ["Monday"]}, "days"),
        ({"from": "7:00"}, "from"),
        ({"from": "24:00"}, "from"),
        ({"to": "19.00"}, "to"),
        ({"to": "19:00:00"}, "to"),
        ({"to": "T1900"}, "to"),
        ({"zone": "W. Europe Standard Time"}, "zone"),
        ({"zone": "../../etc/passwd"}, "zone"),
        ({"until": "19:00"}, "until"),
        ({"outside": "yes"}, "outside"),
    ],
)
def test_hours_that_are_none_are_refused(changes: dict[str, Any], wrong: str) -> None:
    with pytest.raises(ValidationError) as refused:
        WeeklyHours.model_validate({**HOURS, **changes})
    assert {error["loc"][0] for error in refused.value.errors()} == {wrong}


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
