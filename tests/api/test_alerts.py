"""What is filed is held against the other side at once; what stands still is noticed; everybody keeps her own list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import delete, update

from api.lookout import ONE_BY_ONE, Lookout
from api.traffic import Traffic
from matcher.alerts import AlertKind
from matcher.model import Deadline, Demand, Kind, Solution
from matcher.patience import Patience
from matcher.settings import Settings
from matcher.store import Actor, followup_tables, utc_now
from matcher.store import alert_tables as tables
from matcher.store.alerts import Alerts
from matcher.store.followup_writer import FollowUpWriter
from matcher.store.outlooks import Outlooks
from matcher.workflow import Stage
from tests.api.conftest import DEMANDS, SOLUTIONS, Service

PATH, PAGE = "/api/v1/alerts", "/alerts"
WELDING = Solution(
    "N1",
    "白车身焊点在线视觉检测",
    vendor="新锐视觉",
    industries=("汽车",),
    description="车身焊点虚焊、偏焊在线自动检测。",
)


ORIGINAL = [*SOLUTIONS, *DEMANDS]


@pytest.fixture
def service(alerted: Service) -> Service:
    """The same lists before every test, looked at, and nothing said about them yet."""
    store = alerted.parts.store
    for kind in Kind:
        own = {record.id for record in ORIGINAL if record.kind is kind}
        for record in store.page(kind, limit=1000).items:
            if record.id not in own:
                store.remove(kind, record.id)
    store.put_many(ORIGINAL)
    with store.writing() as writer:
        for table in (followup_tables.engagements, tables.outlooks, tables.alerts, tables.marks, tables.subscriptions):
            writer.connection.execute(delete(table))
        writer.connection.execute(update(tables.watched).values(revision=0, version=""))
    alerted.parts.lookout._seen = -1
    alerted.parts.lookout.catch_up()
    with store.writing() as writer:
        writer.connection.execute(delete(tables.alerts))
    return alerted


@pytest.fixture(scope="module")
def alerted(make_service: Callable[[], Service]) -> Service:
    return make_service()


def says(service: Service, role: str = "staff", **query: str) -> dict[tuple[str, str], str]:
    found = service.call("GET", PATH, role, params=query).json()
    return {(item["kind"], item["subject"]): item["says"] for item in found["items"]}


def test_a_list_filed_at_once_is_no_news_to_itself(service: Service) -> None:
    assert says(service) == {}
    with service.parts.store.read_snapshot() as snapshot:
        demands = Outlooks(snapshot).all(Kind.DEMAND)
    assert {id: (each.counterpart, each.suitable) for id, each in demands.items()} == {
        "D1": ("S1", True),
        "D2": ("S1", True),
        "D3": ("S2", True),
    }


def test_a_new_solution_tells_which_demands_it_may_serve(service: Service) -> None:
    service.parts.store.add(Demand("D9", "河道里的水葫芦没人捞", description="河面漂浮水葫芦，靠人划船捞。"))
    service.parts.lookout.catch_up()
    service.call(
        "POST", "/api/v1/solutions", json={"id": "N1", "title": WELDING.title, "description": WELDING.description}
    )
    assert service.parts.lookout.catch_up() == 1
    item = service.call("GET", PATH, "staff", params={"kind": "new_solution"}).json()["items"][0]
    assert item["subject"] == "solution:N1"
    assert item["says"].startswith("新方案可能解决 2 条存量需求")
    assert sorted(related["id"] for related in item["related"]) == ["D1", "D2"]
    assert all(related["grade"] >= service.parts.search.suitable for related in item["related"])
    assert service.parts.lookout.catch_up() == 0


def test_a_new_demand_tells_what_is_there_for_it(service: Service) -> None:
    service.parts.store.add(replace(_demand("D8"), title="焊点外观在线检测"))
    service.parts.lookout.catch_up()
    found = says(service)
    assert found["new_demand", "demand:D8"].startswith("新需求已有 ")


def test_an_excluded_solution_is_no_answer(service: Service) -> None:
    with service.parts.store.writing(Actor("李", "staff")) as writer:
        FollowUpWriter(writer).exclude("D3", "S2", "不要雷达")
    service.parts.store.put(replace(_demand("D3"), title="养老院夜间看护", description="老人夜间离床跌倒没人知道。"))
    service.parts.lookout.catch_up()
    with service.parts.store.read_snapshot() as snapshot:
        outlook = Outlooks(snapshot).all(Kind.DEMAND)["D3"]
    assert outlook.counterpart != "S2"
    assert not outlook.suitable
    assert outlook.suitable_at is not None


def test_an_exclusion_is_noticed_without_any_other_change_and_so_is_its_end(service: Service) -> None:
    store, lookout = service.parts.store, service.parts.lookout
    lookout.catch_up()

    def best() -> tuple[str, bool]:
        with store.read_snapshot() as snapshot:
            outlook = Outlooks(snapshot).all(Kind.DEMAND)["D3"]
        return outlook.counterpart, outlook.suitable

    assert best() == ("S2", True)
    with store.writing(Actor("李", "staff")) as writer:
        pair = FollowUpWriter(writer).exclude("D3", "S2", "不要雷达")
    assert lookout.catch_up() == 1
    assert best()[0] != "S2"
    assert not best()[1]
    with store.writing(Actor("李", "staff")) as writer:
        FollowUpWriter(writer).move(pair.number, Stage.CANDIDATE, reason="可以装雷达")
    assert lookout.catch_up() == 1
    assert best() == ("S2", True)
    assert lookout.catch_up() == 0


def test_a_withdrawn_solution_leaves_its_demands_to_the_next(service: Service) -> None:
    service.parts.store.remove(Kind.SOLUTION, "S1")
    service.parts.lookout.catch_up()
    with service.parts.store.read_snapshot() as snapshot:
        demands, solutions = Outlooks(snapshot).all(Kind.DEMAND), Outlooks(snapshot).all(Kind.SOLUTION)
    assert "S1" not in solutions
    assert {demands["D1"].counterpart, demands["D2"].counterpart}.isdisjoint({"S1"})
    assert not demands["D1"].suitable


def test_a_long_list_is_one_alert(service: Service) -> None:
    many = [replace(WELDING, id=f"N{n}", title=f"焊点视觉检测{n}号") for n in range(ONE_BY_ONE + 1)]
    service.parts.store.put_many(many)
    service.parts.lookout.catch_up()
    (key, told), *rest = says(service, kind="new_solution").items()
    assert rest == []
    assert key[1].startswith("filing:")
    assert told == f"其中 {len(many)} 个可能解决 2 条存量需求。"


def test_what_stands_still_is_noticed_and_mended(service: Service) -> None:
    store, now = service.parts.store, utc_now()
    store.add(
        Demand("D7", "古琴声学复原", deadline=Deadline(date(2020, 1, 1), "day"), description="唐代古琴复原发声。")
    )
    with store.writing(Actor("李", "staff")) as writer:
        pair = FollowUpWriter(writer).shortlist("D1", "S1", owner="李")
    later = Lookout(store, service.parts.search, Patience(7, 14, 10), Traffic())
    later.catch_up(now)
    assert set(says(service)) >= {("deadline", "demand:D7")}
    later.catch_up(now + timedelta(days=11))
    found = says(service)
    assert found["unanswered", "demand:D7"].startswith("登记超过 7 天，仍没有合适方案；最接近的是“")
    assert found["stalled", f"engagement:{pair.number}"] == "停在“候选”已超过 10 天没有进展。"
    store.remove(Kind.DEMAND, "D7")
    with store.writing(Actor("李", "staff")) as writer:
        FollowUpWriter(writer).exclude("D1", "S1", "不合适")
    later.catch_up(now + timedelta(days=12))
    assert not {"demand:D7", f"engagement:{pair.number}"} & {subject for _, subject in says(service)}


def test_put_away_later_and_back(service: Service) -> None:
    service.parts.store.put(WELDING)
    service.parts.lookout.catch_up()
    number = service.call("GET", PATH, "staff").json()["items"][0]["number"]
    assert service.call("POST", f"{PATH}/{number}/dismiss", "staff").json()["number"] == number
    assert says(service) == {}
    assert ("new_solution", "solution:N1") in says(service, "admin")
    assert ("new_solution", "solution:N1") in says(service, away="true")
    assert service.call("POST", f"{PATH}/{number}/restore", "staff").status_code == 200
    assert service.call("POST", f"{PATH}/{number}/snooze", "staff", json={"days": 2}).status_code == 200
    assert says(service) == {}
    assert service.call("POST", f"{PATH}/9999/dismiss", "staff").status_code == 404
    assert service.call("POST", f"{PATH}/{number}/snooze", "staff", json={"days": 0}).status_code == 422


def test_subscribing_by_industry(service: Service) -> None:
    service.parts.store.put(WELDING)
    service.parts.lookout.catch_up()
    told = service.call("PUT", f"{PATH}/subscription", "staff", json={"industries": ["养老行业"], "muted": []})
    assert told.json() == {"industries": ["养老"], "muted": []}
    assert says(service) == {}
    assert len(says(service, everything="true")) == 1
    service.call("PUT", f"{PATH}/subscription", "staff", json={"industries": ["汽车", "养老"]})
    assert set(says(service)) == {("new_solution", "solution:N1")}
    assert service.call("GET", f"{PATH}/subscription", "staff").json()["industries"] == ["养老", "汽车"]
    refused = service.call("PUT", f"{PATH}/subscription", "staff", json={"industries": ["没有这个行业"]})
    assert refused.status_code == 422
    assert "没有“没有这个行业”" in refused.json()["error"]["message"]


def test_the_page_and_the_bell(service: Service) -> None:
    store = service.parts.store
    assert "没有需要处理的提醒" in service.visit("GET", PAGE).text
    assert "bell-count" not in service.visit("GET", f"{PAGE}/bell").text
    with store.writing(Actor("李", "staff")) as writer:
        FollowUpWriter(writer).shortlist("D1", "S1", owner="李经理")
    store.put(replace(WELDING, title="<b>焊点</b>检测"))
    service.parts.lookout.catch_up()
    Lookout(store, service.parts.search, Patience(), Traffic()).catch_up(utc_now() + timedelta(days=20))
    page = service.visit("GET", PAGE).text
    for words in (
        "新方案可用",
        "新方案可能解决",
        "对接无进展",
        "跟进人：李经理",
        "&lt;b&gt;焊点",
        'href="/solutions/N1"',
    ):
        assert words in page
    assert "<b>焊点" not in page
    count = service.call("GET", PATH, "staff").json()["total"]
    assert f"{count} 条未处理" in service.visit("GET", f"{PAGE}/bell").text
    number = service.visit("GET", f"{PAGE}?kind=new_solution").text.partition('id="alert-')[2].partition('"')[0]
    answer = service.visit("POST", f"{PAGE}/{number}/snooze", data={"days": "3"})
    assert (answer.status_code, answer.headers["location"]) == (303, PAGE)
    assert f'id="alert-{number}"' in service.visit("GET", f"{PAGE}?away=yes").text
    assert service.visit("POST", f"{PAGE}/{number}/restore").status_code == 303
    assert service.visit("POST", f"{PAGE}/{number}/dismiss").status_code == 303
    assert f'id="alert-{number}"' not in service.visit("GET", PAGE).text
    assert service.visit("POST", f"{PAGE}/{number}/snooze", data={"days": "x"}).status_code == 422


def test_the_page_of_subscriptions(service: Service) -> None:
    saved = service.visit("POST", f"{PAGE}/settings", data={"industries": ["汽车"], "muted": ["deadline"]})
    assert saved.status_code == 303
    page = service.visit("GET", f"{PAGE}/settings").text
    assert 'value="汽车" checked' in page
    assert 'value="deadline" checked' in page
    assert 'value="养老" checked' not in page


def test_it_goes_by_itself_and_survives_a_restart(service: Service) -> None:
    store = service.parts.store
    other = Lookout(store, service.parts.search, Patience(), Traffic())
    assert other.catch_up() == 0  # all of it was looked at before
    store.put(WELDING)
    other.start(0.01)
    for _ in range(500):
        with store.read_snapshot() as snapshot:
            if Alerts(snapshot).count("x", utc_now()):
                break
        other._stop.wait(0.02)
    other.close()
    assert ("new_solution", "solution:N1") in says(service)


def test_patience_is_a_setting() -> None:
    env = {
        "SCENEMATCH_ALERT_UNANSWERED_DAYS": "3",
        "SCENEMATCH_ALERT_STALLED_DAYS": "5",
        "SCENEMATCH_ALERT_SECONDS": "0",
    }
    settings = Settings.from_env(env)
    assert settings.patience == Patience(unanswered=3, deadline=14, stalled=5)
    assert settings.alert_seconds == 0
    assert {kind.value for kind in AlertKind} >= {"unanswered", "stalled"}


def _demand(id: str) -> Demand:
    return Demand(id, "焊点检测", description="焊点靠人工目检，夜班漏检，希望在线自动识别虚焊。", industries=("汽车",))
