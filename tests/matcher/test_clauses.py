"""A requirements text cut into its requirements."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.clauses import clauses

CUTS = (
    ("", []),
    ("。；\n", []),
    ("可接MES", ["可接MES"]),
    ("漏检率≤3%。可接MES；不改造原线", ["漏检率≤3%", "可接MES", "不改造原线"]),
    ("车速不低于60米/分钟，漏检率低于3%", ["车速不低于60米/分钟，漏检率低于3%"]),
    ("主要要求：1.漏检率≤3%；2.单件1.5秒，可接MES；3.不改造原线。", ["漏检率≤3%", "单件1.5秒，可接MES", "不改造原线"]),
    ("（1）续航≥8h（2）承重50公斤；", ["续航≥8h", "承重50公斤"]),
    ("(一)续航≥8h (二)承重50公斤", ["续航≥8h", "承重50公斤"]),
    ("①车速60m/min ②IP65", ["车速60m/min", "IP65"]),
    ("一、可接MES\n二、不改造原线", ["可接MES", "不改造原线"]),
    ("1、可接MES 2、不改造原线", ["可接MES", "不改造原线"]),
    ("1) 可接MES\r\n2) 不改造原线", ["可接MES", "不改造原线"]),
    ("- 可接MES\n- 不改造原线", ["可接MES", "不改造原线"]),
    ("• 可接MES • 不改造原线", ["可接MES", "不改造原线"]),
    ("3.5秒以内。1.5秒", ["3.5秒以内", "1.5秒"]),
    ("要求：\n1. 定位精度±0.05mm. 2. 可追溯", ["定位精度±0.05mm", "可追溯"]),
    ("1、2号线均需覆盖", ["1、2号线均需覆盖"]),
    ("按图（1）施工", ["按图（1）施工"]),
    ("工作温度-20～50℃", ["工作温度-20～50℃"]),
    ("漏检率:≤3%", ["漏检率:≤3%"]),
)


@pytest.mark.parametrize(("text", "expected"), CUTS, ids=[text for text, _ in CUTS])
def test_cuts(text: str, expected: list[str]) -> None:
    assert [c.text for c in clauses(text)] == expected


@settings(deadline=None, max_examples=300)
@given(st.text("一二三、.。；（）()①②•- :：12甲乙丙丁\n", max_size=60))
def test_clauses_are_pieces_of_the_text_in_order(text: str) -> None:
    end = 0
    for clause in clauses(text):
        assert end <= clause.start < clause.end
        assert text[clause.start : clause.end] == clause.text == clause.text.strip()
        end = clause.end


@settings(deadline=None, max_examples=100)
@given(st.lists(st.sampled_from([t for t, _ in CUTS]), min_size=1, max_size=4))
def test_lines_are_cut_one_by_one(lines: list[str]) -> None:
    together = [c.text for c in clauses("\n".join(lines))]
    assert together == [c.text for line in lines for c in clauses(line)]
