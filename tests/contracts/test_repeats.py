"""Suspected repeats in the store: found, decided, merged and taken apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from matcher.engagement import Milestone
from matcher.errors import Conflict, NotFound
from matcher.model import Contact, Demand, Kind, Solution
from matcher.profile import takes_part
from matcher.store import Actor, Store
from matcher.store.cases import CaseWriter
from matcher.store.followup import EngagementQuery, FollowUp
from matcher.store.followup_writer import FollowUpWriter
from matcher.store.funnel import funnel_facts
from matcher.store.merging import merge, take_apart
from matcher.store.names import join, part, same_names, variants
from matcher.store.repeats import Cursor, RepeatBook, RepeatWriter
from matcher.suspects import Suspicion
from matcher.workflow import Stage

OLD = Demand("D-2", "锁芯钥匙试开", organization="中山某锁具厂", description="逐把试开。", contact=Contact("李", "138"))
NEW = Demand("D-1", "锁芯互开试验", organization="中山锁具厂", description="手工插试。", region="中山", scale="2条线")
DONE = Cursor("judge", 2, "D-2")
STAFF = Actor("staff-1", "staff")


@pytest.fixture
def store(any_url: str) -> Iterator[Store]:
    times = iter(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=n) for n in range(1000))
    with Store.open(any_url, write=True, clock=lambda: next(times)) as store:
        store.put(OLD)
        store.put(NEW)
        with store.writing() as writer:
            RepeatWriter(writer).found(
                Kind.DEMAND, ["D-1", "D-2"], [Suspicion("D-1", "D-2", 0.9, False, "名称相近")], DONE
            )
        yield store


def decided(store: Store) -> list[tuple[str, str, str]]:
    with store.read_snapshot() as snapshot:
        return [(p.older, p.newer, p.decision) for p in RepeatBook(snapshot).of(Kind.DEMAND, "D-1")]


def test_who_filed_first_is_the_older_one(store: Store) -> None:
    assert decided(store) == [("D-2", "D-1", "")]
    with store.read_snapshot() as snapshot:
        book = RepeatBook(snapshot)
        pairs, total = book.pairs(None, "", limit=10)
        assert (total, pairs[0].probability, pairs[0].says) == (1, 0.9, "名称相近")
        assert book.pair(Kind.DEMAND, "D-1", "D-2") == book.pair(Kind.DEMAND, "D-2", "D-1") == pairs[0]
        assert book.cursor(Kind.DEMAND) == DONE
        assert book.cursor(Kind.SOLUTION) == Cursor("", 0, "")
        with pytest.raises(NotFound):
            book.pair(Kind.SOLUTION, "D-1", "D-2")


def test_a_decision_outlives_a_new_comparison(store: Store) -> None:
    with store.writing(STAFF) as writer:
        RepeatWriter(writer).decide(Kind.DEMAND, "D-1", "D-2", "different", "两条线")
    with store.writing() as writer:
        book = RepeatWriter(writer)
        book.begin_anew(Kind.DEMAND, "other judge")
        again = [Suspicion("D-2", "D-1", 0.99, False, "更像")]
        assert book.found(Kind.DEMAND, ["D-1", "D-2"], again, DONE) == 0
        pair = book.pair(Kind.DEMAND, "D-1", "D-2")
        assert (pair.decision, pair.note, pair.decided_by, pair.says) == ("different", "两条线", "staff-1", "名称相近")
    line = store.audit_lines(limit=1)[0]
    assert (line.action, line.object, line.detail) == ("decide_repeat", "demand:D-1", "with=D-2 decision=different")


def test_an_open_pair_goes_when_no_longer_alike(store: Store) -> None:
    with store.writing() as writer:
        RepeatWriter(writer).found(Kind.DEMAND, ["D-1"], [], DONE)
    assert decided(store) == []


def test_what_waits_follows_the_revisions(store: Store) -> None:
    with store.read_snapshot() as snapshot:
        book = RepeatBook(snapshot)
        assert book.pending(Kind.DEMAND) == 0
        assert [(r.id, rev) for r, rev in book.waiting(Kind.DEMAND, Cursor("j", 0, ""), 9)] == [("D-2", 1), ("D-1", 2)]
    store.put(replace(OLD, title="改了"))
    store.put_many([Demand("D-3", "丙"), Demand("D-4", "丁")])
    with store.read_snapshot() as snapshot:
        book = RepeatBook(snapshot)
        assert [r.id for r, _ in book.waiting(Kind.DEMAND, DONE, 9)] == ["D-2", "D-3", "D-4"]
        assert [r.id for r, _ in book.waiting(Kind.DEMAND, Cursor("j", 4, "D-3"), 9)] == ["D-4"]
        assert book.pending(Kind.DEMAND) == 3


def test_merging_keeps_the_older_and_can_be_undone(store: Store) -> None:
    with store.writing(STAFF) as writer:
        pair = merge(writer, Kind.DEMAND, "D-1", "D-2", "同一条线")
    assert (pair.older, pair.newer, pair.decision) == ("D-2", "D-1", "merge")
    kept, gone = store.get(Kind.DEMAND, "D-2"), store.get(Kind.DEMAND, "D-1")
    assert kept == replace(OLD, region="中山", scale="2条线", contact=Contact())
    assert not takes_part(gone)
    assert store.leads_to(Kind.DEMAND, "D-1") == "D-2"
    assert store.leads_to(Kind.DEMAND, "D-2") == "D-2"
    assert [line.action for line in store.audit_lines(limit=2)] == ["decide_repeat", "merge"]
    with store.writing(STAFF) as writer:
        assert take_apart(writer, Kind.DEMAND, "D-1") == "D-2"
    assert store.get(Kind.DEMAND, "D-2") == replace(OLD, contact=Contact())
    assert store.get(Kind.DEMAND, "D-1") == NEW
    assert store.leads_to(Kind.DEMAND, "D-1") == "D-1"
    assert store.contact(Kind.DEMAND, "D-2") == OLD.contact
    assert decided(store) == [("D-2", "D-1", "")]
    with store.writing() as writer, pytest.raises(NotFound):
        take_apart(writer, Kind.DEMAND, "D-1")


def test_undoing_a_merge_keeps_later_edits(store: Store) -> None:
    with store.writing() as writer:
        merge(writer, Kind.DEMAND, "D-1", "D-2")
    store.put(replace(store.get(Kind.DEMAND, "D-2"), scale="3条线", title="锁芯试开二"))
    with store.writing() as writer:
        take_apart(writer, Kind.DEMAND, "D-1")
    kept = store.get(Kind.DEMAND, "D-2")
    assert isinstance(kept, Demand)
    assert (kept.title, kept.scale, kept.region) == ("锁芯试开二", "3条线", "")


def test_a_missing_contact_is_lent_and_given_back(store: Store) -> None:
    store.put(replace(NEW, contact=Contact("王", "139")))
    store.forget_contact(Kind.DEMAND, "D-2")
    with store.writing() as writer:
        merge(writer, Kind.DEMAND, "D-1", "D-2")
    assert store.contact(Kind.DEMAND, "D-2") == Contact("王", "139")
    with store.writing() as writer:
        take_apart(writer, Kind.DEMAND, "D-1")
    assert store.contact(Kind.DEMAND, "D-2") == Contact()
    assert store.contact(Kind.DEMAND, "D-1") == Contact("王", "139")


def test_a_merged_record_filed_again_stays_merged(store: Store) -> None:
    with store.writing() as writer:
        merge(writer, Kind.DEMAND, "D-1", "D-2")
    assert store.put(NEW) == "unchanged"
    assert store.put(replace(NEW, title="来源改了")) == "updated"
    assert not takes_part(store.get(Kind.DEMAND, "D-1"))


def test_merging_twice_is_refused_and_chains_are_followed(store: Store) -> None:
    store.put(Demand("D-0", "最新"))
    with store.writing() as writer:
        book = RepeatWriter(writer)
        book.found(
            Kind.DEMAND,
            ["D-0"],
            [Suspicion("D-0", "D-1", 0.8, False, ""), Suspicion("D-0", "D-2", 0.7, False, "")],
            DONE,
        )
        merge(writer, Kind.DEMAND, "D-0", "D-1")
        with pytest.raises(Conflict, match="已经合并"):
            merge(writer, Kind.DEMAND, "D-0", "D-2")
        merge(writer, Kind.DEMAND, "D-1", "D-2")
    assert store.leads_to(Kind.DEMAND, "D-0") == "D-2"


def stages(store: Store) -> dict[str, tuple[str, str, str]]:
    """Number → (demand, solution, stage) of every pair."""
    with store.read_snapshot() as snapshot:
        found = FollowUp(snapshot).engagements(EngagementQuery()).items
    return {pair.number: (pair.demand_id, pair.solution_id, pair.stage.value) for pair in found}


def test_the_follow_up_goes_to_the_kept_demand_and_comes_back(store: Store) -> None:
    store.put_many([Solution("S-1", "插芯机"), Solution("S-2", "试开台"), Solution("S-3", "视觉检")])
    with store.writing(STAFF) as writer:
        book = FollowUpWriter(writer)
        alone, both = book.shortlist("D-1", "S-1"), book.shortlist("D-1", "S-2")
        kept, ahead = book.shortlist("D-2", "S-2"), book.shortlist("D-2", "S-3")
        behind = book.shortlist("D-1", "S-3")
        book.move(both.number, Stage.RECOMMENDED)
        book.move(both.number, Stage.CONTACTING, next_step="看现场")
        book.move(ahead.number, Stage.RECOMMENDED)
    before = stages(store)
    with store.writing(STAFF) as writer:
        merge(writer, Kind.DEMAND, "D-1", "D-2")
    assert stages(store) == {
        alone.number: ("D-2", "S-1", "候选"),
        both.number: ("D-2", "S-2", "对接中"),
        kept.number: ("D-1", "S-2", "搁置"),
        ahead.number: ("D-2", "S-3", "已推荐"),
        behind.number: ("D-1", "S-3", "搁置"),
    }
    with store.read_snapshot() as snapshot:
        book = FollowUp(snapshot)
        assert book.engagement(kept.number).reason == f"已并入 {both.number}"
        assert [event.says for event in book.events(alone.number)] == ["", "D-1 已并入 D-2。"]
        assert {fact.demand_id: fact.milestone for fact in funnel_facts(snapshot)} == {"D-2": Milestone.CONTACT}
    with store.writing(STAFF) as writer:
        take_apart(writer, Kind.DEMAND, "D-1")
    assert stages(store) == before
    with store.read_snapshot() as snapshot:
        facts = {(fact.demand_id, fact.milestone) for fact in funnel_facts(snapshot)}
    assert ("D-1", Milestone.CONTACT) in facts
    assert ("D-2", Milestone.CONTACT) not in facts


def test_a_pair_moved_since_stays_where_it_was_moved(store: Store) -> None:
    store.put(Solution("S-1", "插芯机"))
    with store.writing(STAFF) as writer:
        book = FollowUpWriter(writer)
        kept, gone = book.shortlist("D-2", "S-1"), book.shortlist("D-1", "S-1")
        merge(writer, Kind.DEMAND, "D-1", "D-2")
        book.move(gone.number, Stage.EXCLUDED, reason="不合适")
        take_apart(writer, Kind.DEMAND, "D-1")
    assert stages(store) == {kept.number: ("D-2", "S-1", "候选"), gone.number: ("D-1", "S-1", "已排除")}


def test_a_published_case_counts_for_the_kept_solution(store: Store) -> None:
    store.put_many([Solution("S-2", "插芯机", cases="一家"), Solution("S-1", "插芯机二")])
    with store.writing(STAFF) as writer:
        RepeatWriter(writer).found(
            Kind.SOLUTION, ["S-1"], [Suspicion("S-1", "S-2", 0.9, False, "")], Cursor("j", 9, "S-2")
        )
        older = RepeatWriter(writer).pair(Kind.SOLUTION, "S-1", "S-2").older
        gone = "S-1" if older == "S-2" else "S-2"
        book = FollowUpWriter(writer)
        pair = book.shortlist("D-2", gone)
        for stage in (Stage.RECOMMENDED, Stage.CONTACTING, Stage.LANDED):
            book.move(pair.number, stage, next_step="看现场", reason="直接采购")
        case = CaseWriter(writer).draft(pair.number, "锁厂", "日插两万把")
        CaseWriter(writer).publish(case.number)
    revision = store.revision()
    with store.writing(STAFF) as writer:
        merge(writer, Kind.SOLUTION, "S-1", "S-2")
    with store.read_snapshot() as snapshot:
        (read,) = snapshot.indexed(Kind.SOLUTION, [older]).values()
        assert isinstance(read, Solution)
        assert read.cases.endswith("【典型案例】锁厂：日插两万把")
        assert older in [each.id for each in snapshot.changes_since(Kind.SOLUTION, revision).upserts]
    with store.writing(STAFF) as writer:
        take_apart(writer, Kind.SOLUTION, gone)
    with store.read_snapshot() as snapshot:
        told = {id: read.cases for id, read in snapshot.indexed(Kind.SOLUTION, [older, gone]).items()}  # type: ignore[union-attr]
    assert "典型案例" not in told[older]
    assert "典型案例" in told[gone]


def test_names_are_joined_and_parted(store: Store) -> None:
    with store.writing(STAFF) as writer:
        join(writer, "灵眸科技", "大疆创新")
        join(writer, "大疆创新", "深圳市大疆百旺有限公司")  # what stood for the second now stands for the third
    with store.read_snapshot() as snapshot:
        assert same_names(snapshot) == {"灵眸科技": "大疆百旺", "大疆创新": "大疆百旺"}
        assert [(v.name, v.same_as, v.actor) for v in variants(snapshot)] == [
            ("大疆创新", "深圳市大疆百旺有限公司", "staff-1"),
            ("灵眸科技", "深圳市大疆百旺有限公司", "staff-1"),
        ]
    with store.writing() as writer:
        with pytest.raises(Conflict, match="本来就当作同一单位"):
            join(writer, "恒洁卫浴", "佛山市恒洁卫浴有限公司")
        with pytest.raises(Conflict, match="请填写单位名称"):
            join(writer, " ", "甲")
        part(writer, "灵眸科技")
        with pytest.raises(NotFound):
            part(writer, "灵眸科技")
        assert same_names(writer) == {"大疆创新": "大疆百旺"}
