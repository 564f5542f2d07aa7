"""Where the service is, read from the environment or a file of outputs, and how long it is waited for."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Self

import httpx
from botocore.config import Config
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from contract.names import OUTPUTS_VARIABLE


class SettingsError(Exception):
    """A setting is missing or wrong; the text says which, and what to do."""


class DashboardSettings(BaseModel):
    """What the dashboard has to know before it can sign anyone in."""

    model_config = ConfigDict(frozen=True, extra="ignore", str_strip_whitespace=True)

    api_url: Annotated[str, AfterValidator(lambda url: url.rstrip("/"))] = Field(pattern=r"^https?://\S+$")
    """Base address of the REST API, stage included."""
    region: str = Field(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")
    table_name: str = Field(min_length=1)
    senders_table_name: str = Field(min_length=1)
    incidents_table_name: str = Field(min_length=1)
    notifications_table_name: str = ""
    """Empty where the stack has none, and nobody is notified."""
    user_pool_id: str = Field(min_length=1)
    identity_pool_id: str = Field(min_length=1)
    metrics_namespace: str = Field(min_length=1)
    """Of the service's own metrics; its API and its alarms bear the same name."""
    endpoint_url: str | None = Field(default=None, pattern=r"^https?://\S+$")
    """Where AWS is, when it is an emulator."""
    session_key_file: Path | None = None
    """Holds the keys under which sessions are kept, so that they survive a restart."""
    session_dir: Path | None = None
    """Where they are kept."""

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """The settings from `FILE_SLA_…` variables, or from the file `FILE_SLA_OUTPUTS` names.

        Raises:
            SettingsError: something is missing or malformed, or the file cannot be read.
        """
        values = _outputs(environment.get(OUTPUTS_VARIABLE))
        for name in cls.model_fields:
            if given := environment.get(name_variable(name)):
                values[name] = given
        try:
            settings = cls.model_validate(values)
        except ValidationError as error:
            raise SettingsError(_explain(error)) from None
        if (settings.session_key_file is None) != (settings.session_dir is None):
            key_file, folder = name_variable("session_key_file"), name_variable("session_dir")
            raise SettingsError(
                f"To keep sessions over a restart takes both {key_file} and {folder}. "
                "Set the one that is missing, or unset the other."
            )
        return settings


def name_variable(name: str) -> str:
    """The environment variable that sets the setting `name`."""
    return f"FILE_SLA_{name.upper()}"


def _outputs(path: str | None) -> dict[str, Any]:
    if not path:
        return {}
    try:
        return dict(json.loads(Path(path).read_text(encoding="utf-8")))
    except (OSError, TypeError, ValueError) as error:
        raise SettingsError(
            f"{OUTPUTS_VARIABLE} names {path}, which cannot be read as an object in JSON: {error}"
        ) from None


def _explain(error: ValidationError) -> str:
    lines = ["The dashboard's settings are not complete:"]
    for problem in error.errors(include_url=False, include_context=False):
        name = str(problem["loc"][0])
        what = "is missing" if problem["type"] == "missing" else f"is wrong: {problem['msg']}"
        lines.append(
            f"- {name} {what}. Set {name_variable(name)}, or put {name} into the JSON file "
            f"that {OUTPUTS_VARIABLE} names (pulumi stack output --json)."
        )
    return "\n".join(lines)


_CONNECT_SECONDS: Final = 3
_READ_SECONDS: Final = 6
_ATTEMPTS: Final = 3
"""Three times nine seconds of silence. The pauses in between are short, unless AWS asks to slow down."""

API_TIMEOUT: Final = httpx.Timeout(30, connect=_CONNECT_SECONDS)
"""Of calls of the API: long enough for a cold start behind the gateway, which gives up after 29 s itself."""
RENEWAL_TIMEOUT: Final = httpx.Timeout(10, connect=_CONNECT_SECONDS)
"""Of asking for a new token: a page waits for it, and has the last token to go on with."""


def build_client_config(**options: Any) -> Config:
    """The configuration of a client of AWS, with these options besides."""
    return Config(
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
        **options,
    )
