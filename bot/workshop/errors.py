"""Errors of the workshop, each a sentence for the clerk.

* WorkshopError
  + Stale       somebody else has changed the same text meanwhile
  + NotThere    there is no such entry, version or file
  + Refused     what was typed cannot be taken
  + NotNow      something else has to come first
"""

from __future__ import annotations


class WorkshopError(Exception):
    """Something cannot be done; the message says why and what to do, in Chinese."""


class Stale(WorkshopError):
    """Somebody else has changed the same text since it was opened; `theirs` is what stands there now."""

    def __init__(self, who: str, theirs: str) -> None:
        """Name whoever changed it last, where that is known."""
        by = f"{who}刚刚" if who else "别人"
        super().__init__(f"{by}改过这一处，您打开的已经不是最新的。没有覆盖任何内容，两份都在下面，请对照以后再保存。")
        self.theirs = theirs


class NotThere(WorkshopError):
    """What was asked for is not there."""


class Refused(WorkshopError):
    """What was typed cannot be taken; nothing was changed."""


class NotNow(WorkshopError):
    """Something else has to come first."""
