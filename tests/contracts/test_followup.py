"""One contract for the follow-up, run on SQLite and, where a server program is installed, on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy import text

from matcher.engagement import CaseState, Fact, Measure, Milestone, Outcome, PilotPlan
from matcher.errors import ChangedMeanwhile, Conflict, Forbidden, IllegalMove, InvalidInput, NotFound
from matcher.model import Demand, Kind, Solution, Status
from matcher.store import Actor, Store
from matcher.store.cases import CaseWriter
from matcher.store.demand_states import DemandStates
from matcher.store.followup import EngagementQuery, FollowUp
from matcher.store.followup_writer import FollowUpWriter
from matcher.store.funnel import funnel_facts
from matcher.workflow import DemandState, Stage

NOW = datetime(2026, 3, 1, 20, 30, tzinfo=UTC)  # 2 March in China
TODAY = date(2026, 3, 2)
LI, ADMIN = Actor("李经理", "staff"), Actor("管理员", "admin")
D, S = Kind.DEMAND, Kind.SOLUTION
PLAN = PilotPlan(
    "长安厂区",
    "两条线",
    date(2026, 3, 1),
    date(2026, 9, 1),
    Outcome.RUNNING,
    "",
    (Measure("漏检率≤0.3%", "0.25%", Status.MET, "满足"), Measure("节拍≤3秒", "", Status.UNKNOWN)),
)


class Clock:
    """Time that moves when told to."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(any_url: str, clock: Clock) -> Iterator[Store]:
    with Store.open(any_url, write=True, clock=clock) as store:
        store.put_many([Demand("D1", "焊点检测"), Demand("D2", "夜间看护"), Solution("S1", "视觉检测", cases="三家")])
        store.put_many([Solution("S2", "毫米波雷达")])
        yield store


@pytest.fixture
def do(store: Store) -> Callable[..., Any]:
    """One step in a commit of its own: do("move", "E-000001", Stage.LANDED)."""

    def step(name: str, /, *given: Any, by: Actor = LI, desk: type[Any] = FollowUpWriter, **named: Any) -> Any:
        with store.writing(by) as writer:
            return getattr(desk(writer), name)(*given, **named)

    return step


def seen(store: Store, name: str, /, *given: Any, **named: Any) -> Any:
    with store.read_snapshot() as snapshot:
        return getattr(FollowUp(snapshot), name)(*given, **named)


def landed(do: Callable[..., Any], demand: str = "D1", solution: str = "S1") -> str:
    number: str = do("shortlist", demand, solution).number
    do("move", number, Stage.CONTACTING, next_step="电话")
    do("move", number, Stage.VERIFYING, next_step="进场")
    do("move", number, Stage.LANDED)
    return number


def test_a_pair_from_shortlist_to_landed(store: Store, do: Callable[..., Any], clock: Clock) -> None:
    made = do("shortlist", "D1", "S1", grade=83, note="领导关注")
    assert (made.number, made.stage, made.owner, made.grade, made.version) == (
        "E-000001",
        Stage.CANDIDATE,
        "李经理",
        83,
        1,
    )
    clock.now += timedelta(days=1)
    do("move", made.number, Stage.RECOMMENDED, on=TODAY)
    moved = do("move", made.number, Stage.CONTACTING, next_step="上门看线", next_on=date(2026, 3, 9))
    assert (moved.next_step, moved.next_on, moved.version, moved.moved_at) == (
        "上门看线",
        date(2026, 3, 9),
        3,
        clock.now,
    )
    do("note", made.number, "对方报价 95 万", on=date(2026, 3, 1))
    do("move", made.number, Stage.VERIFYING, next_step="进场", next_on=date(2026, 4, 1))
    done = do("move", made.number, Stage.LANDED, reason="采购两套")
    assert (done.stage, done.next_step, done.next_on) == (Stage.LANDED, "", None)
    assert seen(store, "engagement", made.number) == done
    told = [(e.kind, e.start, e.to, e.says, e.on, e.actor) for e in seen(store, "events", made.number)]
    assert told == [
        ("shortlist", "", "候选", "领导关注", TODAY, "李经理"),
        ("move", "候选", "已推荐", "", TODAY, "李经理"),
        ("move", "已推荐", "对接中", "下一步：上门看线", date(2026, 3, 3), "李经理"),
        ("note", "", "", "对方报价 95 万", date(2026, 3, 1), "李经理"),
        ("move", "对接中", "验证中", "下一步：进场", date(2026, 3, 3), "李经理"),
        ("move", "验证中", "已落地", "采购两套", date(2026, 3, 3), "李经理"),
    ]
    assert seen(store, "recent_events", 1)[0].says == "采购两套"
    line = store.audit_lines()[0]
    assert (line.action, line.object, line.detail) == ("followup.move", "engagement:E-000001", "验证中→已落地")


def test_what_is_refused_leaves_nothing(store: Store, do: Callable[..., Any]) -> None:
    number = do("shortlist", "D1", "S1").number
    before = (seen(store, "engagement", number), seen(store, "events", number), store.audit_lines())
    for error, step, given, named in (
        (Conflict, "shortlist", ("D1", "S1"), {}),
        (NotFound, "shortlist", ("D9", "S1"), {}),
        (NotFound, "shortlist", ("D1", "S9"), {}),
        (IllegalMove, "move", (number, Stage.LANDED), {}),
        (InvalidInput, "move", (number, Stage.SHELVED), {}),
        (InvalidInput, "move", (number, Stage.CONTACTING), {"next_step": "  "}),
        (InvalidInput, "move", (number, Stage.RECOMMENDED), {"on": date(2026, 3, 3)}),
        (ChangedMeanwhile, "move", (number, Stage.RECOMMENDED), {"version": 7}),
        (NotFound, "move", ("E-000009", Stage.RECOMMENDED), {}),
        (InvalidInput, "note", (number, " \n"), {}),
        (InvalidInput, "note", (number, "字" * 2001), {}),
        (InvalidInput, "note", (number, "\0"), {}),
        (InvalidInput, "exclude", ("D1", "S1", ""), {}),
        (Conflict, "add_pilot", (number, PLAN), {}),
    ):
        with pytest.raises(error):
            do(step, *given, **named)
    with pytest.raises(Forbidden):
        do("move", number, Stage.RECOMMENDED, by=Actor("看客", "viewer"))
    assert (seen(store, "engagement", number), seen(store, "events", number), store.audit_lines()) == before


def test_shelved_it_goes_back_to_where_it_was(do: Callable[..., Any]) -> None:
    number = do("shortlist", "D1", "S1").number
    do("move", number, Stage.CONTACTING, next_step="电话", next_on=date(2026, 3, 9))
    shelved = do("move", number, Stage.SHELVED, reason="预算未批")
    assert (shelved.before, shelved.reason, shelved.next_step) == (Stage.CONTACTING, "预算未批", "")
    with pytest.raises(IllegalMove):
        do("move", number, Stage.CANDIDATE)
    back = do("move", number, Stage.CONTACTING)
    assert (back.stage, back.before, back.reason) == (Stage.CONTACTING, None, "")


def test_only_an_admin_takes_a_landing_back(do: Callable[..., Any]) -> None:
    number = landed(do)
    with pytest.raises(Forbidden):
        do("move", number, Stage.VERIFYING, reason="误操作")
    assert do("move", number, Stage.VERIFYING, reason="误操作", by=ADMIN).stage is Stage.VERIFYING


def test_exclusion(store: Store, do: Callable[..., Any]) -> None:
    made = do("exclude", "D1", "S2", "做过，效果不好", grade=40)
    assert (made.stage, made.reason, made.grade) == (Stage.EXCLUDED, "做过，效果不好", 40)
    with pytest.raises(Conflict, match="已经排除过"):
        do("exclude", "D1", "S2", "再来")
    do("shortlist", "D1", "S1")
    do("exclude", "D1", "S1", "要价太高")
    assert [(e.solution_id, e.reason) for e in seen(store, "of_demand", "D1")] == [
        ("S2", "做过，效果不好"),
        ("S1", "要价太高"),
    ]
    assert do("move", "E-000002", Stage.CANDIDATE, reason="重新报价").reason == ""
    number = landed(do, "D2", "S2")
    with pytest.raises(IllegalMove):
        do("exclude", "D2", "S2", "后悔")
    assert [e.number for e in seen(store, "of_solution", "S2")] == ["E-000001", number]


def test_arrangements(store: Store, do: Callable[..., Any]) -> None:
    number = do("shortlist", "D1", "S1").number
    kept = do("arrange", number, owner="王经理", next_step="约时间", next_on=TODAY, version=1)
    assert (kept.owner, kept.next_step, kept.next_on, kept.version) == ("王经理", "约时间", TODAY, 2)
    assert do("arrange", number, owner="王经理") == kept
    assert do("arrange", number, next_on=date(2026, 3, 5)).next_on == date(2026, 3, 5)
    assert do("arrange", number, next_step="").next_on is None
    for wrong in ({"owner": " "}, {"owner": "字" * 2001}):
        with pytest.raises(InvalidInput):
            do("arrange", number, **wrong)
    with pytest.raises(ChangedMeanwhile, match="刷新页面"):
        do("arrange", number, owner="赵经理", version=1)
    assert [e.says for e in seen(store, "events", number)][1:] == [
        "跟进人由李经理改为王经理；下一步：约时间（2026-03-02）",
        "下一步：约时间（2026-03-05）",
        "取消了下一步",
    ]


def test_lists(store: Store, do: Callable[..., Any], clock: Clock) -> None:
    a = do("shortlist", "D1", "S1").number
    clock.now += timedelta(hours=1)
    b = do("shortlist", "D2", "S2", owner="王经理").number
    clock.now += timedelta(hours=1)
    c = do("exclude", "D2", "S1", "不对路").number
    do("arrange", a, next_step="催", next_on=date(2026, 2, 1))

    def numbers(**asked: Any) -> list[str]:
        page = seen(store, "engagements", EngagementQuery(**asked))
        assert page.total == len(page.items)
        return [e.number for e in page.items]

    assert numbers() == [a, c, b]
    assert numbers(stages=(Stage.CANDIDATE,)) == [a, b]
    assert numbers(owner="王经理") == [b]
    assert numbers(demand_id="D2") == [c, b]
    assert numbers(solution_id="S1") == [a, c]
    assert numbers(text="看护") == [c, b]
    assert numbers(text="雷达") == [b]
    assert numbers(text="%") == []
    assert numbers(overdue_on=TODAY) == [a]
    assert numbers(overdue_on=date(2026, 2, 1)) == []
    assert numbers(idle_since=NOW + timedelta(hours=2)) == [b]
    page = seen(store, "engagements", EngagementQuery(stages=(Stage.EXCLUDED,), limit=1))
    assert (page.total, page.by_stage[Stage.CANDIDATE], page.by_stage[Stage.EXCLUDED]) == (1, 2, 1)
    assert list(page.by_stage) == list(Stage)
    assert seen(store, "owners") == ("李经理", "王经理")
    first = seen(store, "engagements", EngagementQuery(limit=2)).items
    rest = seen(store, "engagements", EngagementQuery(limit=2, offset=2)).items
    assert [e.number for e in (*first, *rest)] == [a, c, b]
    for wrong in ({"limit": 0}, {"limit": 1001}, {"offset": -1}, {"text": "长" * 201}, {"owner": "\0"}):
        with pytest.raises(InvalidInput):
            numbers(**wrong)


def test_pilots(store: Store, do: Callable[..., Any]) -> None:
    number = do("shortlist", "D1", "S1").number
    do("move", number, Stage.CONTACTING, next_step="电话")
    pilot = do("add_pilot", number, PLAN)
    assert (pilot.number, pilot.plan) == ("V-000001", PLAN)
    ended = replace(PLAN, outcome=Outcome.PASSED, remark="漏检率达标")
    assert do("change_pilot", pilot.number, ended).plan == ended
    assert do("change_pilot", pilot.number, ended).plan == ended
    assert [p.plan for p in seen(store, "pilots", number)] == [ended]
    assert [(e.to, e.says) for e in seen(store, "events", number)][2:] == [
        ("进行中", "登记验证：长安厂区"),
        ("通过", "更新验证：长安厂区"),
    ]
    for wrong in (
        replace(PLAN, place=" "),
        replace(PLAN, ends=date(2026, 2, 1)),
        replace(PLAN, measures=(Measure("", "1", Status.MET),)),
        replace(PLAN, remark="字" * 2001),
    ):
        with pytest.raises(InvalidInput):
            do("add_pilot", number, wrong)
    with pytest.raises(NotFound):
        do("change_pilot", "V-000009", PLAN)


def test_attachments(store: Store, do: Callable[..., Any]) -> None:
    number = do("shortlist", "D1", "S1").number
    file = do("attach", number, name="检测报告.pdf", type="application/pdf", size=12, sha256="ab")
    assert (file.number, file.actor) == ("F-000001", "李经理")
    with pytest.raises(Conflict, match="检测报告"):
        do("attach", number, name="另一份.pdf", type="application/pdf", size=12, sha256="ab")
    assert seen(store, "attachments", number) == (file,)
    assert do("detach", file.number) == file
    assert seen(store, "attachments", number) == ()
    with pytest.raises(NotFound):
        seen(store, "attachment", file.number)
    assert do("attach", number, name="报告.pdf", type="application/pdf", size=12, sha256="ab").number == "F-000002"


def test_a_published_case_is_what_its_solution_is_matched_by(store: Store, do: Callable[..., Any]) -> None:
    number = landed(do)
    case = do("draft", number, "东莞某厂焊点检测", "漏检率降到 0.1%", desk=CaseWriter)
    assert (case.number, case.state, case.solution_id) == ("C-000001", CaseState.DRAFT, "S1")
    revision = store.revision()
    assert store.changes_since(S, revision).upserts == ()
    do("publish", case.number, desk=CaseWriter)
    joined = replace(store.get(S, "S1"), cases="三家\n【典型案例】东莞某厂焊点检测：漏检率降到 0.1%")
    assert store.get(S, "S1").cases == "三家"
    assert store.changes_since(S, revision).upserts == (joined,)
    with store.read_snapshot() as snapshot:
        assert snapshot.indexed(S, ["S2", "S1"]) == {"S2": store.get(S, "S2"), "S1": joined}
        assert [record for record, _ in snapshot.records(S)] == [joined, store.get(S, "S2")]
    do("rewrite", case.number, "东莞某厂焊点检测", "漏检率 0.05%", desk=CaseWriter)
    assert store.changes_since(S, revision + 1).upserts[0].cases.endswith("0.05%")  # type: ignore[union-attr]
    do("withdraw", case.number, desk=CaseWriter)
    assert store.changes_since(S, revision + 2).upserts == (store.get(S, "S1"),)
    with pytest.raises(Conflict):
        do("withdraw", case.number, desk=CaseWriter)
    assert seen(store, "cases", solution_id="S1", state=CaseState.WITHDRAWN)[0].number == case.number
    assert seen(store, "cases", solution_id="S2") == ()
    other = do("shortlist", "D2", "S2").number
    with pytest.raises(Conflict, match="只有已落地"):
        do("draft", other, "标题", "内容", desk=CaseWriter)


def test_the_states_of_a_demand(store: Store, do: Callable[..., Any]) -> None:
    move = {"desk": DemandStates}
    assert do("move", "D1", DemandState.INCOMPLETE, reason="缺节拍", **move).status == "incomplete"
    do("move", "D1", DemandState.READY, **move)
    with pytest.raises(InvalidInput, match="批次"):
        do("move", "D1", DemandState.PUBLISHED, **move)
    out = do("move", "D1", DemandState.PUBLISHED, batch="第一批", **move)
    assert (out.status, out.batch) == ("published", "第一批")
    assert store.get(D, "D1") == out
    assert [b.name for b in seen(store, "batches")] == ["第一批"]
    assert [(e.start, e.to, e.says) for e in seen(store, "events", "demand:D1")] == [
        ("待审核", "待补正", "缺节拍"),
        ("待补正", "已完善", ""),
        ("已完善", "已发布", ""),
    ]
    with pytest.raises(IllegalMove):
        do("move", "D1", DemandState.DRAFT, **move)


def test_a_batch_goes_out_in_one_commit(store: Store, do: Callable[..., Any]) -> None:
    batch = do("put_batch", "第二批", publish_on=date(2026, 4, 1), note="市里统一发布", desk=DemandStates)
    assert (batch.publish_on, batch.published_at) == (date(2026, 4, 1), None)
    do("assign", "第二批", ("D1", "D2"), desk=DemandStates)
    with pytest.raises(Conflict, match="没有已完善"):
        do("publish_batch", "第二批", desk=DemandStates)
    do("move", "D2", DemandState.READY, desk=DemandStates)
    done = do("publish_batch", "第二批", desk=DemandStates)
    assert (done.published, done.left, done.batch.published_at) == (("D2",), ("D1",), NOW)
    assert seen(store, "batch", "第二批") == done.batch
    assert [store.get(D, id).status for id in ("D1", "D2")] == ["open", "published"]
    with pytest.raises(NotFound):
        do("publish_batch", "第九批", desk=DemandStates)
    with pytest.raises(NotFound):
        do("assign", "第二批", ("D1", "D9"), desk=DemandStates)


def test_rankings_shown_are_remembered_once(store: Store, do: Callable[..., Any]) -> None:
    first = do("remember_shown", "D1", "gen-1", True, (("S1", 83), ("S2", 12)))
    assert (first.matches, first.suitable, first.generation) == ((("S1", 83), ("S2", 12)), True, "gen-1")
    assert do("remember_shown", "D1", "gen-2", True, (("S1", 83), ("S2", 12))) is None
    later = do("remember_shown", "D1", "gen-2", False, ())
    other = do("remember_shown", "D2", "gen-2", False, (("S2", 9),))
    assert seen(store, "last_shown", "D1") == later
    assert seen(store, "last_shown", "D9") is None
    assert seen(store, "all_last_shown") == (later, other)


def facts(store: Store) -> list[tuple[str, str, datetime]]:
    with store.read_snapshot() as snapshot:
        found = funnel_facts(snapshot)
        assert all(isinstance(fact, Fact) for fact in found)
        return [(fact.demand_id, fact.milestone.value, fact.at) for fact in found]


def test_the_facts_of_the_funnel(store: Store, do: Callable[..., Any], clock: Clock) -> None:
    at = [NOW + timedelta(days=n) for n in range(9)]
    clock.now = at[1]
    do("move", "D1", DemandState.READY, desk=DemandStates)
    clock.now = at[2]
    do("move", "D1", DemandState.PUBLISHED, batch="第一批", desk=DemandStates)
    clock.now = at[3]
    do("remember_shown", "D1", "g", False, (("S1", 10),))
    do("remember_shown", "D2", "g", True, (("S2", 90),))
    number = do("shortlist", "D1", "S1").number
    clock.now = at[4]
    do("move", number, Stage.CONTACTING, next_step="电话")
    clock.now = at[5]
    do("move", number, Stage.VERIFYING, next_step="进场")
    clock.now = at[6]
    do("move", number, Stage.LANDED)
    clock.now = at[7]
    case = do("draft", number, "案例", "内容", desk=CaseWriter)
    do("publish", case.number, desk=CaseWriter)
    clock.now = at[8]
    store.put(Demand("D3", "来时已发布", status="published"))
    own = [("D1", m.value, when) for m, when in zip(Milestone, at, strict=False)]
    rest = [
        ("D2", "收集", NOW),
        ("D2", "有候选", at[3]),
        *(("D3", name, at[8]) for name in ("收集", "有效", "发布")),
    ]
    assert facts(store) == [*own, *rest]
    do("withdraw", case.number, desk=CaseWriter)
    do("move", number, Stage.VERIFYING, reason="误报", by=ADMIN)
    do("move", "D1", DemandState.READY, reason="先撤下", desk=DemandStates)
    assert [name for id, name, _ in facts(store) if id == "D1"] == ["收集", "有效", "有候选", "对接", "验证"]
    store.remove(D, "D1")
    assert facts(store) == rest


@pytest.mark.parametrize("attack", ["UPDATE engagement_events SET actor = 'x'", "DELETE FROM engagement_events"])
def test_what_happened_cannot_be_rewritten(store: Store, do: Callable[..., Any], attack: str) -> None:
    number = do("shortlist", "D1", "S1").number
    with pytest.raises(sqlalchemy.exc.DBAPIError, match="append-only"), store._database.writing() as connection:
        connection.execute(text(attack))
    assert [e.actor for e in seen(store, "events", number)] == ["李经理"]
