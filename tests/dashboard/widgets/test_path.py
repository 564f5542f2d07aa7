import pytest

from dashboard.widgets.path import name_last, split_path


@pytest.mark.parametrize(
    ("path", "head", "tail"),
    [
        (r"C:\Jobs\Inbound", r"C:\Jobs", r"\Inbound"),
        ("/srv/jobs/reports/", "/srv/jobs", "/reports/"),
        ("D:\\", "", "D:\\"),
        (" ", "", " "),
        ("/srv/" + "x" * 40, "/srv/" + "x" * 14, "x" * 26),
    ],
)
def test_a_path_is_cut_before_its_last_name(path: str, head: str, tail: str) -> None:
    assert split_path(path) == (head, tail)


@pytest.mark.parametrize(
    ("path", "name"),
    [(r"C:\Jobs\In", "In"), ("/srv/jobs/", "jobs"), ("D:\\", "D:"), ("/", "/"), ("In", "In")],
)
def test_a_folder_is_called_by_its_last_name(path: str, name: str) -> None:
    assert name_last(path) == name
