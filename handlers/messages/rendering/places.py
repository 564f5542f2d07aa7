"""Where something happened, as a phrase; and where more of it can be read."""

from urllib.parse import quote

from handlers.messages.message import Line
from handlers.messages.rendering.document import NAME_WIDTH, Phrase, name, say
from handlers.messages.rendering.subjects import name_server


def write_place(line: Line, width: int = NAME_WIDTH) -> Phrase:
    """The folder and its server, or the server alone, each name in at most so many characters."""
    if line.incident is not None:
        folder, sender_name = line.incident.folder, line.incident.sender_name
    else:
        folder = line.folder.folder if line.folder else ""
        sender_name = line.sender.name if line.sender else ""
    server = name(name_server(sender_name), width) if sender_name else ()
    path = name(folder, width) if folder else ()
    return (*path, *(say(" on ") if path and server else ()), *server)


def find_url(line: Line, dashboard_url: str) -> str:
    """The page of what a line is about; empty where the dashboard's address is not known."""
    if not dashboard_url:
        return ""
    base = dashboard_url.rstrip("/")
    if line.incident is not None:
        return f"{base}/?incident={quote(line.incident.incident_id, safe='', errors='replace')}"
    if line.sender is not None:
        return f"{base}/senders?sender={quote(line.sender.key, safe='', errors='replace')}"
    return base
