"""Fills a fresh local stack with what an analyst would find after a week."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from contract.outputs import LocalOutput, Output
from contract.owners.model import Owners
from local.demo.folders import this_machine
from local.demo.history import Story
from local.demo.loading import Loaded, load_history
from local.demo.projecting import project
from local.demo.reporting import report_folders, report_story
from local.demo.servers import SERVERS
from local.demo.telling import tell
from local.people import REPORTER, Account, create_servers, find_account
from local.provider import Aws
from ops.users import User


class Demo:
    """The servers of the demo in a stack, each step of its own.

    Args:
        aws: the emulated account.
        outputs: of the stack, with its users.
        folders: where the folders are that this machine watches.
    """

    def __init__(self, aws: Aws, outputs: Mapping[str, Any], folders: Path) -> None:
        self._aws = aws
        self._outputs = outputs
        self._folders = folders
        # To the second, as the files' dates are.
        self._now = datetime.now(UTC).replace(microsecond=0)
        servers = (this_machine(folders, REPORTER), *SERVERS)
        self._stories = [Story.imagine(server, self._now) for server in servers]
        self._accounts: dict[str, Account] = {}

    def create_accounts(self) -> dict[str, User]:
        """Creates the servers' accounts, and returns how they sign in."""
        pool = self._outputs[Output.USER_POOL_ID]
        names = dict.fromkeys(server.account for server in SERVERS)
        users = create_servers(self._aws, pool, names)
        reporter = self._outputs[LocalOutput.USERS][REPORTER]
        self._accounts = {
            name: find_account(self._aws, pool, user) for name, user in {REPORTER: reporter, **users}.items()
        }
        return users

    def load_history(self) -> Loaded:
        """Writes a week of records and runs, up to now."""
        return load_history(
            self._aws,
            self._outputs[Output.TABLE_NAME],
            self._outputs[Output.RUNS_TABLE_NAME],
            ((story, self._accounts[story.server.account]) for story in self._stories),
        )

    def report(self) -> int:
        """Sends the last report of each server that speaks now; returns the number of stuck files in them.

        Raises:
            httpx.HTTPStatusError: the API refused.
        """
        api_url = self._outputs[Output.API_URL]
        files = report_folders(self._folders, api_url, self._accounts[REPORTER].user, self._now)
        for story in self._stories[1:]:
            if story.server.unheard_for is None:
                files += report_story(api_url, story, self._accounts[story.server.account].user)
        return files

    def project(self) -> int:
        """Has the projection fold all of it, and returns how many incidents are open or unknown.

        Raises:
            SweepError: the projection's function failed.
        """
        return project(self._aws, self._outputs, [account.subject for account in self._accounts.values()])

    def tell(self, owners: Owners) -> int:
        """Has owners told what they would hear in the first minutes, and returns how many messages arrived.

        Raises:
            SweepError: the function that tells them failed.
        """
        # What came before took a while, which is not to be taken from those who may acknowledge in time.
        return tell(self._aws, self._outputs, owners, datetime.now(UTC).replace(microsecond=0))
