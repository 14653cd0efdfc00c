"""Opening: the engine of the built index, checked against its corpus, and the store that the settings name."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from bot.calculator.dialogue import Calculator
from bot.calculator.loading import load_calculator
from bot.place import corpus_beside
from bot.records import Records
from bot.settings import MEMORY, Settings
from bot.store import MemoryStore
from bot.stores.redis import RedisStore
from bot.stores.safe import SafeStore
from bot.stores.sqlite import SqliteStore
from corpus.entries import corpus_digest, corpus_path, load_corpus
from corpus.errors import CorpusError
from corpus.sentences import CALCULATION
from index import disk
from index.engine import Engine
from index.expect import expectation
from index.manifest import read_manifest

log = logging.getLogger(__name__)


def open_engine(settings: Settings) -> Engine:
    """Return the engine of the last good index, and say in the log if the corpus is not what it was built from."""
    engine = disk.load(settings.index, settings.model)
    if corpus_beside(settings.index) == corpus_path():  # a published version is whole, and nobody edits it
        _compare_corpus(read_manifest(settings.index).corpus)
    log.info(expectation(engine.calibration, settings.precision, settings.strangers))
    return engine


def open_calculator(engine: Engine, clock: Callable[[], datetime], folder: Path | None = None) -> Calculator | None:
    """Return the calculator that goes with an engine and its corpus; None where there is none or it cannot be read."""
    basis = {id_: entry.basis for id_, entry in engine.entries.items()}
    try:
        calculator = load_calculator(engine.phrases.text, basis, clock, folder)
        # A sentence that is missing must not show only when it is to be said.
        for key in CALCULATION if calculator else ():
            engine.phrases.text(key)
        return calculator
    except CorpusError as error:
        log.error("算账用的数字、词语或句子读不出来，数字题先不算：%s", error)
        return None


def open_store(settings: Settings) -> SafeStore | MemoryStore:
    """Return the store: in Redis, in a file, or by wish in memory."""
    keys = settings.store_keys
    if settings.redis_url is not None:
        redis = RedisStore(settings.redis_url.get_secret_value(), keys)
        return SafeStore(redis, "FAQ_REDIS_URL 的 Redis ", keys)
    if settings.store == MEMORY:
        return MemoryStore(keys)
    return SafeStore(SqliteStore(settings.store, keys), f"存储文件 {settings.store} ", keys)


def open_records(settings: Settings) -> Records | None:
    """Return what takes notes of questions and replies, if the settings say where."""
    if settings.records is None and settings.database_url is None:
        return None
    # Their libraries take half a second and 30 MB, which servers without records are spared.
    from bot.database.database import open_database
    from bot.database.ledger import DatabaseLedger

    database = open_database(settings)
    return Records(DatabaseLedger(database, settings.records_days)) if database else None


def _compare_corpus(digest: str) -> None:
    """Say so where the corpus has changed since, or cannot be read: the last good index goes on serving."""
    try:
        # Reading it whole takes half a second of each start, and is only needed for what is wrong in it.
        present = corpus_digest()
        present = digest if present == digest else load_corpus().digest
    except Exception as error:
        # Whatever it is, it is no reason not to answer.
        log.warning("资料有错，继续使用上一次建好的索引：%s", error)
        return
    if present != digest:
        log.warning("资料在建索引之后改过，现在仍按上一次建好的索引回答。要用上改动，请运行：make index。")
