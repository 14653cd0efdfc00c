"""Redis: one server for the processes of several machines."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

from bot.store import CAPACITY, StoreFault, check, check_keys, spare

# Together they are the longest that a request waits: to be connected, then to be answered.
_CONNECT_SECONDS = 0.15
_ANSWER_SECONDS = 0.15
_CONNECTIONS = 100
_PREFIX = "faq:"
# Which keys there are, by the time of writing.
_ORDER = "faq-order"

_Result = TypeVar("_Result")


class RedisStore:
    """Keeps everything in a Redis server."""

    near = False

    def __init__(self, url: str, capacity: int = CAPACITY) -> None:
        """Name the server; the connection is made on first use."""
        # Importing it takes a quarter of a second and 20 MB, which servers without Redis are spared.
        import redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        self._faults = (redis.RedisError, OSError, UnicodeError)
        # Any: its methods are typed for the asynchronous client as well.
        self._redis: Any = redis.Redis.from_url(
            url,
            socket_connect_timeout=_CONNECT_SECONDS,
            socket_timeout=_ANSWER_SECONDS,
            # Trying once more is not for the one who waits for a reply.
            retry=Retry(NoBackoff(), 0),
            max_connections=_CONNECTIONS,
            decode_responses=True,
            # The protocol and the greeting that servers of any age understand.
            protocol=2,
            driver_info=None,
        )
        self._capacity = capacity
        self._writes = 0

    def get(self, key: str) -> str | None:
        """Return the value of `key` while it lives."""
        check_keys(key)
        value: str | None = self._run(lambda: self._redis.get(_PREFIX + key))
        return value

    def put(self, key: str, value: str, seconds: float) -> None:
        """Keep `value` for so many seconds, in place of what `key` had."""
        self._write(key, value, seconds, only_free=False)

    def add(self, key: str, value: str, seconds: float) -> bool:
        """Keep `value` if `key` is free."""
        return self._write(key, value, seconds, only_free=True)

    def delete(self, *keys: str) -> None:
        """Forget `keys`."""
        check_keys(*keys)
        if keys:
            self._run(lambda: self._drop(keys))

    def close(self) -> None:
        """Close the connections."""
        self._redis.close()

    def _write(self, key: str, value: str, seconds: float, only_free: bool) -> bool:
        check(key, value, seconds)
        return self._run(lambda: self._set(key, value, seconds, only_free))

    def _set(self, key: str, value: str, seconds: float, only_free: bool) -> bool:
        with self._redis.pipeline(transaction=False) as pipe:
            pipe.set(_PREFIX + key, value, px=max(1, round(seconds * 1000)), nx=only_free)
            pipe.zadd(_ORDER, {key: time.time()})
            done = pipe.execute()[0]
        self._trim()
        return bool(done)

    def _trim(self) -> None:
        self._writes += 1
        room = spare(self._capacity)
        if self._writes <= room:
            return
        self._writes = 0
        excess = self._redis.zcard(_ORDER) - (self._capacity - room)
        if excess > 0:
            oldest = self._redis.zpopmin(_ORDER, excess)
            self._redis.delete(*(_PREFIX + key for key, _ in oldest))

    def _drop(self, keys: tuple[str, ...]) -> None:
        with self._redis.pipeline(transaction=False) as pipe:
            pipe.delete(*(_PREFIX + key for key in keys))
            pipe.zrem(_ORDER, *keys)
            pipe.execute()

    def _run(self, work: Callable[[], _Result]) -> _Result:
        try:
            return work()
        except self._faults as error:
            # What the server says may repeat a key; the name of the error does not.
            raise StoreFault(type(error).__name__) from None
