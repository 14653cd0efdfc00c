"""Sessions: what the bot remembers of a conversation for ten idle minutes."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.store import MemoryStore, Store
from index.hit import Hit

IDLE_SECONDS = 600.0
# A question asked on the page goes on in the window there, which speaks to the API.
_ROOMS = {"web": "api"}

Key = tuple[str, str]


@dataclass(frozen=True)
class Session:
    """The open ends of a conversation.

    There are entries offered to choose from, the calculator's state as a short JSON text, the entry answered last.
    """

    options: tuple[Hit, ...] = ()
    calculation: str | None = None
    last: str | None = None


EMPTY = Session()


def room_of(channel: str) -> str:
    """Return the channel whose sessions those of `channel` are."""
    return _ROOMS.get(channel, channel)


class SessionStore:
    """Keeps sessions by channel and session id in a store, where other processes find them too."""

    def __init__(self, store: Store | None = None, idle_seconds: float = IDLE_SECONDS) -> None:
        """Keep them in `store`, or in a store of this process."""
        self._store = MemoryStore() if store is None else store
        self._idle = idle_seconds

    def get(self, key: Key) -> Session:
        """Return the session of `key`, an empty one if there is none or it has gone stale."""
        text = self._store.get(_name(key))
        return EMPTY if text is None else _read(text)

    def put(self, key: Key, session: Session) -> None:
        """Remember `session` from now on; an empty one is not worth a place."""
        if session == EMPTY:
            self.forget(key)
        else:
            self._store.put(_name(key), _write(session), self._idle)

    def forget(self, key: Key) -> None:
        """Forget the session of `key`."""
        self._store.delete(_name(key))


class _Kept(BaseModel):
    # What another version has written is not guessed at.
    model_config = ConfigDict(extra="forbid")

    options: tuple[tuple[str, float, str], ...]
    calculation: str | None
    last: str | None = None


def _name(key: Key) -> str:
    # Whoever reads the store shall not be able to go on with somebody's session.
    channel, session_id = key
    return f"session-{channel}/{blake2b(session_id.encode(), digest_size=16).hexdigest()}"


def _write(session: Session) -> str:
    options = tuple((hit.entry_id, float(hit.score), hit.passage) for hit in session.options)
    return _Kept(options=options, calculation=session.calculation, last=session.last).model_dump_json()


def _read(text: str) -> Session:
    try:
        kept = _Kept.model_validate_json(text)
    except ValidationError:
        return EMPTY
    options = tuple(Hit(entry_id, "", score, passage) for entry_id, score, passage in kept.options)
    return Session(options, kept.calculation, kept.last)
