"""Wrk: the load generator in C, where it is installed; it takes less of the processor than a client in Python."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.bench.client import HOST

# Long brackets need no escapes; no question holds "]==]".
_SCRIPT = """
local bodies = {{
{bodies}
}}
local requests, number = {{}}, 0
init = function()
  for i, body in ipairs(bodies) do
    requests[i] = wrk.format("POST", "{path}", {{["Content-Type"] = "application/json"}}, body)
  end
end
request = function()
  number = number + 1
  return requests[(number - 1) % #requests + 1]
end
"""


def installed() -> bool:
    """Tell whether wrk can be called."""
    return shutil.which("wrk") is not None


def run(port: int, path: str, bodies: Sequence[bytes], connections: int, seconds: int) -> tuple[float, int]:
    """Return good replies a second, and how many requests failed."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "ask.lua"
        lines = ",\n".join(f"[==[{data.decode()}]==]" for data in bodies)
        script.write_text(_SCRIPT.format(bodies=lines, path=path), encoding="utf-8")
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(script), f"http://{HOST}:{port}"]
        said = subprocess.run(command, check=True, capture_output=True, text=True, timeout=seconds + 60).stdout
    refused = sum(int(n) for n in re.findall(r"Non-2xx or 3xx responses: (\d+)", said))
    sockets = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", said)
    total, wall = re.search(r"(\d+) requests in ([\d.]+)(ms|s|m),", said), re.search(r"Requests/sec:\s+([\d.]+)", said)
    if total is None or wall is None:
        raise RuntimeError(f"读不懂 wrk 的输出：\n{said}")
    good = (int(total[1]) - refused) / int(total[1]) if int(total[1]) else 0.0
    return float(wall[1]) * good, refused + (sum(map(int, sockets.groups())) if sockets else 0)
