"""Users by command: made, finished where they were half made, given other passwords, and ended."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import boto3
import pytest

from contract.limits import MIN_PASSWORD_CHARACTERS
from contract.names import Group, Output
from ops.user_pool import FIRST_PASSWORD_LASTS, UserDirectory
from tests.unit.conftest import REGION
from tests.unit.ops.conftest import Ops

Run = Callable[..., str]
FILES_01 = ["create", "files-01", "--reporter"]
ANA = ["create", "ana", "--analyst", "--no-mail"]
OUT = ["groups", "files-01", "--remove", "reporters"]
LATER = FIRST_PASSWORD_LASTS + timedelta(minutes=1)


@pytest.fixture
def pool(aws: None, ops: Ops) -> UserDirectory:
    client = boto3.client("cognito-idp", region_name=REGION)
    pool_id = client.create_user_pool(
        PoolName="users",
        AutoVerifiedAttributes=["email"],
        Policies={
            "PasswordPolicy": {
                "MinimumLength": MIN_PASSWORD_CHARACTERS, "RequireUppercase": True, "RequireLowercase": True,
                "RequireNumbers": True, "RequireSymbols": True,
            }
        },
    )["UserPool"]["Id"]  # fmt: skip
    for group in Group:
        client.create_group(UserPoolId=pool_id, GroupName=group)
    ops.know(**{Output.USER_POOL_ID: pool_id, Output.API_URL: "https://api.example.com/v1/"})
    return UserDirectory(client, pool_id)


@pytest.fixture
def run(pool: UserDirectory, ops: Ops) -> Callable[..., str]:
    return partial(ops, "users")


def user(pool: UserDirectory, name: str) -> tuple[str, set[str]]:
    found = pool.get(name)
    return found.status, set(found.groups)


def test_a_reporter_is_printed_with_all_that_the_scripts_owner_needs(run: Run, pool: UserDirectory) -> None:
    printed = run(*FILES_01)
    address = "https://api.example.com/v1/"
    for wanted in (f"{address}auth", f"{address}file_sla_error", "files-01", "Never put it into an argument"):
        assert wanted in printed
    assert user(pool, "files-01") == ("CONFIRMED", {Group.REPORTERS})


@pytest.mark.parametrize("last", ["create", "add_to", "set_password"])
def test_a_reporter_that_is_half_made_is_finished(
    run: Run, ops: Ops, pool: UserDirectory, last: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = getattr(UserDirectory, last)

    def killed(*arguments: Any, **more: Any) -> None:
        if last != "set_password":
            done(*arguments, **more)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(UserDirectory, last, killed)
        assert "to finish the user" in run(*FILES_01, code=130)
    made = ops.json("users", "create", "FILES-01", "--reporter")
    assert (made["user"], made["was"]) == ("files-01", "unfinished")
    assert user(pool, "files-01") == ("CONFIRMED", {Group.REPORTERS})
    assert len(pool.list_users()) == 1


@pytest.mark.parametrize(
    ("before", "command", "said"),
    [
        ([FILES_01], ["create", "Files-01", "--reporter"], "users password files-01"),
        ([FILES_01], ["create", "files-01", "--analyst", "--no-mail"], "in the group sla-reporters"),
        ([ANA], ["create", "ana", "--reporter"], "in the group sla-analysts"),
        ([FILES_01, OUT], FILES_01, "users groups files-01 --add reporters"),
        ([FILES_01, OUT], ["password", "files-01"], "--add reporters"),
        ([], ["create", "ana", "--analyst"], "--no-mail"),
        *(
            ([], ["create", name, "--reporter"], "cannot be a user's name")
            for name in ("", "two words", "a/b", "x" * 129, "tab\t")
        ),
        *(
            ([], [name, "nobody"], "There is no user nobody")
            for name in ("password", "disable", "enable", "remove", "groups")
        ),
    ],
)
def test_what_cannot_be_done_is_refused_with_the_way_out(
    run: Run, pool: UserDirectory, before: list[list[str]], command: list[str], said: str
) -> None:
    for one in before:
        run(*one)
    users = pool.list_users()
    assert said in run(*command, code=1)
    assert pool.list_users() == users


def test_an_analyst_is_invited_by_mail_and_again(
    run: Run, pool: UserDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, Any]] = []
    call = UserDirectory.admin

    def admin(self: UserDirectory, operation: str, name: str, **more: Any) -> Any:
        # moto mails nobody.
        return (
            asked.append(more)
            if more.get("MessageAction") == "RESEND"
            else call(self, operation, name, **more)
        )

    monkeypatch.setattr(UserDirectory, "admin", admin)
    for wrong in ("ana@example", "ana example.com", "ana@@example.com"):
        assert "is no e-mail address" in run("create", "ana", "--analyst", "--email", wrong, code=1)
    assert pool.find("ana") is None
    printed = run("create", "ana", "--analyst", "--email", "ana@example.com")
    assert "Mailed to ana@example.com" in printed
    assert "password" not in printed.lower()
    assert user(pool, "ana") == ("FORCE_CHANGE_PASSWORD", {Group.ANALYSTS})
    run("create", "ana", "--analyst", "--email", "new@example.com")
    # By default Cognito would send a text message.
    assert [one["DesiredDeliveryMediums"] for one in asked] == [["EMAIL"]] * 2
    assert pool.get("ana").email == "new@example.com"


def test_another_password_ends_the_sessions_and_is_mailed_or_printed(
    run: Run, ops: Ops, pool: UserDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[str] = []
    monkeypatch.setattr(UserDirectory, "sign_out", lambda _, name: ended.append(name))
    run(*FILES_01)
    assert "https://api.example.com/v1/auth" in run("password", "files-01")
    assert user(pool, "files-01")[0] == "CONFIRMED"
    printed = run(*ANA)
    assert "first password" in printed
    assert "7 days" in printed
    assert "api.example.com" not in printed
    assert user(pool, "ana") == ("FORCE_CHANGE_PASSWORD", {Group.ANALYSTS})
    assert "no e-mail address" in run("password", "ana", code=1)
    pool.set_email("ana", "ana@example.com")
    pool.set_password("ana", "Correct-horse-battery-7", for_good=True)
    assert ops.json("users", "password", "ana") == {"user": "ana", "mailed_to": "ana@example.com"}
    assert user(pool, "ana")[0] == "RESET_REQUIRED"
    assert ops.json("users", "password", "ana", "--no-mail")["password"]
    assert user(pool, "ana")[0] == "FORCE_CHANGE_PASSWORD"
    assert ended == ["files-01", "ana", "ana"]


def test_disabled_and_enabled_again_and_removed_for_good(run: Run, pool: UserDirectory) -> None:
    run(*FILES_01)
    for already in (False, True):
        printed = run("disable", "files-01")
        assert ("It was disabled before" in printed) is already
        assert "60 minutes" in printed
        assert "Records, runs and incidents stay" in printed
    assert not pool.get("files-01").enabled
    run("enable", "files-01")
    assert pool.get("files-01").enabled
    assert "is another sender" in run("remove", "files-01")
    assert pool.find("files-01") is None


def test_the_list_says_groups_and_states(
    run: Run, ops: Ops, pool: UserDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(*FILES_01)
    run("create", "Ana", "--analyst", "--no-mail")
    pool.create("nobody", "Correct-horse-battery-7", "nobody@example.com")
    pool.admin("disable_user", "nobody")
    listed = ops.json("users", "list")
    assert [(one["user"], one["groups"], one["enabled"], one["email"]) for one in listed] == [
        ("Ana", [Group.ANALYSTS], True, None),
        ("files-01", [Group.REPORTERS], True, None),
        ("nobody", [], False, "nobody@example.com"),
    ]
    shown = run("list")
    for word in ("none", "disabled", "active", "never"):
        assert word in shown
    found = pool.get("Ana")
    assert not found.has_expired_invitation(found.changed + FIRST_PASSWORD_LASTS)
    assert found.has_expired_invitation(found.changed + LATER)
    signed_in = pool.get("files-01")
    assert not signed_in.has_expired_invitation(signed_in.changed + LATER)


def test_a_stack_without_an_address_creates_nobody(run: Run, pool: UserDirectory, ops: Ops) -> None:
    ops.know(**{Output.API_URL: ""})
    assert "has no api_url" in run(*FILES_01, code=1)
    assert pool.list_users() == []
