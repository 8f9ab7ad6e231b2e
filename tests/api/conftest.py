"""A real service over a small store: the shipped model, the real engine, one key for each role."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.app import create_app
from api.pages.signing import HEADER, form_token
from api.parts import Parts
from api.wiring import open_parts
from matcher.model import Contact, Demand, Money, Solution
from matcher.settings import Settings
from matcher.store import ACCOUNT_ROLES, ROLES, Role, utc_now

MEMBER = "某养老院"
"""The organisation of the member; D3 is its own."""

PHONE, EMAIL, PERSON = "13800138000", "wang@example.com", "王小明"

SOLUTIONS = (
    Solution(
        "S1",
        "焊点视觉检测系统",
        vendor="甲视觉科技",
        industries=("汽车",),
        technologies=("机器视觉", "缺陷检测"),
        region="深圳",
        description="焊接车间在线视觉检测，自动识别虚焊、偏焊和飞溅。",
        indicators="漏检率≤0.3%；单件检测时间2秒。",
        cases="三家汽车零部件工厂运行一年以上。",
        maturity="规模化应用",
        price=Money(90, 100),
        contact=Contact(PERSON, PHONE, EMAIL),
    ),
    Solution(
        "S2",
        "养老院毫米波雷达看护",
        vendor="乙康养",
        industries=("养老",),
        description="夜间离床、跌倒自动报警，不装摄像头。",
        region="广州",
    ),
    Solution(
        "S3",
        "河道水面清洁无人船",
        vendor="丙水务",
        industries=("水利",),
        description="自动打捞河道漂浮垃圾，远程遥控。",
        maturity="中试",
    ),
    Solution(
        "2025/03-12",
        "仓库搬运机器人AGV",
        vendor="丁物流",
        industries=("物流",),
        description="潜伏式AGV在仓库里自动搬运托盘。",
    ),
)
DEMANDS = (
    Demand(
        "D1",
        "车身焊点外观检测",
        organization="某汽车零部件公司",
        industries=("汽车",),
        region="广州",
        description="焊点靠人工目检，夜班容易漏检，希望在线自动识别虚焊、偏焊。",
        requirements="漏检率≤0.5%",
        contact=Contact(PERSON, PHONE, EMAIL),
    ),
    Demand(
        "D2",
        "白车身焊点检测升级",
        organization="另一汽车公司",
        description="焊点目检效率低，想用视觉自动检测。",
        batch="第二批",
    ),
    Demand("D3", "养老院夜间看护", organization="某养老院", description="老人夜间离床跌倒没人知道。", region="佛山"),
)


@dataclass(frozen=True)
class Service:
    """A running app, what it is made of, and a way to call it as somebody."""

    app: FastAPI
    parts: Parts
    client: TestClient
    tokens: Mapping[str, str]
    secrets: Mapping[str, str]

    def visit(self, method: str, path: str, role: str | None = "staff", **options: Any) -> httpx.Response:
        """Open a page as a person with this role, or send its form with the token every page holds."""
        headers = {"Accept": "text/html", **options.pop("headers", {})}
        if role is not None:
            secret = self.secrets[role]
            headers = {"Cookie": f"scenematch={secret}", HEADER: form_token(secret), **headers}
        return self.client.request(method, path, headers=headers, follow_redirects=False, **options)

    def call(self, method: str, path: str, role: str | None = "admin", **options: Any) -> httpx.Response:
        headers = dict(options.pop("headers", {}))
        if role is not None:
            headers["Authorization"] = f"Bearer {self.tokens[role]}"
        return self.client.request(method, path, headers=headers, **options)


def log_in(parts: Parts, role: Role, login: str = "") -> str:
    """A session of a new account with this role; its password is nobody's."""
    login = login or f"{role}-account"
    parts.store.accounts.create(
        login, f"{role}某", role, "no hash", now=utc_now(), organization=MEMBER, must_change=False
    )
    return parts.store.sessions.open(login, now=utc_now())


@pytest.fixture(scope="session")
def make_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Service]]:
    """Starts services, each with a store of its own; all are stopped at the end."""
    running: list[TestClient] = []

    def make() -> Service:
        settings = Settings.from_env(
            {"SCENEMATCH_HOME": str(tmp_path_factory.mktemp("home")), "SCENEMATCH_ALERT_SECONDS": "0"}
        )
        parts = open_parts(settings)
        parts.store.put_many([*SOLUTIONS, *DEMANDS])
        tokens = {role: parts.store.keys.create(role, 30, now=utc_now())[1] for role in ROLES}
        secrets = {role: log_in(parts, role) for role in ACCOUNT_ROLES}
        app = create_app(parts)
        client = TestClient(app, base_url="http://127.0.0.1")
        client.__enter__()
        running.append(client)
        return Service(app, parts, client, tokens, secrets)

    yield make
    for client in running:
        client.__exit__(None, None, None)


@pytest.fixture(scope="module")
def service(make_service: Callable[[], Service]) -> Service:
    return make_service()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.from_env({"SCENEMATCH_HOME": str(tmp_path)})
