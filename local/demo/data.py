"""Fills a new local stack with what an analyst would find after a week."""

import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, NamedTuple

import httpx

from contract.moments import format_moment
from contract.names import NOTIFICATIONS, Group, LocalOutput, Output
from contract.owners.model import Owners
from handlers.ingest.building import Origin, build
from handlers.ingest.parsing import ParsedReport
from handlers.ingest.storing import RecordStore
from handlers.web.requests import Caller
from local.demo.history import Story
from local.demo.script import format_body, make_folders, post_report, scan_folders, this_machine
from local.demo.servers import SERVERS
from local.demo.sweeping import observe, sweep
from local.provider import Aws
from ops.user_pool import User, create_user
from store.dynamodb import ConflictError, Reader
from store.incidents import IncidentTable
from store.senders import SenderTable

REPORTER: Final = "reporter"
ANALYST: Final = "analyst"
RUN_RETENTION: Final = timedelta(days=35)
_GROUPS: Final = {REPORTER: Group.REPORTERS, ANALYST: Group.ANALYSTS}
_LOADING_SECONDS: Final = 60.0
_OBSERVED_BEFORE: Final = timedelta(minutes=3)
"""Long enough for everything to be due, and too short for an escalation."""
_SCAN_TAKES: Final = timedelta(seconds=3)
_NO_NUMBER: Final = "20 minutes"
"""The SLA that a script sends after somebody changed it."""


class Account(NamedTuple):
    """A user, and the id by which tables know it."""

    user: User
    subject: str


class Demo:
    """The servers of the demo, and the steps that give them a past.

    Args:
        aws: the emulated account.
        outputs: of the stack, with its users.
        folders: the parent of the folders that this machine watches.
    """

    def __init__(self, aws: Aws, outputs: Mapping[str, Any], folders: Path) -> None:
        self._aws = aws
        self._outputs = outputs
        self._folders = folders
        # To the second, like the files' dates.
        self._now = datetime.now(UTC).replace(microsecond=0)
        servers = (this_machine(folders, REPORTER), *SERVERS)
        self._stories = [Story.imagine(server, self._now) for server in servers]
        self._accounts: dict[str, Account] = {}

    def create_accounts(self) -> dict[str, User]:
        """Creates the servers' accounts, and returns how they sign in."""
        client, pool = self._aws.client("cognito-idp"), self._outputs[Output.USER_POOL_ID]
        names = dict.fromkeys(server.account for server in SERVERS)
        users = {name: create_user(client, pool, name, Group.REPORTERS) for name in names}
        for name, user in {REPORTER: self._outputs[LocalOutput.USERS][REPORTER], **users}.items():
            found = client.admin_get_user(UserPoolId=pool, Username=user["username"])
            subject = next(one["Value"] for one in found["UserAttributes"] if one["Name"] == "sub")
            self._accounts[name] = Account(user, subject)
        return users

    def load_history(self) -> tuple[int, int]:
        """Writes a week of records and runs, up to now; returns how many of each."""
        tables = self._outputs[Output.TABLE_NAME], self._outputs[Output.RUNS_TABLE_NAME]
        told = [(story, self._accounts[story.server.account]) for story in self._stories]
        return load_history(self._aws, *tables, told)

    def report(self) -> int:
        """Sends the report of each server that has one now; returns the number of stuck files in them.

        Raises:
            httpx.HTTPStatusError: the API refused one.
        """
        api_url = self._outputs[Output.API_URL]
        found = format_body(scan_folders(make_folders(self._folders, self._now), self._now))
        answer = post_report(api_url, self._accounts[REPORTER].user, found).raise_for_status()
        return int(answer.json()["files"]) + sum(
            report_story(api_url, story, self._accounts[story.server.account].user)
            for story in self._stories[1:]
            if story.server.unheard_for is None
        )

    def project(self) -> int:
        """Replays the servers from their runs, and returns how many incidents are open or unknown.

        Raises:
            FunctionFailedError: the projection's function failed.
        """
        reader = Reader(self._aws.client("dynamodb"))
        table = SenderTable(reader, self._outputs[Output.SENDERS_TABLE_NAME])
        for account in self._accounts.values():
            table.mark_for_replay(account.subject, datetime.now(UTC))
        sweep(self._aws, self._outputs[Output.METRICS_NAMESPACE])
        return len(IncidentTable(reader, self._outputs[Output.INCIDENTS_TABLE_NAME]).query_live())

    def notify(self, owners: Owners) -> int:
        """Notifies owners of what is due in the first minutes, and returns how many notifications arrived.

        Raises:
            FunctionFailedError: the function that notifies them failed.
        """
        # Asked anew: the earlier steps took a while, and owners are to have all of the time to acknowledge.
        # Where a scheduled sweep runs meanwhile, the next ones notify of the rest.
        with suppress(ConflictError):
            now = datetime.now(UTC).replace(microsecond=0)
            observe(self._aws, self._outputs, owners, now - _OBSERVED_BEFORE)
        sweep(self._aws, self._outputs[Output.METRICS_NAMESPACE], NOTIFICATIONS)
        answer = httpx.get(f"{self._outputs[LocalOutput.RECEIVER_URL]}/count", trust_env=False)
        return int(answer.raise_for_status().text)


def create_people(aws: Aws, user_pool_id: str) -> dict[str, User]:
    """Creates a reporter and an analyst, and returns how they sign in."""
    client = aws.client("cognito-idp")
    return {name: create_user(client, user_pool_id, name, group) for name, group in _GROUPS.items()}


def load_history(
    aws: Aws, table_name: str, runs_table_name: str, stories: Iterable[tuple[Story, Account]]
) -> tuple[int, int]:
    """Writes the records and runs of stories as the API would have, a server at a time and in order of time.

    Returns how many of each.

    In this order the stream brings many runs of one sender at once, which the projection writes together.
    """
    store = RecordStore(aws.client("dynamodb"), table_name, runs_table_name)
    deadline = time.monotonic() + _LOADING_SECONDS
    records, runs = [], []
    for story, account in stories:
        for moment, report in story.reports():
            origin = build_origin(story, account, moment)
            built = build(ParsedReport(report), origin, retention=None, run_retention=RUN_RETENTION)
            records += built.records
            runs += built.run_items
    store.put_all(records, seconds_left=lambda: deadline - time.monotonic(), runs=runs)
    return len(records), len(runs)


def build_origin(story: Story, account: Account, moment: datetime) -> Origin:
    """Where a report of a story comes from."""
    return Origin(
        caller=Caller(account.subject, account.user["username"], frozenset({Group.REPORTERS})),
        arrival=moment,
        address=story.server.address or "127.0.0.1",
        idempotency_key=None,
    )


def report_story(api_url: str, story: Story, user: User) -> int:
    """Posts what a server finds now; returns the number of files reported, 0 if the story wants a refusal.

    Raises:
        httpx.HTTPStatusError: the API answered otherwise than it should.
    """
    dumped = story.report(story.now).model_dump(mode="json", by_alias=True, exclude_none=True)
    if "run" in dumped:
        sent = datetime.now(UTC)
        dumped["run"] |= {"started_at": format_moment(sent - _SCAN_TAKES), "sent_at": format_moment(sent)}
    if story.server.refused:
        dumped["sla_error"] = [{**folder, "sla": _NO_NUMBER} for folder in dumped["sla_error"]]
    answer = post_report(api_url, user, format_body(dumped), story.server.address)
    if story.server.refused and answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY:
        return 0
    return int(answer.raise_for_status().json()["files"])
