"""The fleets to weigh the rules on."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from typing import Final

from bench.fleet.servers import Script, Server
from bench.fleet.world import WEEK, folder, times_off
from handlers.incidents.hours import Hours
from handlers.incidents.state import Settings

FOLDERS: Final = 4
OFF_EVERY: Final = 8 * 24 * 60.0
OFF_FOR: Final = (120.0, 720.0)
_UNSET: Final = Settings()
_EVERY_DAY: Final = frozenset(range(7))
_SIX_TO_TEN: Final = Settings(hours=Hours(days=_EVERY_DAY, start=time(6), end=time(22), zone="UTC"))
_SEVEN_TO_SEVEN: Final = Settings(hours=Hours(days=_EVERY_DAY, start=time(7), end=time(19), zone="UTC"))


@dataclass(frozen=True, kw_only=True)
class Variant:
    """Servers of one kind, and how they share accounts."""

    name: str
    script: Script
    servers: int = 30
    an_account: int = 1
    same_paths: bool = False
    one_address: bool = False
    """They come through one address, so nothing tells them apart."""
    moved_in: float = 0
    works: tuple[int, int] = (0, 24)
    settings: Settings = _UNSET

    def senders(self, chance: random.Random, length: float) -> Iterator[list[Server]]:
        """The servers that speak through each account."""
        for account in range(self.servers // self.an_account):
            yield [self._server(chance, length, account, number) for number in range(self.an_account)]

    def _server(self, chance: random.Random, length: float, account: int, number: int) -> Server:
        parent = "D:\\Inbound" if self.same_paths else f"D:\\Inbound{number}"
        return Server(
            folders=[folder(chance, f"{parent}\\{name}", length, self.moved_in) for name in "ABCD"[:FOLDERS]],
            script=self.script,
            address="198.51.100.1" if self.one_address else f"10.0.{account}.{number}",
            off=times_off(chance, length, OFF_EVERY, OFF_FOR),
            works=self.works,
        )


LENGTH: Final = 3 * WEEK
_STOCK: Final = Script()
_HEARTBEATS: Final = Script(heartbeats=True)
_LISTS: Final = Script(lists=True)
VARIANTS: Final = (
    Variant(name="hourly stock script", script=_STOCK),
    Variant(name="ten stock servers, one account", script=_STOCK, an_account=10),
    Variant(
        name="ten with heartbeats, one account and address",
        script=_HEARTBEATS,
        an_account=10,
        one_address=True,
    ),
    Variant(name="ten with heartbeats, one account, ten addresses", script=_HEARTBEATS, an_account=10),
    Variant(name="two stock servers, one account, same paths", script=_STOCK, an_account=2, same_paths=True),
    Variant(name="hourly, sends lists", script=_LISTS),
    Variant(name="every 15 minutes, sends lists", script=Script(interval=15, lists=True)),
    Variant(name="hourly heartbeats", script=_HEARTBEATS),
    Variant(name="hourly heartbeats, 3 files in 10 moved in", script=_HEARTBEATS, moved_in=0.3),
    Variant(name="off at night, sends lists", script=_LISTS, works=(6, 22)),
    Variant(name="off at night, sends lists, hours set", script=_LISTS, works=(6, 22), settings=_SIX_TO_TEN),
    Variant(name="from 7 to 19, sends lists", script=_LISTS, works=(7, 19)),
    Variant(
        name="from 7 to 19, sends lists, hours set", script=_LISTS, works=(7, 19), settings=_SEVEN_TO_SEVEN
    ),
)
