"""Accounts: who may use the console, read from a file of names and password hashes."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# The recommendation of OWASP for servers with little memory: 19 MiB, two passes, one thread.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# A name stands in pages, logs and the history, so it is a plain word.
_NAME = re.compile(r"[\w.@ -]{1,30}")
LEAST = 10


class AccountsError(Exception):
    """The file of accounts, a name or a password cannot be used; the message says why."""


class Accounts:
    """The people of one file, which is read anew when it changes."""

    def __init__(self, path: Path) -> None:
        """Name the file."""
        self._path = path
        self._read: tuple[tuple[int, int], dict[str, str]] | None = None

    def check(self, name: str, password: str) -> bool:
        """Tell whether the password is this person's; it takes as long for people who are not there."""
        known = self._people().get(name)
        try:
            return _HASHER.verify(known or _nobody(), password[:1000]) and known is not None
        except (VerificationError, InvalidHashError, UnicodeEncodeError):
            return False

    def seal(self, name: str) -> str:
        """Return what changes with a person's password; empty for people who are not there."""
        known = self._people().get(name)
        return hashlib.sha256(known.encode()).hexdigest()[:16] if known else ""

    def _people(self) -> dict[str, str]:
        try:
            status = self._path.stat()
            mark = (status.st_mtime_ns, status.st_size)
            if self._read is None or self._read[0] != mark:
                self._read = (mark, parse(self._path.read_text(encoding="utf-8")))
        except (OSError, UnicodeDecodeError) as error:
            raise AccountsError(f"读不出名单 {self._path}（{error}）。请检查 FAQ_ADMIN 和文件的权限。") from None
        return self._read[1]


def parse(text: str) -> dict[str, str]:
    """Return names and hashes; lines that begin with # are remarks."""
    people = {}
    for line in text.splitlines():
        name, colon, given = line.strip().partition(":")
        if colon and not name.startswith("#"):
            people[name.strip()] = given.strip()
    return people


def line_for(name: str, password: str) -> str:
    """Return the line of the file for a name and a password."""
    if not _NAME.fullmatch(name) or name != name.strip():
        raise AccountsError("名字用汉字、字母、数字，最多 30 个，不能有冒号。")
    if len(password) < LEAST:
        raise AccountsError(f"密码太短：至少 {LEAST} 个字符，可以是一句话。")
    return f"{name}:{_HASHER.hash(password)}"


@cache
def _nobody() -> str:
    return _HASHER.hash("nobody")
