"""State: what the calculator remembers between two messages of a session."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from bot.calculator.reading import Slots


@dataclass(frozen=True)
class State:
    """A calculation that is going on: its topic, what was said so far, and the slot that was asked for."""

    topic: str
    slots: Slots = field(default_factory=dict)
    asked: str = ""

    def dump(self) -> str:
        """Return the state as a short text for the session store."""
        kept = {name: value for name, value in self.slots.items() if value}
        return json.dumps([self.topic, kept, self.asked], ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def load(cls, text: str | None) -> State | None:
        """Read a state back; None where there is none or it is of another version."""
        if not text:
            return None
        try:
            topic, slots, asked = json.loads(text)
            return cls(str(topic), {str(name): str(value) for name, value in slots.items()}, str(asked))
        except (ValueError, TypeError, AttributeError):
            return None
