"""Broken requests are refused or answered, never a fault of ours. For many more: tests/wechat_fuzz.py."""

from __future__ import annotations

from random import Random

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.web import memory
from tests.support.wechat_fixtures import quiet  # noqa: F401
from tests.support.wechat_fuzz import check, flood, request, target

pytestmark = pytest.mark.usefixtures("quiet")
CLIENT = TestClient(target())


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(random=st.randoms(use_true_random=False))
def test_no_request_breaks_it(random: Random) -> None:
    check(CLIENT.post("/wechat", **request(random)))


def test_a_flood_leaves_nothing_behind() -> None:
    app = target()
    flood(app, 300, seed=1)
    before = memory()
    statuses = flood(app, 1000)
    assert statuses[200] > 100 and statuses[400] > 100 and statuses[403] > 100
    assert memory() - before < 10 * 2**20
