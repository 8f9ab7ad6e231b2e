"""What was tried and given up is told where an offer is named after it, and only there."""

from __future__ import annotations

import pytest

from matcher.analyser import Analyser
from matcher.model import Kind, Profile, Status
from matcher.tried import tried


def demand(body: str, title: str = "独居长者跌倒") -> Profile:
    return Profile("D", Kind.DEMAND, {"title": title, "body": body}, frozenset(), None)


def offer(title: str) -> Profile:
    return Profile("S", Kind.SOLUTION, {"title": title, "body": "用于养老。"}, frozenset(), None)


TOLD = [
    ("跌倒没人知道。曾派發平安鐘及手環，長者嫌麻煩不願佩戴。", "長者平安鐘24小時呼援平台", "平安鐘"),
    ("氨气重，以前装的摄像头两个月就糊了。", "猪场普通摄像头分析云服务", "摄像头"),
    ("去年试过智能手环，老人嫌烦不戴。", "防走失手环与定位平台", "手环"),
]


@pytest.mark.parametrize(("body", "title", "word"), TOLD)
def test_it_is_told_with_both_places(analyser: Analyser, body: str, title: str, word: str) -> None:
    asked, offered = demand(body), offer(title)
    (entry,) = tried(asked, offered, analyser, offered_by_query=False)
    assert entry.status is Status.UNKNOWN
    assert f"“{word}”" in entry.says
    ours, theirs = entry.spans
    assert (ours.side, ours.field, body[ours.start : ours.end]) == ("query", "body", entry.text)
    assert (theirs.side, theirs.field, title[theirs.start : theirs.end]) == ("candidate", "title", word)


def test_when_the_offer_asks_the_sides_change(analyser: Analyser) -> None:
    (entry,) = tried(demand(TOLD[0][0]), offer(TOLD[0][1]), analyser, offered_by_query=True)
    assert [span.side for span in entry.spans] == ["candidate", "query"]


@pytest.mark.parametrize(
    ("body", "title"),
    [
        ("曾派發平安鐘及手環，長者嫌麻煩不願佩戴。", "毫米波雷达跌倒监测"),  # named after something else
        ("去年试过智能手环，效果很好。", "防走失手环与定位平台"),  # it lasted
        ("老人嫌烦不戴别的，去年试过智能手环。", "防走失手环与定位平台"),  # what was disliked came before
        ("以前装的摄像头糊了。希望换一种摄像头。", "猪场普通摄像头分析云服务"),  # wanted all the same
        ("试过一台别家设备，后来停用了。", "六面外观检测设备"),  # any offer is one
        ("希望老人不用佩戴。", "防走失手环与定位平台"),
    ],
)
def test_it_is_not_told(analyser: Analyser, body: str, title: str) -> None:
    assert tried(demand(body), offer(title), analyser, offered_by_query=False) == ()


def test_a_record_without_texts_has_nothing_to_tell(analyser: Analyser) -> None:
    empty = Profile("S", Kind.SOLUTION, {}, frozenset(), None)
    assert tried(demand(TOLD[1][0]), empty, analyser, offered_by_query=False) == ()
