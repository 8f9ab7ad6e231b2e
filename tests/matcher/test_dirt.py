"""Dirt in texts is found, masked place for place, and never reaches what is indexed or quoted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.analyser import Analyser
from matcher.dirt import PERSONAL, find, masked
from matcher.model import Demand
from matcher.profile import profile_of
from matcher.repair import repaired
from matcher.taxonomy import Taxonomy

FOUND = [
    ("请联系张工13800001234", [("person", "张工"), ("phone", "13800001234")]),
    ("联系人：王小明，电话0755-12345678", [("person", "王小明"), ("phone", "0755-12345678")]),
    ("负责人：陈经理 (+852) 2800 6025", [("person", "陈经理"), ("phone", "(+852) 2800 6025")]),
    ("邮箱a@b.com，微信号：abc_123", [("email", "a@b.com"), ("account", "abc_123")]),
    ("身份证440106199001011234", [("identity", "440106199001011234")]),
    ("当前位置：首页 > 通知公告\n靠人手", [("web", "当前位置：首页 > 通知公告")]),
    ("靠人手。浏览次数：233次", [("web", "浏览次数：233次")]),
    ("【打印】【关闭】", [("web", "【打印】【关闭】")]),
    ("第9章 售后服务………12", [("web", "第9章 售后服务………12")]),
    ("粤ICP备12345678号-1", [("web", "粤ICP备12345678号-1")]),
    ("★★急需搬运", [("ornament", "★★")]),
    ("冷库<br>盘点&nbsp;靠人", [("markup", "<br>"), ("markup", "&nbsp;")]),
    ("功耗<180W & 噪声>3dB，误差±0.5℃，定位5km@0.01", []),
    ("设备编号1380000，产量12,345,678件，2026年12月31日前", []),
    ("负责人要能远程查看，联系方式要留在系统里", []),
]


@pytest.mark.parametrize(("text", "found"), FOUND)
def test_what_is_found(text: str, found: list[tuple[str, str]]) -> None:
    stretches = list(dict.fromkeys((dirt.code, text[dirt.start : dirt.end]) for dirt in find(text)))
    within = [(code, part) for code, part in stretches for other, whole in stretches if code == other and part in whole]
    longest = [each for each in stretches if within.count(each) == 1]
    assert longest == found


def test_a_page_pasted_twelve_times_counts_once() -> None:
    page = "库区共有储罐124座，介质有汽油、石脑油、苯、液化烃等。按规定两小时一巡，夜班四个人走一圈要一小时四十分。"
    text = page + "（接上页）\n" + "\n".join([page] * 11)
    shown = masked(text)
    assert len(shown) == len(text)
    assert shown.count("库区共有储罐") == 1
    assert masked(page * 4) == page + " " * 3 * len(page)
    assert masked(page * 2) == page * 2
    assert masked("一天两次，一次一小时。" * 3) == "一天两次，一次一小时。" * 3


def test_clean_texts_are_left_alone(root: Path) -> None:
    """Not one stretch in the judged collections: what is indexed of them is what was written."""
    texts = [
        text
        for name in ("dev", "lists")
        for kind in ("demands", "solutions")
        for line in (root / "data" / "gold" / name / f"{kind}.jsonl").read_text("utf-8").splitlines()
        for key, text in json.loads(line).items()
        if isinstance(text, str) and not key.startswith("contact")
    ]
    assert len(texts) > 2_000
    assert [text for text in texts if masked(text) != text] == []
    assert [text for text in texts if repaired(text)[1]] == []


def test_personal_data_are_not_in_the_profile(taxonomy: Taxonomy, analyser: Analyser) -> None:
    said = "罐区靠人夜巡。联系人：王小明，13800001234，wang@example.com"
    record = Demand("D1", "罐区巡检 张工13900139000", description=said, requirements="漏检率≤3%")
    profile = profile_of(record, taxonomy, analyser.normalise)
    whole = "\n".join(profile.fields.values())
    assert not any(secret in whole for secret in ("王小明", "13800001234", "wang@", "张工", "13900139000"))
    assert profile.fields["body"].index("联系人") == said.index("联系人")
    assert (profile.fields["title"][:4], profile.fields["needs"]) == ("罐区巡检", "漏检率≤3%")
    terms = analyser.counts(whole)
    assert not [term for term in terms if "*" in term]
    assert record.description == said


@given(st.text(alphabet="联系人：张工王小明13800001234@a.b-（）★<>&nbsp;浏览量 \n。，阅读第章…", max_size=80))
def test_masking_keeps_every_place_and_is_final(text: str) -> None:
    once = masked(text)
    assert len(once) == len(text)
    assert all(a == b or b in " *" for a, b in zip(text, once, strict=True))
    assert not {dirt.code for dirt in find(once)} & (PERSONAL - {"person"})


@given(st.text(max_size=60))
def test_repairing_never_fails_and_invents_no_digit(text: str) -> None:
    clean, found = repaired(text)
    if not any(damage.code in ("mojibake", "html") for damage in found):
        before = iter(char for char in text if char.isdigit())
        assert all(char in before for char in clean if char.isdigit())
