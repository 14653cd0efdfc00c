"""Command line of the workshop: `python -m bot.workshop prove`, which the console starts, and `refresh`."""

from __future__ import annotations

import logging
import sys
import time
from contextlib import closing, suppress
from dataclasses import replace

from bot.place import STAMP, corpus_beside, mark_of, pinned
from bot.settings import Settings, load_settings
from bot.workshop.asked import asked_most
from bot.workshop.errors import NotNow
from bot.workshop.proof import Progress, Proof
from bot.workshop.prove import prove
from bot.workshop.rota import Rota
from corpus.commands.parser import Parser
from corpus.errors import CorpusError
from index.__main__ import main as index
from index.disk import default_model
from index.errors import IndexFault
from index.ground import Tell

log = logging.getLogger(__name__)
_SECOND = 1.0


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return the exit status."""
    parser = Parser(prog="python -m bot.workshop", description="检验草稿，重建已发布的索引")
    commands = parser.add_subparsers(dest="command", required=True, metavar="命令")
    proving = commands.add_parser("prove", help="检验草稿（由管理页面启动）")
    proving.add_argument("--thorough", action="store_true", help="从头重新量一遍，慢")
    commands.add_parser("refresh", help="正在使用的那一版的索引旧了，就重建")
    options = parser.parse_args(arguments)
    settings = load_settings()
    if settings.work is None:
        return 0 if options.command == "refresh" else _say("没有设置 FAQ_WORK。")
    return _refresh(settings) if options.command == "refresh" else _prove(settings, options.thorough)


def _say(message: str) -> int:
    print(message, file=sys.stderr)
    return 1


def _refresh(settings: Settings) -> int:
    with closing(Rota(settings)) as rota:
        try:
            with rota.turn():
                before = mark_of(settings)
                status = _rebuild(settings)
                if mark_of(settings) != before:  # then the other machines are to have it as well
                    (pinned(settings).index.parent / STAMP).unlink(missing_ok=True)
                return status
        except NotNow as error:
            print(error, file=sys.stderr)
            return _rebuild(settings)


def _rebuild(settings: Settings) -> int:
    live = pinned(settings)
    if live is settings:
        return 0
    where = ["--index", str(live.index), "--model", str(settings.model or default_model())]
    return index([*where, "build", "--if-stale", "--corpus", str(corpus_beside(live.index))])


def _prove(settings: Settings, thorough: bool) -> int:
    logging.basicConfig(level="INFO", format="%(asctime)s %(levelname)s %(name)s %(message)s")
    proof = Proof(settings)
    at = proof.progress or Progress("", "", 0.0, time.time())
    with proof.held():
        try:
            prove(settings, proof.folder, thorough, _teller(proof, at), asked_most(settings))
            return _share(settings)
        except (CorpusError, IndexFault) as error:
            proof.fail(f"检验没有做成：{error}")
        except ModuleNotFoundError as error:
            part = (error.name or "").partition(".")[0]
            proof.fail(
                f"检验没有做成：这台机器没有装建索引要用的 {part}。请让运行的人装上：pip install '.[serve,train]'"
            )
        except OSError as error:
            proof.fail(f"检验没有做成：读写文件时出错（{error.strerror or error}）。请检查磁盘空间和权限，再试一次。")
        except Exception:
            proof.fail("检验没有做成，程序出错了，详情在服务器的日志里。正在使用的没有受影响。")
            log.exception("proof failed")
    return 1


def _share(settings: Settings) -> int:
    """Let other machines have the proof; where they cannot be reached, it can be published from this one."""
    with closing(Rota(settings)) as rota, suppress(NotNow), rota.turn():
        pass  # what is new in the folder is shared at the end
    return 0


def _teller(proof: Proof, at: Progress) -> Tell:
    """Return what notes the progress, not more often than anybody would look."""
    last = (0.0, "")

    def tell(step: str, share: float) -> None:
        nonlocal last
        now = time.monotonic()
        if step != last[1] or now - last[0] >= _SECOND:
            last = (now, step)
            proof.note(replace(at, step=step, share=share))

    return tell


if __name__ == "__main__":
    sys.exit(main())
