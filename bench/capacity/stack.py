"""The stack that the model is of: its settings as they are by default, and its tables."""

from functools import cache

from components.settings import Settings
from components.tables.specs.errors import describe_errors
from components.tables.specs.incidents import describe_incidents
from components.tables.specs.messages import describe_messages
from components.tables.specs.runs import describe_runs
from components.tables.specs.senders import describe_senders
from components.tables.specs.table import TableSpec
from local.stack_config import STACK, load_config, project_name

_OPTIONAL = {"openIncidentsAlarmCount": 1, "ownersFile": "docs/owners.example.yaml"}
"""The keys that turn on what is off by default: an alarm, and telling owners."""


@cache
def default_settings() -> Settings:
    """Those of Pulumi.yaml, with every alarm on, and owners who are told."""
    project = project_name()
    config = {
        key.removeprefix(f"{project}:"): value for key, value in load_config(overrides=_OPTIONAL).items()
    }
    return Settings.model_validate({**config, "project": project, "stack": STACK})


ERRORS: TableSpec = describe_errors(default_settings())
RUNS: TableSpec = describe_runs(default_settings())
SENDERS: TableSpec = describe_senders(default_settings())
INCIDENTS: TableSpec = describe_incidents(default_settings())
MESSAGES: TableSpec = describe_messages(default_settings())
