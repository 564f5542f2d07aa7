"""The alarms, as data: what is watched, from where on it is trouble, and what to do then."""

from components.monitoring.specs.alarm_spec import AlarmSpec
from components.monitoring.specs.api_alarms import build_api_alarms
from components.monitoring.specs.function_alarms import build_function_alarms
from components.monitoring.specs.message_alarms import build_message_alarms
from components.monitoring.specs.metrics import StackMetrics
from components.monitoring.specs.projection_alarms import build_projection_alarms
from components.monitoring.specs.table_alarms import build_table_alarms
from components.settings import Settings


def build_alarm_specs(metrics: StackMetrics, settings: Settings) -> tuple[AlarmSpec, ...]:
    """Every alarm of a stack."""
    return (
        *build_api_alarms(metrics, settings),
        *build_function_alarms(metrics, settings),
        *build_table_alarms(metrics, settings),
        *build_projection_alarms(metrics, settings),
        *build_message_alarms(metrics),
    )
