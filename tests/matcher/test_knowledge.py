"""The knowledge that the encoder is trained on: every file sound, no statement told twice, its spread counted right."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.train.knowledge import Topic, flaws, topics
from indexer.train.spread import OUTSIDE, spread
from matcher.taxonomy import Taxonomy


@pytest.mark.slow
def test_the_knowledge_has_no_flaw(root: Path) -> None:
    found = flaws(sorted((root / "data" / "knowledge").glob("*.jsonl")))
    assert not found, "\n".join(f"{flaw.file}:{flaw.line}: {flaw.code}: {flaw.found}" for flaw in found[:40])


def test_every_industry_and_every_direction_is_taught(root: Path, taxonomy: Taxonomy) -> None:
    counted = spread(topics(root / "data" / "knowledge"), taxonomy, str)
    industries = {industry for industry, _ in counted.counts}
    directions = {direction for _, direction in counted.counts}
    assert set(counted.industries) - industries == set()
    assert set(counted.directions) - directions == set()


def topic(name: str, industry: tuple[str, ...], technologies: tuple[str, ...]) -> Topic:
    return Topic(name, "test.jsonl", industry, technologies, (), (), (), (), ())


def test_a_topic_counts_once_in_each_of_its_cells(taxonomy: Taxonomy) -> None:
    known = [
        topic("焊点", ("汽车", "汽车"), ("机器视觉", "缺陷检测", "大模型")),
        topic("无名", ("没有这个行业",), ("没有这项技术",)),
        topic("只有行业", ("养老",), ("没有这项技术",)),
    ]
    counted = spread(known, taxonomy, str)
    assert counted.counts == {
        ("汽车", "感知识别"): 1,
        ("汽车", "认知决策"): 1,
        (OUTSIDE, OUTSIDE): 1,
        ("养老", OUTSIDE): 1,
    }
    assert counted.unknown == {"没有这个行业": 1, "没有这项技术": 2}
    cells = len(counted.industries) * len(counted.directions)
    assert len(counted.empty()) == cells - 2
    assert ("汽车", "感知识别") not in counted.empty()


def test_labels_are_read_as_a_form_field_is(taxonomy: Taxonomy) -> None:
    counted = spread([topic("繁体", ("養老",), ("機器視覺",))], taxonomy, lambda label: label.translate(SIMPLE))
    assert counted.counts == {("养老", "感知识别"): 1}


SIMPLE = str.maketrans("養機視覺", "养机视觉")


def test_the_report_is_a_table(taxonomy: Taxonomy) -> None:
    lines = spread([topic("焊点", ("汽车",), ("机器视觉",))], taxonomy, str).text().splitlines()
    assert lines[0].split() == [*(n for n in taxonomy.names["technology"] if not taxonomy.parent(n)), OUTSIDE, "合计"]
    car = next(line.split() for line in lines if line.startswith("汽车"))
    assert car == ["汽车", "1", "·", "·", "·", "·", "·", "·", "·", "1"]
    assert lines[-2].startswith("空白 ")
