"""The folder that the folder view shows, and the way there from elsewhere."""

from typing import Final

from contract.limits import MAX_FOLDER_BYTES
from dashboard.frame.address import Parameter
from dashboard.frame.navigation import draw_link

FOLDER: Final = Parameter("folder", lambda text: text if 0 < len(text.encode()) <= MAX_FOLDER_BYTES else None)


def draw_folder_link(folder: str) -> None:
    """A link to the folder's history, the range and zone kept."""
    draw_link("views/by_folder.py", "Folder history", ":material/folder_open:", {FOLDER.name: folder})
