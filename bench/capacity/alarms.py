"""How many metrics the stack's alarms read."""

from functools import cache

from components.monitoring.specs.alarms import build_alarm_specs
from components.monitoring.specs.metrics import StackMetrics
from components.settings import Settings
from local.stack_config import STACK, load_config, project_name

_OPTIONAL = {"openIncidentsAlarmCount": 1}
"""The key that turns on an alarm which is off by default."""


@cache
def count_metrics_in_alarms() -> int:
    """One for each alarm, two for one on a share of the requests; alarms that are off by default as well."""
    project = project_name()
    config = {
        key.removeprefix(f"{project}:"): value for key, value in load_config(overrides=_OPTIONAL).items()
    }
    settings = Settings.model_validate({**config, "project": project, "stack": STACK})
    alarms = build_alarm_specs(StackMetrics.of(settings), settings)
    return sum(1 if alarm.per is None else 2 for alarm in alarms)
