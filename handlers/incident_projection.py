"""IncidentLambda: keeps senders and incidents as their runs and time make them.

Invoked by the stream of FileSlaRuns, with the runs that were just stored, and every minute by a
schedule, for what time alone changes.
"""

from typing import Any

from handlers.web.telemetry import logger


def handler(event: dict[str, Any], _context: Any) -> None:
    """Takes a batch of the stream; anything else is the sweep."""
    logger.info("invoked", extra={"runs": len(event.get("Records", ()))})
