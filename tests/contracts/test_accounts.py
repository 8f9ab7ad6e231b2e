"""Accounts, their locks and their sessions, on both stores."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from matcher.errors import Conflict, Locked, NotFound, Unauthorized
from matcher.store import Actor, Store
from matcher.store.accounts import ACCOUNT_TRIES, LOCK, SETUP_FOR
from matcher.store.sessions import IDLE, LONGEST

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ADMIN = Actor("王五", "admin")


@pytest.fixture
def store(any_url: str) -> Iterator[Store]:
    with Store.open(any_url, write=True, clock=lambda: NOW) as store:
        store.accounts.create("王五", "王工", "admin", "hash-w", now=NOW, must_change=False)
        store.accounts.create("a.li", "", "staff", "hash-li", now=NOW)
        store.accounts.create("B@x", "乙", "member", "hash-b", now=NOW, organization=" 某养老院 ")
        yield store


def test_accounts_come_back_by_login_in_code_point_order(store: Store) -> None:
    listed = [(a.login, a.name, a.role, a.organization, a.must_change) for a in store.accounts.list()]
    assert listed == [
        ("B@x", "乙", "member", "某养老院", True),
        ("a.li", "a.li", "staff", "", True),
        ("王五", "王工", "admin", "", False),
    ]
    assert (store.accounts.get("a.li").created_at, store.accounts.get("a.li").last_login) == (NOW, None)
    with pytest.raises(Conflict, match="已经有人使用"):
        store.accounts.create("a.li", "另一人", "staff", "x", now=NOW)
    with pytest.raises(NotFound):
        store.accounts.get("A.LI")


def test_the_last_administrator_stays(store: Store) -> None:
    with pytest.raises(Conflict, match="最后一个"):
        store.accounts.disable("王五", True, now=NOW, actor=ADMIN)
    with pytest.raises(Conflict, match="最后一个"):
        store.accounts.change("王五", name="王工", role="staff", organization="", now=NOW, actor=ADMIN)
    store.accounts.change("a.li", name="李", role="admin", organization="", now=NOW, actor=ADMIN)
    store.accounts.disable("王五", True, now=NOW, actor=ADMIN)
    assert [a.login for a in store.accounts.list() if a.role == "admin" and not a.disabled] == ["a.li"]
    lines = [(line.action, line.object, line.detail) for line in store.audit_lines(limit=2)]
    assert lines == [("account.disable", "account:王五", ""), ("account.change", "account:a.li", "role=staff→admin")]


def test_wrong_passwords_lock_for_a_while(store: Store) -> None:
    for _ in range(ACCOUNT_TRIES):
        tried = store.accounts.try_login("a.li", "10.0.0.1", NOW)
        assert tried is not None
        assert tried.password_hash == "hash-li"
    with pytest.raises(Locked, match="15 分钟"):
        store.accounts.try_login("a.li", "10.0.0.2", NOW)
    assert store.accounts.locked(NOW) == {"a.li": NOW + LOCK}
    assert store.accounts.try_login("a.li", "10.0.0.2", NOW + LOCK + MINUTE) is not None
    store.accounts.unlock("a.li", now=NOW, actor=ADMIN)
    assert store.accounts.locked(NOW) == {}
    assert store.accounts.try_login("nobody", "10.0.0.3", NOW) is None


def test_a_hundred_guesses_at_once_get_no_further_than_five(store: Store) -> None:
    def guess(number: int) -> bool:
        try:
            return store.accounts.try_login("a.li", f"10.0.1.{number}", NOW) is not None
        except Locked:
            return False

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(guess, range(40))) == ACCOUNT_TRIES


def test_sessions_end_by_rest_by_age_and_with_what_the_account_may_do(store: Store) -> None:
    sessions = store.sessions
    first = sessions.open("a.li", now=NOW, source="10.0.0.1", agent="Firefox")
    second = sessions.open("a.li", now=NOW + MINUTE)
    assert [s.agent for s in sessions.of("a.li", NOW + MINUTE)] == ["", "Firefox"]
    found = sessions.find(first, NOW + IDLE)
    assert found is not None
    assert (found.account.login, found.created_at, found.source) == ("a.li", NOW, "10.0.0.1")
    assert sessions.find(second, NOW + 2 * IDLE) is None, "it rested too long"
    assert sessions.find(first, NOW + 2 * IDLE) is not None, "it was seen in between"
    moment = NOW
    while moment < NOW + LONGEST:
        assert sessions.find(first, moment) is not None
        moment += IDLE
    assert sessions.find(first, NOW + LONGEST + MINUTE) is None
    third = sessions.open("a.li", now=NOW)
    store.accounts.change("a.li", name="李", role="viewer", organization="", now=NOW, actor=ADMIN)
    assert sessions.find(third, NOW) is None


def test_one_session_of_several_is_ended(store: Store) -> None:
    sessions = store.sessions
    here, there = (sessions.open("B@x", now=NOW + n * MINUTE) for n in (0, 1))
    ended = sessions.of("B@x", NOW + MINUTE)[0]
    for login, id in (("王五", ended.id), ("B@x", ended.id[:8]), ("B@x", "%" * 16)):
        with pytest.raises(NotFound):
            sessions.revoke(login, id, now=NOW, actor=ADMIN)
    sessions.revoke("B@x", ended.id, now=NOW, actor=ADMIN)
    assert (sessions.find(there, NOW + MINUTE), sessions.find(here, NOW + MINUTE) is not None) == (None, True)
    sessions.end(here, now=NOW, actor=Actor("B@x", "member"))
    assert sessions.find(here, NOW + MINUTE) is None


def test_the_first_account_is_made_once(any_url: str) -> None:
    with Store.open(any_url, write=True, clock=lambda: NOW) as empty:
        old, link = empty.accounts.setup_link(NOW), empty.accounts.setup_link(NOW)
        assert old is not None
        assert link is not None
        assert [empty.accounts.is_setup_link(token, NOW) for token in (old, link, "")] == [False, True, False]
        assert not empty.accounts.is_setup_link(link, NOW + SETUP_FOR)
        made = empty.accounts.set_up(link, "王五", "王工", "hash", now=NOW, actor=ADMIN)
        assert (made.role, made.must_change, empty.accounts.any()) == ("admin", False, True)
        with pytest.raises(Unauthorized):
            empty.accounts.set_up(link, "李四", "李工", "hash", now=NOW, actor=ADMIN)
        assert empty.accounts.setup_link(NOW) is None
