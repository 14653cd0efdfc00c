"""Card: what is said to one message, and what the next short message may refer to."""

from __future__ import annotations

import json
from dataclasses import dataclass


@dataclass(frozen=True)
class Card:
    """A text that fits into one message, the pages after it, and what the numbers in it stand for."""

    text: str
    rest: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    # The bot may be waiting for a value, so that a bare number is one.
    asks: bool = False
    # Small talk and hints leave alone what was on the table before.
    passing: bool = False
    # Not to be answered by the bot at all, but by a person.
    staff: bool = False

    def dump(self) -> str:
        """Return the card as text."""
        return json.dumps(vars(self), ensure_ascii=False)

    @classmethod
    def load(cls, text: str) -> Card:
        """Return the card that `dump` wrote."""
        fields = json.loads(text)
        return cls(**{**fields, "rest": tuple(fields["rest"]), "options": tuple(fields["options"])})
