"""Cognito's calls for a second secret of an app client, which ministack lacks.

As AWS documents them: a confidential client has one or two secrets, which Cognito generates or is given; both
are valid; no list contains their values; the last one cannot be deleted. DescribeUserPoolClient still returns
the first.

`emulator_process.py` runs this file, since its process cannot import our packages.
"""

import re
import threading
import time
from collections.abc import Callable
from typing import Any, Final

from ministack.core.responses import error_response_json, json_response  # type: ignore[import-untyped]
from ministack.services import cognito  # type: ignore[import-untyped]

_MOST: Final = 2
_FORM: Final = re.compile(r"[\w+]{24,64}", re.ASCII)
_KEPT_IN: Final = "_client_secrets"
"""The key of the secrets in a user pool. Keys that begin with _ are saved with it, and never returned."""

_Handler = Callable[[dict[str, Any]], Any]
_lock = threading.RLock()


def install() -> None:
    """Makes ministack take the calls, and accept each of a client's secrets."""
    calls: dict[str, _Handler] = {
        "AddUserPoolClientSecret": _add,
        "ListUserPoolClientSecrets": _list,
        "DeleteUserPoolClientSecret": _delete,
    }
    dispatch, validate = cognito._dispatch_idp, cognito._validate_client_secret_hash  # noqa: SLF001

    async def dispatch_all(action: str, data: dict[str, Any]) -> Any:
        if action not in calls:
            return await dispatch(action, data)
        with _lock:
            return calls[action](data)

    def validate_any(action: str, data: dict[str, Any]) -> Any:
        _, client, _ = _find(data)
        if client is None or not client.get("ClientSecret"):
            return validate(action, data)
        with _lock:
            first = client["ClientSecret"]
            try:
                for secret in _secrets(data):
                    client["ClientSecret"] = secret["value"]
                    if (error := validate(action, data)) is None:
                        break
                return error
            finally:
                client["ClientSecret"] = first

    cognito._dispatch_idp = dispatch_all  # noqa: SLF001 - there is no other way
    cognito._validate_client_secret_hash = validate_any  # noqa: SLF001


def _find(data: dict[str, Any]) -> tuple[Any, Any, Any]:
    """The pool and the client of a call, and the error to answer if one is missing or has no secret."""
    client_id = data.get("ClientId", "")
    pool = cognito._user_pools.get(data.get("UserPoolId"))  # noqa: SLF001
    if pool is None:
        pool, _ = cognito._pool_for_client(client_id)  # noqa: SLF001
    client = (pool or {}).get("_clients", {}).get(client_id)
    if client is None:
        missing = f"User pool client {client_id} does not exist."
        return None, None, _refuse("ResourceNotFoundException", missing)
    if not client.get("ClientSecret"):
        return pool, client, _refuse("InvalidParameterException", "The client has no secret.")
    return pool, client, None


def _secrets(data: dict[str, Any]) -> list[dict[str, Any]]:
    """The client's secrets, the oldest first."""
    pool, client, _ = _find(data)
    first = {"value": client["ClientSecret"], "created": client["CreationDate"]}
    kept: list[dict[str, Any]] = pool.setdefault(_KEPT_IN, {}).setdefault(client["ClientId"], [first])
    return kept


def _add(data: dict[str, Any]) -> Any:
    if error := _find(data)[2]:
        return error
    given = data.get("ClientSecret")
    if given is not None and not _FORM.fullmatch(given):
        return _refuse(
            "InvalidParameterException", "ClientSecret must match [\\w+]+ and have 24 to 64 characters."
        )
    secrets = _secrets(data)
    if len(secrets) >= _MOST:
        return _refuse("LimitExceededException", f"An app client has at most {_MOST} secrets.")
    secret = {
        "value": given or cognito._client_secret(),  # noqa: SLF001
        "created": max(time.time(), secrets[-1]["created"] + 0.001),
    }
    secrets.append(secret)
    value = {} if given else {"ClientSecretValue": secret["value"]}
    return json_response({"ClientSecretDescriptor": _describe(data, secret) | value})


def _list(data: dict[str, Any]) -> Any:
    if error := _find(data)[2]:
        return error
    return json_response({"ClientSecrets": [_describe(data, secret) for secret in _secrets(data)]})


def _delete(data: dict[str, Any]) -> Any:
    if error := _find(data)[2]:
        return error
    secrets, wanted = _secrets(data), data.get("ClientSecretId")
    found = next((one for one in secrets if _describe(data, one)["ClientSecretId"] == wanted), None)
    if found is None:
        return _refuse("ResourceNotFoundException", "The client has no such secret.")
    if len(secrets) == 1:
        return _refuse("InvalidParameterException", "The last secret of an app client cannot be deleted.")
    secrets.remove(found)
    return json_response({})


def _describe(data: dict[str, Any], secret: dict[str, Any]) -> dict[str, Any]:
    created = secret["created"]
    return {"ClientSecretId": f"{data['ClientId']}--{int(created * 1000)}", "ClientSecretCreateDate": created}


def _refuse(code: str, message: str) -> Any:
    return error_response_json(code, message, 400)
