"""The house's own words in the index: published with a generation, searched with it, and gone with it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from indexer.build import build
from indexer.workshop import Workshop, workshop
from matcher.library import Library
from matcher.model import Demand, Kind, Ranking, Solution
from matcher.settings import Settings
from matcher.store import Store
from matcher.why import Tools, why
from matcher.wordbook import PLACES, written

ASKING = Demand("D1", "蛋品车间老师傅凭手掂蛋分等", description="手掂蛋全凭老师傅，一天下来手都酸了。")
SOLUTIONS = (
    Solution("S1", "禽产品称重分级一体机", description="皮带输送，逐件称重分级，按重量落格。"),
    Solution("S2", "食堂配送小车", description="室内配送餐食。"),
    Solution("S3", "河道无人船", description="打捞漂浮物。"),
)
OWN = {"需求方用词": "手掂蛋", "方案方用词": "称重分级", "权重": "1"}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, light_data: Path) -> Settings:
    home = tmp_path_factory.mktemp("words")
    made = Settings.from_env({"SCENEMATCH_HOME": str(home), "SCENEMATCH_DATA": str(light_data)})
    with Store.open(made.database_url, write=True) as store:
        store.put_many([*SOLUTIONS, ASKING])
    return made


def answers(settings: Settings) -> tuple[Workshop, Library, Ranking]:
    """What a service that starts now would answer."""
    shop = workshop(settings)
    library = Library(shop.generations, shop.read_store(), shop.parts)
    return shop, library, shop.engine(library.view).match(shop.parts.profile(ASKING), k=3)


def test_an_edition_is_published_searched_and_rolled_back(settings: Settings) -> None:
    first = build(settings)
    _, _, before = answers(settings)
    with Store.open(settings.database_url, write=True) as store:
        key, cells = written(PLACES["bridges"], OWN)
        store.words.edit("bridges.tsv", key, cells, was=None)
        key, cells = written(PLACES["technologies"], {"名称": "分级机", "上级": "机器人", "线索词": "称重分级"})
        store.words.edit("technologies.tsv", key, cells, was=None)
        build(settings)
        assert workshop(settings).overlay.version == "", "what only waits is not in force"
        edition = store.words.publish()
    second = build(settings)
    shop, library, after = answers(settings)
    assert shop.overlay.edition == edition.number == 1
    assert library.state().stale == ""
    assert after.matches[0].id == "S1"
    assert after.matches[0].score > before.matches[0].score + 0.5
    told = next(e for e in after.matches[0].evidence if e.source == "lexical")
    assert "词库对应：“手掂蛋”对“称重分级”" in told.says
    assert {ASKING.title[s.start : s.end] for s in told.spans if (s.side, s.field) == ("query", "title")} >= {"手掂蛋"}
    assert "technology:分级机" in shop.parts.profile(SOLUTIONS[0]).tags

    tools = Tools(shop.parts.analyser, shop.parts.encoder, shop.parts.taxonomy, shop.weights, shop.parts.context)
    taken = why(shop.parts.profile(ASKING), Kind.SOLUTION, "S1", library.view(), tools)
    assert taken.score == pytest.approx(after.matches[0].score, abs=1e-9)
    assert [(entry.word, entry.meaning, hit) for entry, hit in taken.entries] == [("手掂蛋", "称重分级", True)]
    assert {word.word for word in taken.words if word.entry} >= {"称重", "分级"}
    assert "老师傅" in {word.word for word in taken.lacking}
    assert next(tags for tags in taken.tags if tags.name == "技术方向").theirs != ()

    assert (first.generation, second.generation) == ("gen-000001", "gen-000003")
    for _ in range(2):
        shop.generations.rollback()
    shop, library, again = answers(settings)
    assert shop.overlay.version == ""
    assert library.state().stale == ""
    assert again.matches == before.matches


def test_words_that_touch_only_questions_rebuild_no_row(settings: Settings) -> None:
    """Synonyms and bridges are asked with, not indexed; taxonomy and dictionary are, so all rows are made anew."""
    with Store.open(settings.database_url, write=True) as store:
        store.words.settle(1, "gen-000003")
        build(settings)
        key, cells = written(PLACES["bridges"], {**OWN, "方案方用词": "自动分等"})
        store.words.edit("bridges.tsv", key, cells, was=None)
        store.words.publish()
        assert build(settings).reused == len(SOLUTIONS) + 1


def test_words_that_no_longer_fit_do_not_stop_a_build(settings: Settings, tmp_path: Path) -> None:
    with Store.open(settings.database_url, write=True) as store:
        store.words.settle(2, "gen-000005")
        key, cells = written(PLACES["synonyms"], {"词组": "砂轮间、磨具房"})
        store.words.edit("synonyms.tsv", key, {"词组": "砂轮间、巡检"}, was=cells)
        store.words.publish()
    report = build(replace(settings, index_url=f"faiss:///{tmp_path.as_posix()}/index"))
    assert [(file, key) for file, key, _ in report.words_left_out] == [("synonyms.tsv", "砂轮间")]
