"""doctor: what is wrong with this installation, and what to do about it."""

from __future__ import annotations

import errno
import json
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bot.commands.surroundings import need_index, read_settings
from bot.opening import open_engine, open_store
from bot.place import corpus_beside, pinned
from bot.settings import MEMORY, Settings
from bot.stores.safe import SafeStore
from corpus.entries import corpus_path, load_corpus
from corpus.errors import CorpusError
from index.errors import IndexFault
from index.manifest import NAME, read_manifest

GOOD, MIND, BAD = "好", "注意", "不对"
_LITTLE, _TOO_LITTLE = 1 << 30, 100 << 20  # bytes on a disk
_SLOW_SECONDS = 0.5
_REACH_SECONDS = 3.0
_PROBE = "doctor/probe"


@dataclass(frozen=True)
class Finding:
    """One line of the report: how bad, what was seen, and what to do."""

    level: str
    what: str
    advice: str = ""

    def __str__(self) -> str:
        """Return the line."""
        return f"[{self.level}] {self.what}" + (f"\n      {self.advice}" if self.advice else "")


def add_arguments(parser: ArgumentParser) -> None:
    """Take no arguments: everything is in the settings."""


def run(options: Namespace) -> int:
    """Print what every check finds; return 1 where something is wrong."""
    settings = pinned(read_settings())
    worst = GOOD
    for check in CHECKS:
        for finding in _findings(check, settings):
            print(finding)
            worst = BAD if BAD in (worst, finding.level) else worst
    return 1 if worst == BAD else 0


def _findings(check: Callable[[Settings], Iterator[Finding]], settings: Settings) -> Iterator[Finding]:
    try:
        yield from check(settings)
    except (CorpusError, IndexFault) as error:
        yield Finding(BAD, str(error))
    except Exception as error:  # a doctor that falls ill is of no use
        yield Finding(BAD, f"{check.__name__.strip('_')}：{error}")


def check_index(settings: Settings) -> Iterator[Finding]:
    """Open the index with its model, as the server would, and ask it something."""
    need_index(settings)
    engine = open_engine(settings)
    first = next(iter(engine.entries.values()))
    engine.search(first.question)
    started = time.perf_counter()
    found = engine.search(f"{first.question}？")
    seconds = time.perf_counter() - started
    yield Finding(
        GOOD, f"索引和模型：{len(engine.entries)} 条问答，模型 {engine.model_name}，版本 {engine.version[:12]}。"
    )
    if not found or found[0].entry_id != first.id:
        yield Finding(BAD, f"问 {first.id} 的原话，找到的不是它。", "请重建索引：make index")
    if seconds > _SLOW_SECONDS:
        yield Finding(MIND, f"检索一句用了 {seconds:.1f} 秒。", "机器很忙，或者太慢：看看别的程序。")


def check_corpus(settings: Settings) -> Iterator[Finding]:
    """Compare the corpus with what the index was built from."""
    if corpus_beside(settings.index) != corpus_path():
        return  # a published version is whole
    corpus = load_corpus()
    if settings.index.exists() and read_manifest(settings.index).corpus != corpus.digest:
        yield Finding(MIND, "资料在建索引之后改过，现在按上一次建好的索引回答。", "要用上改动，请运行：make index")
    else:
        yield Finding(GOOD, "资料和索引是一致的。")


def check_store(settings: Settings) -> Iterator[Finding]:
    """Write into the store and read it back."""
    store = open_store(settings)
    with closing(store):
        store.put(_PROBE, "1", 5.0)
        kept = store.get(_PROBE) == "1"
        store.delete(_PROBE)
        down = isinstance(store, SafeStore) and store.down
    where = "Redis" if settings.redis_url else "内存" if settings.store == MEMORY else str(settings.store)
    if down or not kept:
        advice = "看看它是不是在运行、地址和密码对不对。" if settings.redis_url else "看看文件夹的权限和磁盘空间。"
        yield Finding(BAD, f"存储（{where}）用不了，会话先记在本进程的内存里。", advice)
    elif settings.store == MEMORY and not settings.redis_url:
        yield Finding(MIND, "会话只记在内存里，重启就没了，几个进程互相看不见。", "请设置 FAQ_STORE 或 FAQ_REDIS_URL。")
    else:
        yield Finding(GOOD, f"存储：{where}。")


def check_records(settings: Settings) -> Iterator[Finding]:
    """Open the records, if they are kept."""
    from bot.database.database import open_database

    database = open_database(settings)
    if database is None:
        yield Finding(MIND, "没有开问答记录，看不到没答上来的问题。", "要开，请设置 FAQ_RECORDS（会先遮盖个人信息）。")
        return
    with closing(database), database.read():
        yield Finding(GOOD, "问答记录打得开。")


def check_keys(settings: Settings) -> Iterator[Finding]:
    """Look at who may come in: WeChat's keys, the admin's file, the public address."""
    if settings.wechat_token is not None:
        yield Finding(GOOD, f"公众号：{settings.wechat_mode} 模式，密钥齐全。", "再运行：faq wechat-check --url …")
        if settings.wechat_mode == "plain":
            yield Finding(MIND, "公众号用的是明文模式。", "请在公众平台选安全模式，设 FAQ_WECHAT_MODE=safe。")
        if settings.wechat_previous_encoding_aes_key is not None:
            yield Finding(MIND, "还留着换下来的公众号密钥。", "换完以后请去掉 FAQ_WECHAT_PREVIOUS_ENCODING_AES_KEY。")
    if settings.admin is not None:
        if not settings.admin.is_file():
            yield Finding(BAD, f"管理页面的名单 {settings.admin} 读不到。", "请用 faq admin-password 写一行。")
        elif settings.admin.stat().st_mode & 0o077:
            yield Finding(MIND, f"别的用户也能读 {settings.admin}。", f"请运行：chmod 600 {settings.admin}")
    if (settings.public_url or "").startswith("http://"):
        yield Finding(MIND, f"FAQ_PUBLIC_URL 是 {settings.public_url}，没有加密。", "请在代理上配证书，改成 https。")


def check_clock(settings: Settings) -> Iterator[Finding]:
    """Compare the clock with what was written before now; WeChat refuses a clock that is minutes wrong."""
    manifest = settings.index / NAME
    if manifest.exists() and manifest.stat().st_mtime > time.time() + 60:
        yield Finding(BAD, "本机的时间比建索引的时候还早。", "请对时：timedatectl set-ntp true")
        return
    told = _told(["timedatectl", "show", "--property=NTPSynchronized", "--value"])
    if told == "no":
        yield Finding(MIND, "本机的时间没有自动校准，差几分钟公众号就收不到消息。", "请运行：timedatectl set-ntp true")
    else:
        yield Finding(GOOD, f"时间：{time.strftime('%Y-%m-%d %H:%M:%S %z')}。")


def check_disk(settings: Settings) -> Iterator[Finding]:
    """Look at the room where something is written."""
    for folder in sorted({_existing(path) for path in (settings.index, settings.store, settings.records) if path}):
        free = shutil.disk_usage(folder).free
        if free < _LITTLE:
            level = BAD if free < _TOO_LITTLE else MIND
            yield Finding(level, f"{folder} 所在的磁盘只剩 {free >> 20} MB。", "请腾出地方，至少 1 GB。")
        elif not os.access(folder, os.W_OK):
            yield Finding(MIND, f"{folder} 不能写。", "请让运行服务的用户能写它，只读的索引可以不管。")
        else:
            yield Finding(GOOD, f"磁盘：{folder} 还有 {free >> 30} GB。")


def check_port(settings: Settings) -> Iterator[Finding]:
    """See whether the port is free, or this service's own."""
    where = f"{settings.host}:{settings.port}"
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        socket.create_server((settings.host, settings.port), family=family).close()
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            yield Finding(BAD, f"不能在 {where} 上服务：{error.strerror}。", "请改 FAQ_HOST 或 FAQ_PORT。")
        elif _ready(f"http://{_reachable(settings.host)}:{settings.port}") is None:
            yield Finding(BAD, f"端口 {where} 被别的程序占用。", "请换一个：FAQ_PORT=8001。")
        else:
            yield Finding(GOOD, f"服务正在 {where} 上运行。")
    else:
        yield Finding(GOOD, f"端口 {where} 空着。")


def check_proxy(settings: Settings) -> Iterator[Finding]:
    """Compare the proxies in front with what the settings say of them."""
    if settings.public_url is None:
        return
    if settings.proxy == 0:
        advice = "前面有 nginx 一类的代理就设 FAQ_PROXY=1，不然所有人算一个客户端，很快就被限速。"
        yield Finding(MIND, "设了 FAQ_PUBLIC_URL，却没有设 FAQ_PROXY。", advice)
    if _ready(settings.public_url) is None:
        yield Finding(
            MIND, f"从本机打不开 {settings.public_url}/api/health。", "请看代理在不在运行、转到的端口对不对。"
        )
    else:
        yield Finding(GOOD, f"从外面的地址 {settings.public_url} 找得到本服务。")


CHECKS = (
    check_index,
    check_corpus,
    check_store,
    check_records,
    check_keys,
    check_clock,
    check_disk,
    check_port,
    check_proxy,
)


def _existing(path: Path) -> Path:
    """Return the nearest folder that is there."""
    place = path.absolute()
    return place if place.is_dir() else _existing(place.parent)


def _told(command: list[str]) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=5, check=False).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        return ""


def _reachable(host: str) -> str:
    own = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"[{own}]" if ":" in own else own


def _ready(url: str) -> str | None:
    """Return what this service says of its health at `url`; None where it is not this service."""
    try:
        with urllib.request.urlopen(f"{url}/api/health", timeout=_REACH_SECONDS) as answer:
            status = json.load(answer)["status"]
            return str(status)
    except (OSError, ValueError, KeyError, TypeError, urllib.error.URLError):
        return None
