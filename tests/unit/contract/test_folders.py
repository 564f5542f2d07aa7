"""What makes two spellings one folder."""

import pytest

from contract.folders import folder_key, set_key


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("D:\\In\\A", "d:\\in\\a"),
        ("d:/IN/a/", "d:\\in\\a"),
        ("D:\\in\\A\\\\", "d:\\in\\a"),
        ("C:", "c:"),
        ("\\\\NAS\\Out\\", "\\\\nas\\out"),
        ("/srv/In/", "/srv/In/"),
        ("C:relative", "C:relative"),
        ("/", "/"),
    ],
)
def test_folder_key(path: str, key: str) -> None:
    assert folder_key(path) == key
    assert folder_key(key) == key


@pytest.mark.parametrize(
    ("key", "parent"),
    [
        ("d:\\in\\a", "d:\\in"),
        ("d:", ""),
        ("\\\\nas\\out\\a", "\\\\nas\\out"),
        ("\\\\nas\\out", "\\\\nas"),
        ("/srv/in/a/", "/srv/in"),
        ("/srv", ""),
        ("in", ""),
    ],
)
def test_set_key(key: str, parent: str) -> None:
    assert set_key(key) == parent
