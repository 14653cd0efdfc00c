"""Agreeing: whether the service does what its own description says, tried by schemathesis with made-up requests."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.client import HOST
from tests.bench.results import FOLDER, Part, verdict
from tests.bench.service import Service

VERSION = "4.32.5"
# Apart from the environment of the project: it would plug itself into every run of pytest there.
_PLACE = FOLDER.parent / "schemathesis"
_SECONDS, _EXAMPLES = 240, 1000
_HEAD = ("接口说明", "数值", "目标", "")


def agreeing(say: Callable[[str], None]) -> Part:
    """Install schemathesis where it is missing, let it try the service for some minutes, and count."""
    say(f"接口说明：schemathesis {VERSION}，最多 {_SECONDS} 秒")
    program = _installed()
    with TemporaryDirectory() as name, Service(FAQ_RECORDS=str(Path(name) / "records.sqlite")) as service:
        events = Path(name) / "events.ndjson"
        options = ["--checks", "all", "--max-time", str(_SECONDS), "--max-examples", str(_EXAMPLES), "--seed", "1"]
        where = ["--report", "ndjson", "--report-ndjson-path", str(events)]
        command = [program, "run", f"http://{HOST}:{service.port}/api/openapi.json", *options, *where]
        done = subprocess.run([*map(str, command), "--continue-on-failure"], capture_output=True, text=True)
        cases, failures = _counted(events)
    if not cases:
        raise RuntimeError(f"schemathesis 没有运行：\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    wrong = sum(failures.values())
    rows = [
        ("试过的请求", str(cases), "", ""),
        ("和说明不一样的", str(wrong), "0", verdict(not wrong)),
        *((f"其中：{kind}", str(count), "", "") for kind, count in failures.most_common()),
    ]
    remark = f"schemathesis {VERSION}，全部检查，对着 /api/openapi.json 里的每个地址，种子固定。"
    return Part("接口说明", _HEAD, rows, {"openapi_cases": float(cases), "openapi_mismatches": float(wrong)}, (remark,))


def _installed() -> Path:
    program = _PLACE / VERSION / "bin" / "schemathesis"
    if not program.exists():
        subprocess.run([sys.executable, "-m", "venv", str(_PLACE / VERSION)], check=True)
        pip = [_PLACE / VERSION / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*map(str, pip), f"schemathesis=={VERSION}"], check=True)
    return program


def _counted(events: Path) -> tuple[int, Counter[str]]:
    """Return how many requests were made, and how many checks of each name failed."""
    cases, failures = 0, Counter[str]()
    for line in events.read_text(encoding="utf-8").splitlines():
        record = json.loads(line).get("ScenarioFinished", {}).get("recorder") or {}
        cases += len(record.get("cases", {}))
        checks = [check for found in record.get("checks", {}).values() for check in found]
        failures.update(check["name"] for check in checks if check["status"] == "failure")
    return cases, failures
