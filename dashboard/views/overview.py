"""Overview."""

from dashboard.views import by_date  # noqa: F401
