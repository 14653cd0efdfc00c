"""Errors of the corpus, written for the clerk who edits its files.

Our exception hierarchy:

* CorpusError
  x MissingFile
  x Unreadable
  x StrayFile
  x BadText
  x BadEntry
  x BadWords
  x BadPhrases
  x BadExam
  x BadOffice
  x BadPolicy
  x BadWorkbook
  x BadDocument
  x LostCharacters
  x Duplicate
  x BadEdit
"""

from __future__ import annotations

from pathlib import Path


class CorpusError(Exception):
    """Something in a corpus file is wrong; says where, what and the way out, in Chinese."""

    def __init__(self, path: Path | str, line: int, message: str) -> None:
        """Remember the place (`line` 0 means the whole file) and what is wrong there."""
        super().__init__(path, line, message)
        self.path = Path(path)
        self.line = line
        self.message = message

    def __str__(self) -> str:
        """Return the place and the message as one line."""
        place = f"{self.path} 第{self.line}行" if self.line else str(self.path)
        return f"{place}：{self.message}"


class MissingFile(CorpusError):
    """A file or folder that the corpus needs is not there."""


class Unreadable(CorpusError):
    """A file or folder is there and cannot be read."""


class StrayFile(CorpusError):
    """A file lies where it is not read."""


class BadText(CorpusError):
    """A file holds signs that nobody meant to write."""


class BadEntry(CorpusError):
    """An entry file does not have the agreed form."""


class BadWords(CorpusError):
    """A line of words/ does not have the agreed form."""


class BadPhrases(CorpusError):
    """phrases.toml is broken or lacks a sentence."""


class BadExam(CorpusError):
    """A line of exam.txt does not have the agreed form, or asks for an entry that is not there."""


class BadOffice(CorpusError):
    """office.toml is broken, or lacks what names the office."""


class BadPolicy(CorpusError):
    """A file of policy/ does not have the agreed form, or lacks a figure."""


class BadWorkbook(CorpusError):
    """A workbook cannot be taken over; the message names sheet, row and column."""


class BadDocument(CorpusError):
    """A document cannot be read, or gives no entries."""


class LostCharacters(CorpusError):
    """A file cannot be read as text, or has U+FFFD where characters were lost."""


class Duplicate(CorpusError):
    """An id or a question stands twice."""


class BadEdit(CorpusError):
    """A change was not made, for it would leave a mistake behind."""
