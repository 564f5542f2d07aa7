"""How many metrics the stack's alarms read."""

from functools import cache

from bench.capacity.stack import default_settings
from components.monitoring.specs.alarms import build_alarm_specs
from components.monitoring.specs.metrics import StackMetrics


@cache
def count_metrics_in_alarms() -> int:
    """One for each alarm, two for one on a share of the requests; alarms that are off by default as well."""
    settings = default_settings()
    alarms = build_alarm_specs(StackMetrics.of(settings), settings)
    return sum(1 if alarm.per is None else 2 for alarm in alarms)
