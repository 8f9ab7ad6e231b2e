"""One long story over HTTP: lists come in, a demand is matched and explained, records and indexes change under load,
the service is restarted, and everything that was acknowledged is still there."""

from __future__ import annotations

import math
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

DIRTY = {"解决方案征集表_脏数据.xlsx": (0, 38, 3), "需求征集表_脏数据.xlsx": (38, 0, 0)}
"""Sample list → demands and solutions filed, rows refused."""

CLEAN = {"解决方案清单示例.xlsx": (0, 240, 0), "需求清单示例.xlsx": (60, 0, 0)}

DEMAND = {
    "title": "冷库蓄冷板破损渗漏自动检出",
    "organization": "某冷链配送中心",
    "industries": ["物流"],
    "region": "广州",
    "description": "配送中心每天回收约六千块蓄冷板，靠人工捏、看、晃判断有没有渗漏和鼓包，漏看的板子会把药品箱弄湿，"
    "夜班尤其明显，希望在回收传送带上自动检出破损、渗漏和鼓包的蓄冷板并剔除。",
    "requirements": "漏检率≤0.5%；每小时处理不少于1200块",
    "contact": {"person": "某经理", "phone": "13800001234"},
}
BETTER = {
    "title": "蓄冷板渗漏鼓包在线视觉检出与剔除线",
    "vendor": "某视觉装备有限公司",
    "industries": ["物流"],
    "technologies": ["机器视觉", "缺陷检测"],
    "region": "广州",
    "description": "装在蓄冷板回收传送带上方，自动检出破损、渗漏和鼓包的蓄冷板并用推杆剔除，"
    "药品冷链配送中心夜班无人值守运行。",
    "indicators": "漏检率≤0.2%；每小时处理1500块",
    "cases": "两家药品冷链配送中心运行一年。",
    "maturity": "规模化应用",
}
CANTEEN = {
    "title": "职工食堂点餐结算软件",
    "description": "职工食堂扫码点餐、刷脸结算。",
    "industries": ["餐饮"],
    "technologies": [],
    "indicators": "",
    "cases": "",
    "maturity": "",
}
WITHOUT_ANSWER = {"description": "想请一位老先生到家里来，教小孙子唱失传的木鱼歌和写楹联。"}

ASKED = (
    {"description": "林区山火要早发现", "top_k": 3},
    {"description": "养老院老人夜间离床跌倒没有人知道", "top_k": 3},
    {"description": "仓库拣货人手不够", "top_k": 3},
)
CLIENTS, PAUSE_S = 8, 0.03


@dataclass
class Load:
    """Clients that keep asking until told to stop; each keeps what it was answered, in order."""

    service: Any
    stopping: threading.Event = field(default_factory=threading.Event)
    faults: list[str] = field(default_factory=list)
    seen: list[list[tuple[str, tuple[str, ...]]]] = field(default_factory=lambda: [[] for _ in range(CLIENTS)])

    def __enter__(self) -> Load:
        self._threads = [threading.Thread(target=self._ask, args=(n,)) for n in range(CLIENTS)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stopping.set()
        for thread in self._threads:
            thread.join(60)

    def _ask(self, number: int) -> None:
        body = ASKED[number % len(ASKED)]
        try:
            with self.service.client() as client:
                while not self.stopping.wait(PAUSE_S):
                    answer = client.post("/api/v1/match", json=body)
                    if answer.status_code != 200:
                        self.faults.append(f"client {number}: {answer.status_code} {answer.text}")
                        return
                    ranking = answer.json()
                    ids = tuple(match["solution"]["id"] for match in ranking["matches"])
                    self.seen[number].append((ranking["generation"], ids))
        except Exception as fault:
            self.faults.append(f"client {number}: {fault!r}")


def check_ranking(ranking: Mapping[str, Any], of: str) -> None:
    """Whatever is ranked: evidence adds up, the grade follows, the order holds, spans lie in the texts they name."""
    matches = ranking["matches"]
    assert [match["rank"] for match in matches] == list(range(1, len(matches) + 1))
    keys = [(-match["score"], match[of]["id"]) for match in matches]
    assert keys == sorted(keys)
    for match in matches:
        points = [reason["points"] for reason in match["evidence"]]
        assert match["score"] == pytest.approx(math.fsum(points), abs=1e-9)
        assert match["grade"] == round(100 / (1 + math.exp(-match["score"])))
        assert all(reason["says"] for reason in match["evidence"])
        assert match["evidence"][-1]["source"] == "base"
        texts = {"query": ranking["query"]["fields"], "candidate": match[of]["fields"]}
        for span in (s for reason in (*match["evidence"], *match["requirements"]) for s in reason["spans"]):
            assert 0 <= span["start"] < span["end"] <= len(texts[span["side"]][span["field"]])
    suitable = [match["grade"] >= 50 for match in matches]
    assert ranking["suitable"] == any(suitable)
    assert bool(ranking["notes"]) == (not ranking["suitable"])


def ids(ranking: Mapping[str, Any]) -> list[str]:
    return [match["solution"]["id"] for match in ranking["matches"]]


def bring_in(service: Any, folder: Path, expected: Mapping[str, tuple[int, int, int]]) -> None:
    """Lists through the door; every row is filed or named."""
    for name, counts in expected.items():
        content = (folder / name).read_bytes()
        report = service.told("POST", "/api/v1/imports", files={"file": (name, content)})
        assert (report["demands"], report["solutions"], report["rejected"]) == counts
        assert report["created"] == sum(counts[:2])
        refused = [problem for problem in report["problems"] if problem["verdict"] == "rejected"]
        assert len(refused) == counts[2]
        assert all(problem["row"] > 1 and problem["hint"] for problem in refused)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="SIGTERM as services know it")
def test_the_whole_story(service: Any, root: Path, waiting: Callable[..., None]) -> None:
    call, told = service.call, service.told
    service.start()
    assert call("GET", "/readyz").status_code == 503  # alive, and says that there is no index yet

    # Lists in, dirty ones first. Contacts stay out of everything but their own route.
    bring_in(service, root / "data" / "samples" / "dirty", DIRTY)
    bring_in(service, root / "data" / "samples", CLEAN)
    name, (demands, solutions, _) = next(iter(DIRTY.items()))
    content = (root / "data" / "samples" / "dirty" / name).read_bytes()
    again = told("POST", "/api/v1/imports", files={"file": (name, content)})
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, demands + solutions)
    assert told("GET", "/api/v1/index")["counts"] == {"demand": 98, "solution": 278}
    assert "13800006481" not in call("GET", "/api/v1/solutions?limit=100").text

    # A first index.
    assert call("POST", "/api/v1/index/rebuild").status_code == 202
    assert service.job()["state"] == "succeeded", service.said()
    first = told("GET", "/api/v1/index")
    assert (first["generation"], first["changed_since"], first["stale"]) == ("gen-000001", 0, "")
    assert call("GET", "/readyz").status_code == 200

    # A demand is posted: filed, ranked, explained, its requirements held against each offer.
    posted = call("POST", "/api/v1/demands", json=DEMAND)
    assert posted.status_code == 201
    demand = posted.json()["demand"]["id"]
    assert posted.headers["location"] == f"/api/v1/demands/{demand}"
    assert "13800001234" not in posted.text
    check_ranking(posted.json()["ranking"], "solution")
    assert [r["text"] for r in posted.json()["ranking"]["matches"][0]["requirements"]] == [
        "漏检率≤0.5%",
        "每小时处理不少于1200块",
    ]
    assert demand not in {match["demand"]["id"] for match in posted.json()["similar_demands"]}
    before = told("GET", f"/api/v1/demands/{demand}/matches")
    assert before["matches"] == posted.json()["ranking"]["matches"]

    # A better solution is filed: it is told of the demand, and leads the demand's ranking at once, without a rebuild.
    filed = call("POST", "/api/v1/solutions", json=BETTER)
    assert filed.status_code == 201
    better = filed.json()["solution"]["id"]
    check_ranking(filed.json()["ranking"], "demand")
    assert filed.json()["ranking"]["matches"][0]["demand"]["id"] == demand
    after = told("GET", f"/api/v1/demands/{demand}/matches")
    check_ranking(after, "solution")
    assert (after["generation"], ids(after)[0], after["suitable"]) == ("gen-000001", better, True)
    assert [r["status"] for r in after["matches"][0]["requirements"]] == ["met", "met"]
    assert ids(after)[1:] == ids(before)[:9]

    # An edit shows at once, there and back.
    changed = call("PATCH", f"/api/v1/solutions/{better}", json=CANTEEN)
    assert (changed.status_code, changed.json()["title"]) == (200, CANTEEN["title"])
    assert better not in ids(told("GET", f"/api/v1/demands/{demand}/matches?top_k=3"))
    restored = call("PUT", f"/api/v1/solutions/{better}", json=BETTER)
    assert (restored.status_code, restored.json()) == (200, filed.json()["solution"])
    assert told("GET", f"/api/v1/demands/{demand}/matches")["matches"] == after["matches"]

    # Withdrawn, and gone at once.
    assert call("DELETE", f"/api/v1/solutions/{better}").status_code == 204
    gone = told("GET", f"/api/v1/demands/{demand}/matches")
    assert gone["matches"] == before["matches"]
    assert call("GET", f"/api/v1/solutions/{better}").status_code == 404
    renewed = told("POST", "/api/v1/solutions", json=BETTER)["solution"]["id"]
    assert renewed != better  # a number is never given twice

    # Reindex under load: no request fails, and nobody is thrown back to the index before.
    with Load(service) as load:
        waiting(lambda: all(load.seen) or bool(load.faults), "every client was answered")
        assert call("POST", "/api/v1/index/rebuild").status_code == 202
        job = service.job()
        waiting(
            lambda: bool(load.faults) or all(seen[-1][0] == "gen-000002" for seen in load.seen),
            "every client is answered from the new index",
        )
    assert not load.faults
    assert (job["state"], job["report"]["generation"]) == ("succeeded", "gen-000002")
    for seen in load.seen:
        generations = [generation for generation, _ in seen]
        assert set(generations) == {"gen-000001", "gen-000002"}
        assert generations == sorted(generations)
        assert len({best[0] for _, best in seen}) == 1  # the swap changes no answer
    second = told("GET", f"/api/v1/demands/{demand}/matches")
    assert (second["generation"], ids(second)[0]) == ("gen-000002", renewed)

    # Rolled back at the console: the running service takes it up, and what was filed since still counts.
    rolled = service.console("rollback")
    assert (rolled["from"], rolled["generation"]) == ("gen-000002", "gen-000001")
    waiting(lambda: told("GET", "/api/v1/index")["generation"] == "gen-000001", "the service rolls back as well")
    old = told("GET", f"/api/v1/demands/{demand}/matches")
    assert (old["generation"], old["matches"][0]["grade"]) == ("gen-000001", after["matches"][0]["grade"])
    assert ids(old)[0] == renewed

    # Stopped and started: every record as it was acknowledged, and the same answers.
    kept = {kind: service.listed(kind) for kind in ("demand", "solution")}
    assert [len(records) for records in kept.values()] == [99, 279]
    why = {"reason": "电话核实"}
    contact = told("POST", f"/api/v1/demands/{demand}/contact/reveal", json=why)
    assert service.stop() in (0, -signal.SIGTERM)
    service.start()
    assert {kind: service.listed(kind) for kind in kept} == kept
    assert kept["demand"][demand] == posted.json()["demand"]
    assert told("POST", f"/api/v1/demands/{demand}/contact/reveal", json=why) == contact
    assert contact["phone"] == "13800001234"
    same = told("GET", f"/api/v1/demands/{demand}/matches")
    assert (same["generation"], same["matches"]) == ("gen-000001", old["matches"])

    # A demand that nobody can answer is told so, and still shown what comes nearest.
    nothing = told("POST", "/api/v1/match", json=WITHOUT_ANSWER)
    check_ranking(nothing, "solution")
    assert (nothing["suitable"], len(nothing["matches"])) == (False, 10)
    assert nothing["matches"][0]["grade"] < 35
