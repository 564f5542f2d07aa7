"""The people and the servers of the local stack, and how they sign in."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from contract.moments import format_moment
from contract.names import Group, LocalOutput, Output
from contract.owners.model import Owners
from contract.report import Report
from handlers.ingest.origin import Origin
from handlers.ingest.record_store import RecordStore
from handlers.ingest.records import Detection, build_records
from handlers.ingest.told_runs import tell_run
from handlers.runs.run_items import build_run_items
from handlers.web.caller import Caller
from local.demo.history import Story
from local.demo.script import format_body, make_folders, post_report, scan_folders, this_machine
from local.demo.servers import SERVERS
from local.demo.sweeping import project, tell
from local.provider import Aws
from ops.user_pool import User, create_user

REPORTER: Final = "reporter"
ANALYST: Final = "analyst"
_GROUPS: Final = {REPORTER: Group.REPORTERS, ANALYST: Group.ANALYSTS}


@dataclass(frozen=True)
class Account:
    """A user, and the id by which tables know it."""

    user: User
    subject: str


def create_people(aws: Aws, user_pool_id: str) -> dict[str, User]:
    """Creates a reporter and an analyst, and returns how they sign in."""
    client = aws.client("cognito-idp")
    return {name: create_user(client, user_pool_id, name, group) for name, group in _GROUPS.items()}


def create_servers(aws: Aws, user_pool_id: str, usernames: Iterable[str]) -> dict[str, User]:
    """Creates a reporter for each of the names, and returns how they sign in."""
    client = aws.client("cognito-idp")
    return {name: create_user(client, user_pool_id, name, Group.REPORTERS) for name in usernames}


def find_account(aws: Aws, user_pool_id: str, user: User) -> Account:
    """The account of a user."""
    found = aws.client("cognito-idp").admin_get_user(UserPoolId=user_pool_id, Username=user["username"])
    return Account(user, next(one["Value"] for one in found["UserAttributes"] if one["Name"] == "sub"))


RUN_RETENTION: Final = timedelta(days=35)
_LOADING_SECONDS: Final = 60.0


@dataclass(frozen=True)
class Loaded:
    """How much was written."""

    records: int
    runs: int


def load_history(
    aws: Aws, table_name: str, runs_table_name: str, stories: Iterable[tuple[Story, Account]]
) -> Loaded:
    """Writes records and runs of each story, one server after the other and each in order of time.

    In this order the stream brings many runs of one sender at once, which are one write of the projection.
    """
    store = RecordStore(aws.client("dynamodb"), table_name, runs_table_name)
    deadline = time.monotonic() + _LOADING_SECONDS
    records, runs = [], []
    for story, account in stories:
        for moment, report in story.reports():
            origin = _origin(story, account, moment)
            run_id = origin.run_id(report)
            told = tell_run(report, origin, run_id, lost_letters=0)
            records += build_records(report, _detection(origin, told.run.sender, run_id))
            runs += build_run_items(told, RUN_RETENTION)
    store.put_all(records, seconds_left=lambda: deadline - time.monotonic(), runs=runs)
    return Loaded(len(records), len(runs))


def _origin(story: Story, account: Account, moment: datetime) -> Origin:
    return Origin(
        caller=Caller(account.subject, account.user["username"], frozenset({Group.REPORTERS})),
        arrival=moment,
        address=story.server.address or "127.0.0.1",
        idempotency_key=None,
    )


def _detection(origin: Origin, sender: str, run_id: str) -> Detection:
    return Detection(
        detected_at=origin.arrival,
        reported_by=origin.caller.username,
        subject=origin.caller.subject,
        sender=sender,
        run_id=run_id,
    )


_SCAN_TAKES: Final = timedelta(seconds=3)
_NO_NUMBER: Final = "20 minutes"
"""What a script sends as SLA that someone changed."""


def report_folders(root: Path, api_url: str, reporter: User, now: datetime) -> int:
    """Scans a tree of aged files and posts what is stuck; returns the number of files reported.

    Raises:
        httpx.HTTPStatusError: the API refused.
    """
    report = scan_folders(make_folders(root, now), now)
    return int(post_report(api_url, reporter, format_body(report)).raise_for_status().json()["files"])


def report_story(api_url: str, story: Story, user: User) -> int:
    """Posts what a server finds now; returns the number of files reported, none where it is refused.

    Raises:
        httpx.HTTPStatusError: the API answered otherwise than it should.
    """
    body = format_body(_dump(story.report(story.now), refused=story.server.refused))
    answer = post_report(api_url, user, body, story.server.address)
    if story.server.refused and answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY:
        return 0
    return int(answer.raise_for_status().json()["files"])


def _dump(report: Report, *, refused: bool) -> dict[str, Any]:
    dumped = report.model_dump(mode="json", by_alias=True, exclude_none=True)
    if "run" in dumped:
        sent = datetime.now(UTC)
        dumped["run"] |= {"started_at": format_moment(sent - _SCAN_TAKES), "sent_at": format_moment(sent)}
    if refused:
        dumped["sla_error"] = [{**folder, "sla": _NO_NUMBER} for folder in dumped["sla_error"]]
    return dumped


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
