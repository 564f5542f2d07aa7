"""A rotation, whole and killed at every call that it makes: the secret in use is one that Cognito takes."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from contract.sign_in import compute_secret_hash
from ops.rotate_secret import CURRENT, OF_PROGRAM, PENDING, PREVIOUS, AppClient, Rotation, SecretValue
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
        ids = {
            one: int(one.rpartition("-")[2]) for one in self.secrets if self.lists_all or one != "client--1"
        }
        return {
            "ClientSecrets": [
                {"ClientSecretId": one, "ClientSecretCreateDate": made + timedelta(seconds=number)}
                for one, number in reversed(ids.items())
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


@dataclass(frozen=True)
class Stand:
    """Both services, with one secret in use."""

    secrets: Any
    cognito: Cognito = field(default_factory=Cognito)

    @property
    def value(self) -> SecretValue:
        return SecretValue(self.secrets, "secret")

    @property
    def accepted(self) -> list[str]:
        return list(self.cognito.secrets.values())

    def rotate(self, *, keep_old: bool = False, wrap: Callable[[Any], Any] = lambda client: client) -> bool:
        app = AppClient(wrap(self.cognito), POOL, CLIENT)
        value = SecretValue(wrap(self.secrets), "secret")
        return Rotation(app, value, lambda *_: None, lambda _: None).run(0, keep_old=keep_old)


@pytest.fixture
def on(aws: None) -> Iterator[Stand]:
    client = boto3.client("secretsmanager", region_name=REGION)
    client.create_secret(Name="secret", SecretString=FIRST)
    yield Stand(client)
    client.delete_secret(SecretId="secret", ForceDeleteWithoutRecovery=True)


@pytest.mark.parametrize("after", [False, True], ids=["before-the-call", "after-the-call"])
def test_killed_at_any_call_it_goes_on_and_no_sign_in_fails(on: Stand, after: bool) -> None:
    for number in count(1):
        on.secrets.delete_secret(SecretId="secret", ForceDeleteWithoutRecovery=True)
        on.secrets.create_secret(Name="secret", SecretString=FIRST)
        on, left = Stand(on.secrets), [number]
        with suppress(KeyboardInterrupt):
            on.rotate(wrap=partial(Killed, left=left, after=after))
        if left[0] > 0:
            break
        assert on.value.read() in on.accepted
        on.rotate()
        assert on.accepted == [on.value.read()] != [FIRST]
        assert PENDING not in on.value.find_versions()
    # It makes so many calls.
    assert number > FEWEST_CALLS


@pytest.mark.parametrize("secret", [FIRST, "another0secret0that0nobody0knows"])
def test_the_new_secret_takes_the_place_of_the_old(on: Stand, secret: str) -> None:
    """Also after the app client was made anew: its own first secret is known to nobody."""
    on.cognito.secrets = {"client--1": secret}
    first = on.value.find_versions()[CURRENT]
    for _ in range(3):
        assert on.rotate()
        assert on.accepted == [on.value.read()] != [FIRST]
    # Secrets Manager keeps what has a label.
    assert (on.value.find_versions()[OF_PROGRAM], on.value.read(OF_PROGRAM)) == (first, FIRST)


def _tell_nothing(cognito: Cognito) -> None:
    cognito.tells = False


def _take_no_other(cognito: Cognito) -> None:
    cognito.add_user_pool_client_secret = lambda **_: {}  # type: ignore[method-assign]


def _add_another(cognito: Cognito) -> None:
    cognito.secrets["client--2"] = "Someone0else1needs2this3secret"


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_tell_nothing, "Nothing was changed"),
        (_take_no_other, "does not accept it yet"),
        (_add_another, "one of them is not this command's"),
    ],
)
def test_what_cannot_be_done_leaves_the_secret_in_use(
    on: Stand, spoil: Callable[[Cognito], None], said: str
) -> None:
    spoil(on.cognito)
    accepted = on.accepted
    with pytest.raises(OpsError, match=said):
        on.rotate()
    assert (on.accepted, on.value.read()) == (accepted, FIRST)


def test_an_old_secret_that_has_no_id_is_told(on: Stand) -> None:
    on.cognito.lists_all = False
    with pytest.raises(OpsError, match="still accepts the old one"):
        on.rotate()
    assert on.value.read() in on.accepted


def test_the_old_secret_is_kept_until_the_next_run_which_undoes_what_went_wrong(on: Stand) -> None:
    for _ in range(2):
        assert not on.rotate(keep_old=True)
        assert on.accepted == [FIRST, on.value.read()]
    # Another's hand: the first secret now looks newer than the one in use.
    secrets = dict(on.cognito.secrets)
    on.cognito.secrets["client--9"] = on.cognito.secrets.pop("client--1")
    with pytest.raises(OpsError, match="previous one is in use again"):
        on.rotate()
    assert on.value.read() in on.accepted
    on.value.use(PREVIOUS)
    on.cognito.secrets = secrets
    new = on.value.read()
    assert on.rotate()
    assert on.accepted == [on.value.read()] == [new]
