"""What a run proves of each folder that is in breach or has a live incident."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from contract.folders import set_key
from contract.words import Clearing, UnknownReason
from handlers.incidents.runs import Run
from handlers.incidents.state import FolderSet


@dataclass(frozen=True)
class Verdicts:
    """What a run says of a folder that it does not name in `sla_error`.

    Attributes:
        run: the run.
        sets: as the run leaves them, so that one that it shows to be mixed up is.
        named: the keys of the sets of which it names a folder.
        shared: whether its sender was taken for shared before it.
    """

    run: Run
    sets: Mapping[str, FolderSet]
    named: frozenset[str]
    shared: bool

    def of(self, key: str) -> Clearing | UnknownReason | None:
        """How it is cleared, or why it cannot be told; None: the run does not speak of it."""
        if not self.run.complete:
            return None
        if self.run.listing is not None:
            return self._listed(key)
        if self._mixed_up(key):
            return None
        if self.run.empty and not self.shared:
            return Clearing.EMPTY
        return Clearing.LEFT_OUT if set_key(key) in self.named else None

    def _listed(self, key: str) -> Clearing | UnknownReason:
        listing = self.run.listing
        assert listing is not None  # noqa: S101 - asked for one that has a list
        if key in self._unreadable:
            return UnknownReason.UNREADABLE
        return Clearing.LISTED if key in listing.read else UnknownReason.UNWATCHED

    @cached_property
    def _unreadable(self) -> frozenset[str]:
        listing = self.run.listing
        return frozenset(key for key, _ in listing.errors) if listing else frozenset()

    def _mixed_up(self, key: str) -> bool:
        folder_set = self.sets.get(set_key(key))
        return folder_set is not None and folder_set.mixed_up(self.run.moment)
