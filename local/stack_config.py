"""A stack's configuration as the Pulumi CLI would hand it to the program."""

import json
from collections.abc import Mapping
from typing import Any

import yaml

from contract.names import ROOT

STACK = "dev"


def project_name() -> str:
    """The project's name."""
    return str(_read("Pulumi.yaml")["name"])


def config_schema() -> dict[str, dict[str, Any]]:
    """The type, default and description of every key, as Pulumi.yaml declares them."""
    schema: dict[str, dict[str, Any]] = _read("Pulumi.yaml")["config"]
    return schema


def list_secret_keys() -> list[str]:
    """The keys whose values are secrets, which the CLI would hand over as such."""
    return [f"{project_name()}:webhooks"]


def load_config(stack: str = STACK, overrides: Mapping[str, Any] | None = None) -> dict[str, str]:
    """Defaults of Pulumi.yaml, values of the stack's file, and overrides, in rising order.

    Args:
        stack: which `Pulumi.<stack>.yaml`.
        overrides: by key, such as `retentionDays`; without a namespace, it is the project's.

    Returns:
        Every value as text under its full key, as Pulumi's runtime keeps them.
    """
    name = project_name()
    values = {f"{name}:{key}": schema["default"] for key, schema in config_schema().items()}
    # A stack without a file of its own starts from the values of the local one.
    values |= _read(f"Pulumi.{stack if (ROOT / f'Pulumi.{stack}.yaml').exists() else STACK}.yaml")["config"]
    values |= {key if ":" in key else f"{name}:{key}": value for key, value in (overrides or {}).items()}
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in values.items()}


def _read(file: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((ROOT / file).read_text())
    return content
