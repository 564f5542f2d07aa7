"""Users by command: made, finished where they were half made, given other passwords, and ended."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from contract.limits import ID_TOKEN_MINUTES, MIN_PASSWORD_CHARACTERS
from contract.names import Group, Output
from local.provider import as_api_values
from ops.__main__ import main
from ops.user_pool import FIRST_PASSWORD_LASTS, UserDirectory
from tests.infra.conftest import declare

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

Run = Callable[..., int]
LATER = FIRST_PASSWORD_LASTS + timedelta(minutes=1)


@pytest.fixture
def client(aws: None) -> "CognitoIdentityProviderClient":
    return boto3.client("cognito-idp", region_name="us-east-1")


@pytest.fixture
def pool(client: "CognitoIdentityProviderClient") -> UserDirectory:
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
    return UserDirectory(client, pool_id)


@pytest.fixture
def run(pool: UserDirectory, tmp_path: Path) -> Run:
    outputs = tmp_path / "outputs.json"
    outputs.write_text(
        json.dumps(
            {
                Output.REGION: "us-east-1",
                Output.USER_POOL_ID: pool.pool_id,
                Output.API_URL: "https://api.example.com/v1/",
            }
        )
    )
    return lambda *arguments: main(["--outputs", str(outputs), "users", *arguments])


def user(pool: UserDirectory, name: str) -> tuple[str, set[str]]:
    found = pool.get(name)
    return found.status, set(found.groups)


def test_a_reporter_is_printed_with_all_that_the_scripts_owner_needs(
    run: Run, pool: UserDirectory, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("create", "files-01", "--reporter") == 0
    printed = capsys.readouterr()
    for wanted in (
        "https://api.example.com/v1/auth",
        "https://api.example.com/v1/file_sla_error",
        "files-01",
    ):
        assert wanted in printed.out
    assert "Never put it into an argument" in printed.out
    assert printed.err == ""
    assert user(pool, "files-01") == ("CONFIRMED", {Group.REPORTERS})


@pytest.mark.parametrize("last", ["create", "add_to", "set_password"])
def test_a_reporter_that_is_half_made_is_finished(
    run: Run,
    pool: UserDirectory,
    last: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    done = getattr(UserDirectory, last)

    def killed(*arguments: Any, **more: Any) -> None:
        if last != "set_password":
            done(*arguments, **more)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(UserDirectory, last, killed)
        assert run("create", "files-01", "--reporter") == 130
    assert "to finish the user" in capsys.readouterr().err
    assert run("create", "FILES-01", "--reporter", "--json") == 0
    made = json.loads(capsys.readouterr().out)
    assert (made["user"], made["was"]) == ("files-01", "unfinished")
    assert user(pool, "files-01") == ("CONFIRMED", {Group.REPORTERS})
    assert len(pool.list_users()) == 1


FILES_01 = ["create", "files-01", "--reporter"]
ANA = ["create", "ana", "--analyst", "--no-mail"]
OUT = ["groups", "files-01", "--remove", "reporters"]


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
    run: Run,
    pool: UserDirectory,
    before: list[list[str]],
    command: list[str],
    said: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for one in before:
        assert run(*one) == 0
    users = pool.list_users()
    assert run(*command) == 1
    assert said in capsys.readouterr().err
    assert pool.list_users() == users


def test_an_analyst_is_invited_by_mail_and_again(
    run: Run, pool: UserDirectory, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    invited: list[str] = []
    monkeypatch.setattr(UserDirectory, "invite", lambda _, name: invited.append(name))
    assert run("create", "ana", "--analyst", "--email", "ana@example.com") == 0
    printed = capsys.readouterr().out
    assert "Mailed to ana@example.com" in printed
    assert "password" not in printed.lower()
    assert user(pool, "ana") == ("FORCE_CHANGE_PASSWORD", {Group.ANALYSTS})
    assert run("create", "ana", "--analyst", "--email", "new@example.com") == 0
    assert invited == ["ana", "ana"]
    assert pool.get("ana").email == "new@example.com"


def test_an_invitation_goes_by_mail_and_takes_the_place_of_the_one_before(
    pool: UserDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unless it is told how, Cognito would send a text message."""
    asked: list[dict[str, Any]] = []
    monkeypatch.setattr(pool.client, "admin_create_user", lambda **arguments: asked.append(arguments))
    pool.invite("ana")
    assert [(one["MessageAction"], one["DesiredDeliveryMediums"]) for one in asked] == [("RESEND", ["EMAIL"])]


def test_a_first_password_to_hand_over(
    run: Run, pool: UserDirectory, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("create", "ana", "--analyst", "--no-mail") == 0
    printed = capsys.readouterr().out
    assert "first password" in printed
    assert "7 days" in printed
    assert "api.example.com" not in printed
    assert user(pool, "ana") == ("FORCE_CHANGE_PASSWORD", {Group.ANALYSTS})


def test_another_password_ends_the_sessions(
    run: Run, pool: UserDirectory, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[str] = []
    monkeypatch.setattr(UserDirectory, "sign_out", lambda _, name: ended.append(name))
    run("create", "files-01", "--reporter")
    capsys.readouterr()
    assert run("password", "files-01") == 0
    assert "https://api.example.com/v1/auth" in capsys.readouterr().out
    assert ended == ["files-01"]
    assert user(pool, "files-01")[0] == "CONFIRMED"


def test_an_analysts_password_is_mailed_or_printed(
    run: Run, pool: UserDirectory, capsys: pytest.CaptureFixture[str]
) -> None:
    run("create", "ana", "--analyst", "--no-mail")
    capsys.readouterr()
    assert run("password", "ana") == 1
    assert "no e-mail address" in capsys.readouterr().err
    pool.set_email("ana", "ana@example.com")
    pool.set_password("ana", "Correct-horse-battery-7", for_good=True)
    assert run("password", "ana", "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"user": "ana", "mailed_to": "ana@example.com"}
    assert user(pool, "ana")[0] == "RESET_REQUIRED"
    assert run("password", "ana", "--no-mail", "--json") == 0
    assert json.loads(capsys.readouterr().out)["password"]
    assert user(pool, "ana")[0] == "FORCE_CHANGE_PASSWORD"


def test_disabled_and_enabled_again(
    run: Run, pool: UserDirectory, capsys: pytest.CaptureFixture[str]
) -> None:
    run("create", "files-01", "--reporter")
    for already in (False, True):
        capsys.readouterr()
        assert run("disable", "files-01") == 0
        printed = capsys.readouterr().out
        assert ("It was disabled before" in printed) is already
        assert "60 minutes" in printed
        assert "Records, runs and incidents stay" in " ".join(printed.split())
    assert not pool.get("files-01").enabled
    assert run("enable", "files-01") == 0
    assert pool.get("files-01").enabled


def test_removed_for_good(run: Run, pool: UserDirectory, capsys: pytest.CaptureFixture[str]) -> None:
    run("create", "files-01", "--reporter")
    assert run("remove", "files-01") == 0
    assert "is another sender" in capsys.readouterr().out
    assert pool.find("files-01") is None
    assert run("remove", "files-01") == 1


def test_the_list_tells_groups_and_states(
    run: Run, pool: UserDirectory, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run("create", "files-01", "--reporter")
    run("create", "Ana", "--analyst", "--no-mail")
    pool.create("nobody", "Correct-horse-battery-7", "nobody@example.com")
    pool.disable("nobody")
    capsys.readouterr()
    assert run("list", "--json") == 0
    listed = json.loads(capsys.readouterr().out)
    assert [(one["user"], one["groups"], one["enabled"]) for one in listed] == [
        ("Ana", [Group.ANALYSTS], True),
        ("files-01", [Group.REPORTERS], True),
        ("nobody", [], False),
    ]
    assert listed[2]["email"] == "nobody@example.com"
    assert run("list") == 0
    shown = capsys.readouterr().out
    for word in ("none", "disabled", "active", "never"):
        assert word in shown


def test_a_first_password_expires(pool: UserDirectory) -> None:
    pool.create("ana", "Correct-horse-battery-7", None)
    found = pool.get("ana")
    assert not found.has_expired_invitation(found.changed + FIRST_PASSWORD_LASTS)
    assert found.has_expired_invitation(found.changed + LATER)
    pool.set_password("ana", "Correct-horse-battery-8", for_good=True)
    found = pool.get("ana")
    assert not found.has_expired_invitation(found.changed + LATER)


def test_a_stack_without_an_address_creates_nobody(
    run: Run, pool: UserDirectory, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "outputs.json").write_text(
        json.dumps({Output.REGION: "us-east-1", Output.USER_POOL_ID: pool.pool_id})
    )
    assert run("create", "files-01", "--reporter") == 1
    assert "has no api_url" in capsys.readouterr().err
    assert pool.list_users() == []


def test_what_is_told_of_times_is_what_the_program_sets() -> None:
    program = declare()
    policy = as_api_values(program.one("UserPool")["passwordPolicy"])
    assert timedelta(days=policy["temporaryPasswordValidityDays"]) == FIRST_PASSWORD_LASTS
    client = as_api_values(program.one("UserPoolClient"))
    assert client["idTokenValidity"] == client["accessTokenValidity"] == ID_TOKEN_MINUTES
