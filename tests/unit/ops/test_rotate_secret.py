"""A rotation, whole and killed at every call that it makes: the secret in use is one that Cognito takes."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from contract.sign_in import compute_secret_hash
from ops.rotate_secret import CURRENT, OF_PROGRAM, PENDING, AppClient, Rotation, SecretValue
from ops.stack import OpsError
from tests.unit.conftest import REGION

FIRST = "first0secret0of0the0program"
POOL, CLIENT = "us-east-1_pool", "client"
FEWEST_CALLS = 10


class Cognito:
    """An app client with its secrets, as AWS documents its calls."""

    def __init__(self) -> None:
        self.secrets = {"client--1": FIRST}
        self.tells = True
        self.lists_all = True

    def list_user_pool_client_secrets(self, **_: Any) -> dict[str, Any]:
        made = datetime(2026, 11, 23, tzinfo=UTC)
        ids = [one for one in self.secrets if self.lists_all or one != "client--1"]
        return {
            "ClientSecrets": [
                {
                    "ClientSecretId": one,
                    "ClientSecretCreateDate": made + timedelta(seconds=int(one.rpartition("-")[2])),
                }
                for one in reversed(ids)
            ]
        }

    def add_user_pool_client_secret(self, *, ClientSecret: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        if len(self.secrets) == 2:
            raise _refusal("LimitExceededException", "Too many.")
        self.secrets[f"client--{len(self.secrets) + int(max(self.secrets)[8:])}"] = ClientSecret
        return {}

    def delete_user_pool_client_secret(self, *, ClientSecretId: str, **_: Any) -> None:  # noqa: N803
        if len(self.secrets) == 1:
            raise _refusal("InvalidParameterException", "The last.")
        del self.secrets[ClientSecretId]

    def admin_initiate_auth(self, *, AuthParameters: dict[str, str], **_: Any) -> None:  # noqa: N803
        name, given = AuthParameters["USERNAME"], AuthParameters["SECRET_HASH"]
        taken = {compute_secret_hash(name, CLIENT, secret) for secret in self.secrets.values()}
        if self.tells and given not in taken:
            raise _refusal("NotAuthorizedException", "Unable to verify secret hash for client client")
        raise _refusal("NotAuthorizedException", "Incorrect username or password.")


def _refusal(code: str, message: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "Call")


class Killed:
    """A client of which one call is the last that its process makes: it is done, or it is not."""

    def __init__(self, client: Any, left: list[int], after: bool) -> None:
        self._client, self._left, self._after = client, left, after

    def __getattr__(self, name: str) -> Any:
        def call(**arguments: Any) -> Any:
            self._left[0] -= 1
            if self._left[0] == 0 and not self._after:
                raise KeyboardInterrupt
            answer = getattr(self._client, name)(**arguments)
            if self._left[0] == 0:
                raise KeyboardInterrupt
            return answer

        return call


@pytest.fixture
def secrets(aws: None) -> Iterator[Any]:
    client = boto3.client("secretsmanager", region_name=REGION)
    client.create_secret(Name="secret", SecretString=FIRST)
    yield client
    client.delete_secret(SecretId="secret", ForceDeleteWithoutRecovery=True)


def _rotation(cognito: Any, secrets: Any) -> Rotation:
    return Rotation(
        app=AppClient(cognito, POOL, CLIENT),
        value=SecretValue(secrets, "secret"),
        progress=lambda *_: None,
        sleep=lambda _: None,
    )


def test_the_new_secret_takes_the_place_of_the_old(secrets: Any) -> None:
    cognito, value = Cognito(), SecretValue(secrets, "secret")
    assert _rotation(cognito, secrets).run(0, keep_old=False)
    assert list(cognito.secrets.values()) == [value.read()] != [FIRST]
    assert PENDING not in value.find_versions()


@pytest.mark.parametrize("after", [False, True], ids=["before-the-call", "after-the-call"])
def test_killed_at_any_call_it_goes_on_and_no_sign_in_fails(secrets: Any, after: bool) -> None:
    value = SecretValue(secrets, "secret")
    for number in count(1):
        secrets.delete_secret(SecretId="secret", ForceDeleteWithoutRecovery=True)
        secrets.create_secret(Name="secret", SecretString=FIRST)
        cognito, left = Cognito(), [number]
        with suppress(KeyboardInterrupt):
            _rotation(Killed(cognito, left, after), Killed(secrets, left, after)).run(0, keep_old=False)
        if left[0] > 0:
            break
        assert value.read() in cognito.secrets.values()
        _rotation(cognito, secrets).run(0, keep_old=False)
        assert list(cognito.secrets.values()) == [value.read()] != [FIRST]
        assert PENDING not in value.find_versions()
    # It makes so many calls.
    assert number > FEWEST_CALLS


def test_the_version_of_the_program_keeps_a_label_for_good(secrets: Any) -> None:
    cognito, value = Cognito(), SecretValue(secrets, "secret")
    first = value.find_versions()[CURRENT]
    for _ in range(3):
        assert _rotation(cognito, secrets).run(0, keep_old=False)
    assert value.find_versions()[OF_PROGRAM] == first
    assert value.read(OF_PROGRAM) == FIRST


def test_a_secret_that_cognito_refuses_is_replaced(secrets: Any) -> None:
    """As after the app client was made anew: its own first secret is known to nobody."""
    cognito = Cognito()
    cognito.secrets = {"client--1": "another0secret0that0nobody0knows"}
    assert _rotation(cognito, secrets).run(0, keep_old=False)
    assert list(cognito.secrets.values()) == [SecretValue(secrets, "secret").read()]


def test_nothing_is_done_where_cognito_does_not_tell(secrets: Any) -> None:
    cognito = Cognito()
    cognito.tells = False
    with pytest.raises(OpsError, match="Nothing was changed"):
        _rotation(cognito, secrets).run(0, keep_old=False)
    assert list(cognito.secrets.values()) == [FIRST]
    assert SecretValue(secrets, "secret").read() == FIRST


def test_an_old_secret_that_has_no_id_is_told(secrets: Any) -> None:
    cognito = Cognito()
    cognito.lists_all = False
    with pytest.raises(OpsError, match="still accepts the old one"):
        _rotation(cognito, secrets).run(0, keep_old=False)
    assert SecretValue(secrets, "secret").read() in cognito.secrets.values()


def test_where_the_wrong_one_was_deleted_the_previous_one_is_used_again(secrets: Any) -> None:
    cognito, value = Cognito(), SecretValue(secrets, "secret")
    rotation = _rotation(cognito, secrets)
    rotation.run(0, keep_old=True)
    # Another's hand: the first secret now looks newer than the one in use.
    cognito.secrets["client--9"] = cognito.secrets.pop("client--1")
    with pytest.raises(OpsError, match="previous one is in use again"):
        rotation.run(0, keep_old=False)
    assert value.read() in cognito.secrets.values()


def test_a_secret_that_is_not_taken_in_time_is_not_put_in_use(
    secrets: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    cognito = Cognito()
    monkeypatch.setattr(Cognito, "add_user_pool_client_secret", lambda *_, **__: {})
    with pytest.raises(OpsError, match="does not accept it yet"):
        _rotation(cognito, secrets).run(0, keep_old=False)
    assert SecretValue(secrets, "secret").read() == FIRST


def test_the_old_secret_is_kept_until_the_next_run(secrets: Any) -> None:
    cognito, value = Cognito(), SecretValue(secrets, "secret")
    rotation = _rotation(cognito, secrets)
    for _ in range(2):
        assert not rotation.run(0, keep_old=True)
        assert list(cognito.secrets.values()) == [FIRST, value.read()]
    new = value.read()
    assert rotation.run(0, keep_old=False)
    assert list(cognito.secrets.values()) == [value.read()] == [new]


def test_a_secret_of_someone_elses_is_left_alone(secrets: Any) -> None:
    cognito = Cognito()
    cognito.secrets["client--2"] = "Someone0else1needs2this3secret"
    with pytest.raises(OpsError, match="one of them is not this command's"):
        _rotation(cognito, secrets).run(0, keep_old=False)
    assert len(cognito.secrets) == 2
    assert SecretValue(secrets, "secret").read() == FIRST
