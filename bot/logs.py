"""Logs: lines for people or, one JSON object each, for programs; each line of a request bears its number."""

from __future__ import annotations

import json
import logging
from contextvars import ContextVar
from datetime import UTC, datetime

from bot.privacy import mask

# Of the request that is being served; its thread knows it too.
request_id: ContextVar[str] = ContextVar("request_id", default="")
_PLAIN = "%(asctime)s %(levelname)s %(name)s %(message)s"
access = logging.getLogger("bot.access")


class Plain(logging.Formatter):
    """A line for people, with the request's number at its end."""

    def __init__(self) -> None:
        """Keep the line that it always was."""
        super().__init__(_PLAIN)

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        number = request_id.get()
        return super().format(record) + (f" [{number}]" if number else "")


class JsonLines(logging.Formatter):
    """A line for programs: one JSON object, whatever the message holds."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the object."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        number = request_id.get()
        line |= {"request_id": number} if number else {}
        line |= getattr(record, "fields", {})
        # The values in a trace may hold what somebody typed.
        line |= {"trace": mask(self.formatException(record.exc_info))} if record.exc_info else {}
        return json.dumps(line, ensure_ascii=False, default=str)


def set_up(level: str, form: str) -> None:
    """Write all log lines to the standard error stream, in the form that the settings ask for."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if form == "json" else Plain())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # A line for each request is for programs; people have the proxy's.
    access.disabled = form != "json"


def note_request(method: str, path: str, status: int, seconds: float) -> None:
    """Write the line of one request: where to and how long, never what was asked."""
    if access.disabled or not access.isEnabledFor(logging.INFO):
        return
    fields = {"method": method, "path": path, "status": status, "milliseconds": round(seconds * 1000, 1)}
    access.info("%s %s %d", method, path, status, extra={"fields": fields})
