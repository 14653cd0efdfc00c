"""Faults of the database, in Chinese, for whoever runs the service; none holds a password or what was to be written.

Our exception hierarchy:

* DatabaseFault
  x TooNew
  x WriteRefused
"""

from __future__ import annotations


class DatabaseFault(Exception):
    """The database cannot be used now; the message says which one and why."""

    def __init__(self, where: str, reason: str) -> None:
        """Remember which database it is and the name of what went wrong."""
        super().__init__(f"{where}用不了（{reason}）。")
        self.reason = reason


class TooNew(DatabaseFault):
    """A later version of the program has changed the database, and this one does not know how."""

    def __init__(self, where: str, found: str, known: str) -> None:
        """Say which change was found and which is the last one known."""
        super().__init__(where, f"它已经升级到 {found}，这个程序只认得到 {known}，请换上更新的程序")


class WriteRefused(DatabaseFault):
    """The database is well and does not take what was to be written."""


def reason_of(error: Exception) -> str:
    """Return the name of what went wrong; an error's own sentence may hold a value or a password."""
    inner = getattr(error, "orig", None) or error
    for name in ("sqlite_errorname", "strerror"):
        if found := getattr(inner, name, None):
            return str(found)
    state = getattr(inner, "sqlstate", None)
    return f"{type(inner).__name__} {state}" if state else type(inner).__name__
