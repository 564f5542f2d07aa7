"""What the lists of a sender say of folders that are not in breach."""

from datetime import datetime

from handlers.incidents.rules import LOOK_BACK
from handlers.incidents.runs import Run
from handlers.incidents.state import Sender, Watched


def after(sender: Sender | None, watched: Watched | None, run: Run) -> Watched | None:
    """What is watched after a run. `sender` is as it was before; a list that lacks parts says nothing."""
    if run.listing is None or not run.complete:
        return watched
    if watched is not None and (watched.read, watched.errors) == (run.listing.read, run.listing.errors):
        return watched
    formerly = dict(watched.formerly) if watched else {}
    if watched is not None and sender is not None and sender.listed is not None:
        formerly.update(dict.fromkeys(watched.read, sender.listed.at))
    return Watched(
        read=run.listing.read,
        errors=run.listing.errors,
        formerly=tuple(
            sorted(
                (key, at)
                for key, at in formerly.items()
                if key not in run.listing.read and run.moment - at <= LOOK_BACK
            )
        ),
    )


def last_read(sender: Sender, watched: Watched | None, key: str) -> datetime | None:
    """When a list last said of a folder that it could be read."""
    if watched is None or sender.listed is None:
        return None
    return sender.listed.at if key in watched.read else dict(watched.formerly).get(key)
