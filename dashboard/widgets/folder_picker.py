"""The choice of a folder among those that were reported."""

from dashboard.services.spellings import Spellings
from dashboard.widgets.choice import draw_choice
from dashboard.widgets.folder_link import FOLDER


def pick_folder(spellings: Spellings) -> str:
    """Draws the choice, and returns the folder as the address spells it; "" for none.

    A part of a path picks the first folder that contains it. Only a link may name one that is not listed.
    """
    given = FOLDER.value("")
    # A link may spell it in another way than the list does.
    folder = spellings.find(given)[0] if given else ""
    draw_choice(
        "Folder", FOLDER, spellings.folders, folder, "All folders: pick one, or type a part of its path"
    )
    return given
