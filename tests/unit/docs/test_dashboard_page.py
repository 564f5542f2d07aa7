"""docs/dashboard.md says what is on the screen, in the screen's words, and how to run it."""

import re

from contract.names import OUTPUTS_VARIABLE, ROOT
from contract.words import EXPLANATIONS, REASONS
from dashboard.figures import actions, senders, stuck_files
from dashboard.settings import DashboardSettings, name_variable
from dashboard.views import sender_figures
from dashboard.widgets.stuck_files import _LABELS

PAGE = (ROOT / "docs" / "dashboard.md").read_text()


def test_every_variable_is_documented_with_its_default() -> None:
    documented = dict(re.findall(r"^\| `(FILE_SLA_\w+)` \| (?:`(\w+)` )?\|", PAGE, re.MULTILINE))
    fields = {name_variable(name): field.default for name, field in DashboardSettings.model_fields.items()}
    assert documented.keys() == {OUTPUTS_VARIABLE, *fields}
    assert {name: default for name, default in documented.items() if default} == {
        name: str(default) for name, default in fields.items() if isinstance(default, int)
    }


def test_every_status_is_documented_with_how_it_is_known() -> None:
    documented = dict(re.findall(r"^\| (\S [\w ]+) \| [^|]+ \| ([^|]+) \|$", PAGE, re.MULTILINE))
    assert list(documented) == [_LABELS[status] for status in stuck_files.Status]
    bases = [
        text.removeprefix(stuck_files._LATEST)
        for name, text in vars(stuck_files).items()
        if re.fullmatch("_LISTED|_NOT_LISTED|_DOUBTFUL|_UNSEEN|_NOTHING_SINCE|_ENDED", name)
    ]
    assert len(bases) == 6
    assert all(basis in " ".join(documented.values()) for basis in bases)


def test_every_reason_is_documented_in_the_words_of_the_screen() -> None:
    documented = dict(re.findall(r"^\| ([a-z ]+) \| ([^|]+) \|$", PAGE, re.MULTILINE))
    for reason, explanation in EXPLANATIONS.items():
        assert documented[REASONS[reason]] == explanation


def test_every_warning_is_documented_by_its_name() -> None:
    source = (ROOT / "dashboard" / "figures" / "senders.py").read_text()
    names = set(re.findall(r'SenderWarning\("([^"]+)"', source))
    assert len(names) == 6
    assert names <= set(re.findall(r"^\| ([a-z -]+) \|", PAGE, re.MULTILINE))


def test_every_action_is_documented_in_the_words_of_its_button() -> None:
    documented = dict(re.findall(r"^\| ([\w -]+) \| ([^|]+) \| ", PAGE, re.MULTILINE))
    assert documented.keys() >= set(actions.LABELS.values())
    assert {label for label in sender_figures.LABELS.values() if f"**{label.lower()}" in PAGE} == {
        "Retire",
        "Un-retire",
    }


def test_every_standing_of_a_sender_is_documented() -> None:
    documented = re.findall(r"^\| (\S [A-Z][\w ]+) \| [^|]+ \|$", PAGE, re.MULTILINE)
    assert documented == [standing.value for standing in senders.Standing]
