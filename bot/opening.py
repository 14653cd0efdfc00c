"""Opening: the engine of the built index, checked against its corpus, and the store that the settings name."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from bot.calculator.dialogue import Calculator
from bot.calculator.loading import load_calculator
from bot.chat import Engine as Answering
from bot.settings import MEMORY, Settings
from bot.store import MemoryStore
from bot.stores.redis import RedisStore
from bot.stores.safe import SafeStore
from bot.stores.sqlite import SqliteStore
from corpus.entries import load_corpus
from corpus.errors import CorpusError
from corpus.sentences import CALCULATION
from index import disk
from index.engine import Engine

log = logging.getLogger(__name__)


def open_engine(settings: Settings) -> Engine:
    """Return the engine; raise IndexStale if the corpus has changed since it was built."""
    engine = disk.load(settings.index, settings.model, _present_digest())
    highest = engine.calibration.highest()
    if highest < settings.precision:
        log.warning(
            "按现在的资料，直接回答的正确率最高只量到 %.1f%%，达不到 FAQ_PRECISION 要求的 %.1f%%："
            "机器人会很少直接回答，多半只反问。请给问答添相似问题，或者把 FAQ_PRECISION 调低。",
            100 * highest, 100 * settings.precision,
        )  # fmt: skip
    return engine


def open_calculator(engine: Answering, clock: Callable[[], datetime]) -> Calculator | None:
    """Return the calculator that goes with the entries of an engine; None where there is none or it cannot be read."""
    basis = {id_: entry.basis for id_, entry in engine.entries.items()}
    try:
        calculator = load_calculator(engine.phrases.text, basis, clock)
        # A sentence that is missing must not show only when it is to be said.
        for key in CALCULATION if calculator else ():
            engine.phrases.text(key)
        return calculator
    except CorpusError as error:
        log.error("算账用的数字、词语或句子读不出来，数字题先不算：%s", error)
        return None


def open_store(settings: Settings) -> SafeStore | MemoryStore:
    """Return the store: in Redis, in a file, or by wish in memory."""
    if settings.redis_url is not None:
        return SafeStore(RedisStore(settings.redis_url.get_secret_value()), "FAQ_REDIS_URL 的 Redis ")
    if settings.store == MEMORY:
        return MemoryStore()
    return SafeStore(SqliteStore(settings.store), f"存储文件 {settings.store} ")


def _present_digest() -> str | None:
    """Return the corpus's digest, or None while it can't be read: then the last good index goes on serving."""
    try:
        return load_corpus().digest
    except CorpusError as error:
        log.warning("资料有错，继续使用上一次建好的索引：%s", error)
        return None
