"""Redis: one server for the processes of several machines."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from bot.store import CAPACITY, StoreFault, check, check_keys, kind_of

# Together they are the longest that a request waits: to be connected, then to be answered. A server that takes longer
# is as good as none, for one message asks it several times.
_CONNECT_SECONDS = 0.1
_ANSWER_SECONDS = 0.09
_CONNECTIONS = 100
_PREFIX = "faq:"
# Which keys of a kind there are, by the time of their death.
_LIVING = "faq-living:"
_AT_ONCE = 1000

# KEYS: the key, the living of its kind. ARGV: value, milliseconds, now, capacity, 1 if it must be free.
# Returns 1 kept, 0 not free, -1 no place.
_KEEP = """
local there = redis.call('EXISTS', KEYS[1]) == 1
if there and ARGV[5] == '1' then return 0 end
if not there and redis.call('ZCOUNT', KEYS[2], ARGV[3], '+inf') >= tonumber(ARGV[4]) then return -1 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
redis.call('ZADD', KEYS[2], ARGV[3] + ARGV[2], KEYS[1])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', ARGV[3])
return 1
"""
# KEYS: the key. ARGV: milliseconds, the most. Returns the milliseconds to wait.
_COUNT = """
local number = redis.call('INCR', KEYS[1])
if number == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
if number <= tonumber(ARGV[2]) then return 0 end
return redis.call('PTTL', KEYS[1])
"""

_Result = TypeVar("_Result")


class RedisStore:
    """Keeps everything in a Redis server, which lets the dead go by itself."""

    def __init__(self, url: str, capacity: int = CAPACITY) -> None:
        """Name the server; the connection is made on first use."""
        # Importing it takes a quarter of a second and 20 MB, which servers without Redis are spared.
        import redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        self.refused = 0
        # ValueError: what reading gives when another thread has just closed the connection.
        self._faults = (redis.RedisError, OSError, ValueError)
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
        self._keep = self._redis.register_script(_KEEP)
        self._count = self._redis.register_script(_COUNT)
        self._capacity = capacity

    def get(self, key: str) -> str | None:
        """Return the value of `key` while it lives."""
        check_keys(key)
        value: str | None = self._run(lambda: self._redis.get(_PREFIX + key))
        return value

    def put(self, key: str, value: str, seconds: float) -> None:
        """Keep `value` for so many seconds, in place of what `key` had."""
        self._write(key, value, seconds, only_free=False)

    def put_all(self, values: Mapping[str, str], seconds: float) -> None:
        """Put several values, one after another: to ask whether the script is there would take as long."""
        for key, value in values.items():
            self.put(key, value, seconds)

    def add(self, key: str, value: str, seconds: float) -> bool:
        """Keep `value` if `key` is free."""
        return self._write(key, value, seconds, only_free=True)

    def count(self, key: str, most: int, seconds: float) -> float:
        """Count one more for `key`; return 0, or for how long it has to wait."""
        check(key, "", seconds)
        wait: int = self._run(lambda: self._count([_PREFIX + key], [_milliseconds(seconds), most]))
        return max(wait, 0) / 1000

    def delete(self, *keys: str) -> None:
        """Forget `keys`."""
        check_keys(*keys)
        if keys:
            self._run(lambda: self._drop([_PREFIX + key for key in keys]))

    def forget(self, prefix: str) -> None:
        """Forget all keys that begin with `prefix`."""
        check_keys(prefix)
        # Only the keys' own signs are there to be compared: nothing in them is a pattern.
        quoted = "".join(f"\\{sign}" if sign in r"\*?[]^-" else sign for sign in _PREFIX + prefix)
        living = _LIVING + kind_of(prefix)

        def work() -> None:
            found = [key for key, _ in self._redis.zscan_iter(living, match=f"{quoted}*", count=_AT_ONCE)]
            self._drop(found)

        self._run(work)

    def tidy(self) -> None:
        """Do nothing: the server itself lets go of what has outlived its time."""

    def close(self) -> None:
        """Close the connections."""
        self._redis.close()

    def _write(self, key: str, value: str, seconds: float, only_free: bool) -> bool:
        check(key, value, seconds)
        names = [_PREFIX + key, _LIVING + kind_of(key)]
        values: list[str | int] = [
            value,
            _milliseconds(seconds),
            round(time.time() * 1000),
            self._capacity,
            int(only_free),
        ]
        done: int = self._run(lambda: self._keep(names, values))
        self.refused += done < 0
        return done != 0

    def _drop(self, names: list[str]) -> None:
        with self._redis.pipeline(transaction=False) as pipe:
            for name in names:
                pipe.delete(name)
                pipe.zrem(_LIVING + kind_of(name.removeprefix(_PREFIX)), name)
            pipe.execute()

    def _run(self, work: Callable[[], _Result]) -> _Result:
        try:
            return work()
        except self._faults as error:
            # What the server says may repeat a key; the name of the error does not.
            raise StoreFault(type(error).__name__) from None


def _milliseconds(seconds: float) -> int:
    return max(1, round(seconds * 1000))
