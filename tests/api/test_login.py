"""Coming in: the first administrator, right and wrong passwords, locks, sessions that end, forced changes."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from api.pages.login import _local
from api.pages.signing import HEADER, form_token
from api.passwords import Policy, generated, policy_of
from matcher.errors import Conflict, Locked
from matcher.settings import Settings
from matcher.store import Actor, utc_now
from matcher.store.accounts import ACCOUNT_TRIES, SOURCE_TRIES

RIGHT = "Good-Harbour-72"
HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def service(make_service: Callable[[], Any]) -> Any:
    """One service with an account whose password is known."""
    made = make_service()
    entrance = made.parts.entrance
    made.parts.store.accounts.create(
        "李工", "李工", "staff", entrance.passwords.accept(RIGHT, "李工"), now=utc_now(), must_change=False
    )
    return made


@pytest.fixture(autouse=True)
def _without_locks(service: Any) -> None:
    """Every test starts with no failure counted."""
    for login in ("李工", "admin-account"):
        service.parts.store.accounts.succeeded(login, "testclient", now=utc_now(), actor=Actor("test"))


def enter(service: Any, login: str, password: str, **more: str) -> Any:
    form = {"login": login, "password": password, **more}
    return service.client.post("/login", data=form, headers=HTML, follow_redirects=False)


def cookie_of(answer: Any) -> str:
    found = re.search(r"scenematch=([^;]+)", answer.headers["set-cookie"])
    assert found
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert "SameSite=lax" in answer.headers["set-cookie"]
    return found[1]


def as_(secret: str) -> dict[str, str]:
    return {**HTML, "Cookie": f"scenematch={secret}", HEADER: form_token(secret)}


def test_a_right_password_opens_and_logging_out_closes(service: Any) -> None:
    answer = enter(service, "李工", RIGHT, next="/system?a=1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/system?a=1")
    secret = cookie_of(answer)
    service.client.cookies.clear()
    assert service.client.get("/system", headers=as_(secret)).status_code == 200
    assert "李工" in service.client.get("/system", headers=as_(secret)).text
    out = service.client.post("/logout", headers=as_(secret), follow_redirects=False)
    assert (out.status_code, out.headers["location"]) == (303, "/login")
    after = service.client.get("/system", headers=as_(secret), follow_redirects=False)
    assert (after.status_code, after.headers["location"]) == (303, "/login?next=%2Fsystem")
    lines = service.parts.store.audit_lines(limit=2)
    assert [(line.action, line.actor, line.source) for line in lines] == [
        ("logout", "李工", "testclient"),
        ("login", "李工", "testclient"),
    ]


@pytest.mark.parametrize(
    ("login", "password"), [("李工", "wrong"), ("没有这个人", RIGHT), ("", ""), ("李工", "x" * 500)]
)
def test_wrong_names_and_wrong_passwords_are_told_apart_by_nobody(service: Any, login: str, password: str) -> None:
    answer = enter(service, login, password)
    assert answer.status_code == 422
    assert "用户名或密码不对。" in answer.text
    assert "set-cookie" not in answer.headers
    assert password not in answer.text or not password
    newest = service.parts.store.audit_lines(limit=1)[0]
    assert (newest.action, newest.result) == ("login", "refused")
    assert newest.object == ("account:李工" if login == "李工" else "account:?")


def test_a_hundred_guesses_at_once_get_no_further_than_five(service: Any) -> None:
    """Counted before verified: however many come at once, five are tried and the rest are told to wait."""
    accounts = service.parts.store.accounts

    def guess(number: int) -> str:
        try:
            accounts.try_login("李工", f"10.0.0.{number}", utc_now())
        except Locked as locked:
            return str(locked)
        return "tried"

    with ThreadPoolExecutor(16) as pool:
        told = list(pool.map(guess, range(100)))
    assert told.count("tried") == ACCOUNT_TRIES
    assert told.count("登录失败次数太多，请 15 分钟后再试；着急时请管理员解锁。") == 100 - ACCOUNT_TRIES
    assert enter(service, "李工", RIGHT).status_code == 429
    assert "李工" in service.visit("GET", "/accounts", "admin").text
    assert service.visit("POST", "/accounts/李工/unlock", "admin").status_code == 303
    assert enter(service, "李工", RIGHT).status_code == 303


def test_one_address_is_stopped_whatever_names_it_tries(service: Any) -> None:
    accounts = service.parts.store.accounts
    for number in range(SOURCE_TRIES):
        assert accounts.try_login(f"name{number}", "10.9.9.9", utc_now()) is None
    with pytest.raises(Locked):
        accounts.try_login("李工", "10.9.9.9", utc_now())
    assert accounts.try_login("李工", "10.9.9.8", utc_now()) is not None
    assert accounts.try_login("李工", "10.9.9.9", utc_now() + timedelta(minutes=16)) is not None


def test_the_last_administrator_cannot_be_locked_out_by_others(service: Any) -> None:
    accounts = service.parts.store.accounts
    for number in range(ACCOUNT_TRIES * 3):
        assert accounts.try_login("admin-account", f"10.1.0.{number}", utc_now()) is not None
    assert accounts.locked(utc_now()) == {}
    with pytest.raises(Conflict, match="最后一个"):
        accounts.disable("admin-account", True, now=utc_now())
    with pytest.raises(Conflict, match="最后一个"):
        accounts.change("admin-account", name="x", role="staff", organization="", now=utc_now())


def test_a_changed_role_or_password_ends_every_session(service: Any) -> None:
    first, second = (cookie_of(enter(service, "李工", RIGHT)) for _ in range(2))
    service.client.cookies.clear()
    others = len(service.parts.store.sessions.of("李工", utc_now())) - 1
    assert others >= 1
    assert service.client.get("/profile", headers=as_(first)).text.count("/end") == others
    form = {"name": "李工", "role": "viewer", "organization": ""}
    assert service.visit("POST", "/accounts/李工", "admin", data=form).status_code == 303
    for secret in (first, second):
        assert service.client.get("/profile", headers=as_(secret), follow_redirects=False).status_code == 303
    reset = service.visit("POST", "/accounts/李工/password", "admin")
    made = re.search(r'id="once">([^<]+)<', reset.text)
    assert made
    third = cookie_of(enter(service, "李工", made[1]))
    service.client.cookies.clear()
    stopped = service.client.get("/system", headers=as_(third), follow_redirects=False)
    assert (stopped.status_code, stopped.headers["location"]) == (303, "/profile")
    api = service.client.get("/api/v1/demands", headers={"Cookie": f"scenematch={third}"})
    assert (api.status_code, api.json()["error"]["code"]) == (403, "password_expired")
    for wrong, field in (
        ({"old": "wrong", "new": "Quiet-Bridge-55", "again": "Quiet-Bridge-55"}, "现在的密码不对"),
        ({"old": made[1], "new": "short", "again": "short"}, "至少要 8 位"),
        ({"old": made[1], "new": "Quiet-Bridge-55", "again": "Quiet-Bridge-56"}, "两次输入的密码不一致"),
    ):
        answer = service.client.post("/profile/password", headers=as_(third), data=wrong, follow_redirects=False)
        assert answer.status_code == 422
        assert field in answer.text
    right = {"old": made[1], "new": RIGHT, "again": RIGHT}
    changed = service.client.post("/profile/password", headers=as_(third), data=right, follow_redirects=False)
    assert changed.status_code == 303
    fourth = cookie_of(changed)
    assert fourth != third
    service.client.cookies.clear()
    assert service.client.get("/profile", headers=as_(third), follow_redirects=False).status_code == 303
    assert service.client.get("/system", headers=as_(fourth)).status_code == 200
    service.visit("POST", "/accounts/李工", "admin", data={**form, "role": "staff"})


def test_a_session_ends_by_rest_and_by_age(service: Any) -> None:
    sessions, now = service.parts.store.sessions, utc_now()
    secret = sessions.open("李工", now=now)
    assert sessions.find(secret, now + timedelta(minutes=29)) is not None
    assert sessions.find(secret, now + timedelta(minutes=58)) is not None  # it was seen in between
    assert sessions.find(secret, now + timedelta(minutes=89)) is None
    older = sessions.open("李工", now=now)
    for minutes in range(20, 720, 20):
        assert sessions.find(older, now + timedelta(minutes=minutes)) is not None
    assert sessions.find(older, now + timedelta(hours=12, minutes=1)) is None
    assert sessions.find("\ud800", now) is None


def test_a_disabled_account_is_out_at_once(service: Any) -> None:
    secret = cookie_of(enter(service, "李工", RIGHT))
    service.client.cookies.clear()
    assert service.client.get("/profile", headers=as_(secret)).status_code == 200
    assert service.visit("POST", "/accounts/李工/disable", "admin").status_code == 303
    assert service.client.get("/profile", headers=as_(secret), follow_redirects=False).status_code == 303
    assert enter(service, "李工", RIGHT).status_code == 422
    assert service.visit("POST", "/accounts/李工/enable", "admin").status_code == 303


def test_another_site_cannot_log_anybody_in(service: Any) -> None:
    form = {"login": "李工", "password": RIGHT}
    for headers in ({"Origin": "http://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = service.client.post("/login", data=form, headers={**HTML, **headers}, follow_redirects=False)
        assert answer.status_code == 403
        assert "scenematch=" not in answer.headers.get("set-cookie", "")


@pytest.mark.parametrize(
    "address", ["//x.cn", "http://x.cn", "/\\x.cn", "\\\\x.cn", "javascript:alert(1)", "", "x", "/a\nb", "///x.cn"]
)
def test_login_leads_to_our_pages_only(address: str) -> None:
    assert _local(address) == ""


def test_the_first_administrator_comes_by_a_link_that_works_once(make_service: Callable[[], Any]) -> None:
    service = make_service()
    accounts = service.parts.store.accounts
    assert accounts.setup_link(utc_now()) is None  # there are accounts already
    with service.parts.store._database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM accounts")
    assert "初始化链接" in service.client.get("/login", headers=HTML).text
    token = accounts.setup_link(utc_now())
    page = f"/setup?token={token}"
    assert 'name="again"' in service.client.get(page, headers=HTML).text
    assert 'name="again"' not in service.client.get("/setup?token=wrong", headers=HTML).text
    form = {"token": token, "login": "主任", "name": "陈主任", "password": RIGHT, "again": RIGHT}
    for wrong, says in (
        ({**form, "password": "12345678", "again": "12345678"}, "四类中至少要有 3 类"),
        ({**form, "again": "x"}, "两次输入的密码不一致"),
        ({**form, "login": "a b"}, "用户名应为"),
        ({**form, "token": "wrong"}, "已经用过或已过期"),
    ):
        answer = service.client.post("/setup", data=wrong, headers=HTML, follow_redirects=False)
        assert answer.status_code == 422
        assert says in answer.text
    done = service.client.post("/setup", data=form, headers=HTML, follow_redirects=False)
    assert done.status_code == 303
    assert [(a.login, a.role) for a in accounts.list()] == [("主任", "admin")]
    service.client.cookies.clear()
    again = service.client.post("/setup", data={**form, "login": "另一个"}, headers=HTML, follow_redirects=False)
    assert again.status_code == 422
    assert not accounts.is_setup_link(token, utc_now())


def test_policies() -> None:
    dengbao = policy_of(Settings.from_env({"SCENEMATCH_PASSWORD_DAYS": "30"}))
    asvs = policy_of(Settings.from_env({"SCENEMATCH_PASSWORD_POLICY": "asvs"}))
    assert (dengbao, asvs) == (Policy(8, 3, 30), Policy(15, 0, 0))
    for password in (
        "Ab1cd2e",
        "abcdefgh",
        "Password123!",
        "Admin888#",
        "Chen-2026x",
        "Aa1Aa1Aa1",
        "12345678aB",
        "x" * 129,
    ):
        assert dengbao.problem(password, "chen"), password
    assert dengbao.problem("Guzhen-lou7", "chen") == ""
    assert asvs.problem("zhong wen ju zi yi ge", "chen") == ""
    assert asvs.problem("Guzhen-lou7", "chen") == "密码至少要 15 位。"
    now = utc_now()
    assert dengbao.expired(now - timedelta(days=31), now)
    assert not dengbao.expired(now - timedelta(days=29), now)
    assert not asvs.expired(now - timedelta(days=3000), now)
    assert dengbao.problem(generated(), "chen") == asvs.problem(generated(), "chen") == ""
