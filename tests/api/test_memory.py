"""What is remembered between requests never outlives its truth: checked keys and the cards of records."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import orjson
import pytest

from api import verified as module
from api.cards import Cards
from api.verified import KEPT_S, MOST, Verified
from matcher.errors import Unauthorized
from matcher.model import Contact, Demand, Kind, Solution
from matcher.settings import Settings
from matcher.store import Store, utc_now


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with Store.open(settings.database_url, write=True) as store:
        yield store


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_key_is_remembered_for_a_moment_only(store: Store) -> None:
    clock = Clock()
    key, token = store.keys.create("viewer", 1, now=utc_now())
    verified = Verified(store.keys, clock=clock)
    assert verified.recent(token) is None
    assert verified.check(token).prefix == key.prefix
    clock.now += KEPT_S * 0.9
    remembered = verified.recent(token)
    assert remembered is not None
    assert remembered.prefix == key.prefix
    assert verified.recent(token + "x") is None
    clock.now += KEPT_S * 0.2
    assert verified.recent(token) is None


def test_an_expired_or_revoked_key_is_not_remembered(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    key, token = store.keys.create("viewer", 1, now=utc_now())
    verified = Verified(store.keys, clock=Clock())
    verified.check(token)
    monkeypatch.setattr(module, "utc_now", lambda: key.expires_at + timedelta(seconds=1))
    assert verified.recent(token) is None
    monkeypatch.undo()
    assert verified.recent(token) is not None
    store.keys.revoke(key.prefix, now=utc_now())
    verified.forget()
    assert verified.recent(token) is None
    with pytest.raises(Unauthorized):
        verified.check(token)
    assert verified.recent(token) is None


def test_a_revocation_during_the_check_is_not_lost(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    key, token = store.keys.create("viewer", 1, now=utc_now())
    verified = Verified(store.keys, clock=Clock())
    check = store.keys.verify

    def revoked_meanwhile(*args: object) -> object:
        found = check(*args)  # type: ignore[arg-type]
        store.keys.revoke(key.prefix, now=utc_now())
        verified.forget()
        return found

    monkeypatch.setattr(store.keys, "verify", revoked_meanwhile)
    verified.check(token)
    assert verified.recent(token) is None


def test_the_memory_of_keys_is_bounded(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    key, _ = store.keys.create("viewer", 1, now=utc_now())
    monkeypatch.setattr(store.keys, "verify", lambda token, now: key)
    verified = Verified(store.keys, clock=Clock())
    for n in range(MOST + 10):
        verified.check(str(n))
    assert len(verified._known) <= MOST


def test_cards_are_those_of_the_present_revision(store: Store) -> None:
    store.put_many([Solution("S1", "甲", vendor="子", contact=Contact("王", "13800138000")), Demand("S1", "乙")])
    cards = Cards(store)

    def card(kind: Kind = Kind.SOLUTION) -> dict[str, object]:
        found: dict[str, object] = orjson.loads(orjson.dumps(cards.get(kind, ["S1"])["S1"]))
        return found

    assert card() == card()
    assert card()["title"] == "甲"
    assert card(Kind.DEMAND)["title"] == "乙"
    assert "13800138000" not in str(card())
    assert card()["fields"] == {"title": "甲"}
    store.put(Solution("S1", "丙", vendor="子"))
    assert card()["title"] == "丙"
    store.remove(Kind.SOLUTION, "S1")
    assert cards.get(Kind.SOLUTION, ["S1", "S9"]) == {}
