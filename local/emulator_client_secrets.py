"""Cognito's calls for a second secret of an app client, which ministack lacks.

As AWS documents them: a confidential client has one or two secrets; both are valid; no list contains their
values; the last one cannot be deleted. DescribeUserPoolClient still returns the first. The second is given.

`emulator_process.py` runs this file, since its process cannot import our packages.
"""

import threading
import time
from typing import Any, Final

from ministack.core.responses import error_response_json, json_response  # type: ignore[import-untyped]
from ministack.services import cognito  # type: ignore[import-untyped]

_MOST: Final = 2
_KEPT_IN: Final = "_client_secrets"
"""The key of the secrets in a user pool. Keys that begin with _ are saved with it, and never returned."""

_lock = threading.RLock()


def install() -> None:
    """Makes ministack take the calls, and accept each of a client's secrets."""
    calls = {
        "AddUserPoolClientSecret": _add,
        "ListUserPoolClientSecrets": _list,
        "DeleteUserPoolClientSecret": _delete,
    }
    dispatch, validate = cognito._dispatch_idp, cognito._validate_client_secret_hash  # noqa: SLF001

    async def dispatch_all(action: str, data: dict[str, Any]) -> Any:
        if action not in calls:
            return await dispatch(action, data)
        with _lock:
            if (found := _find(data)) is None:
                return _refuse("ResourceNotFoundException", "There is no such client with a secret.")
            return calls[action](data, _secrets(*found))

    def validate_any(action: str, data: dict[str, Any]) -> Any:
        if (found := _find(data)) is None:
            return validate(action, data)
        pool, client = found
        with _lock:
            first = client["ClientSecret"]
            try:
                for secret in _secrets(pool, client):
                    client["ClientSecret"] = secret["value"]
                    if (error := validate(action, data)) is None:
                        break
                return error
            finally:
                client["ClientSecret"] = first

    cognito._dispatch_idp = dispatch_all  # noqa: SLF001 - there is no other way
    cognito._validate_client_secret_hash = validate_any  # noqa: SLF001


def _find(data: dict[str, Any]) -> tuple[Any, Any] | None:
    """The pool and the client of a call; None where the client is missing or has no secret."""
    pool = cognito._user_pools.get(data.get("UserPoolId"))  # noqa: SLF001
    if pool is None:
        pool, _ = cognito._pool_for_client(data.get("ClientId", ""))  # noqa: SLF001
    client = (pool or {}).get("_clients", {}).get(data.get("ClientId"), {})
    return (pool, client) if client.get("ClientSecret") else None


def _secrets(pool: Any, client: Any) -> list[dict[str, Any]]:
    """The client's secrets, the oldest first."""
    first = {"value": client["ClientSecret"], "created": client["CreationDate"]}
    kept: list[dict[str, Any]] = pool.setdefault(_KEPT_IN, {}).setdefault(client["ClientId"], [first])
    return kept


def _add(data: dict[str, Any], secrets: list[dict[str, Any]]) -> Any:
    if len(secrets) >= _MOST:
        return _refuse("LimitExceededException", f"An app client has at most {_MOST} secrets.")
    created = max(time.time(), secrets[-1]["created"] + 0.001)
    secrets.append({"value": data["ClientSecret"], "created": created})
    return json_response({"ClientSecretDescriptor": _describe(data, secrets[-1])})


def _list(data: dict[str, Any], secrets: list[dict[str, Any]]) -> Any:
    return json_response({"ClientSecrets": [_describe(data, secret) for secret in secrets]})


def _delete(data: dict[str, Any], secrets: list[dict[str, Any]]) -> Any:
    wanted = data.get("ClientSecretId")
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
