"""Two records side by side, and one filled from the other."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from matcher.analyser import Analyser
from matcher.difference import difference, filled, pieces
from matcher.model import Contact, Deadline, Demand, Money, Solution


def test_words_are_whole(analyser: Analyser) -> None:
    found = pieces("日产约26000把，人工插试", "日产约2.6万把，由人工插试", analyser.words)
    assert [(p.change, p.a, p.b) for p in found if p.change != "same"] == [
        ("changed", "26000", "2.6万"),
        ("added", "", "由"),
    ]


def test_fields_filled_on_either_side(analyser: Analyser) -> None:
    a = Demand("D1", "锁芯试开", region="中山", industries=("五金", "家电"), budget=Money(80, 100))
    b = Demand("D2", "锁芯试开", organization="某锁业", deadline=Deadline(raw="尽快"))
    found = {
        f.field: (f.label, f.same, [(p.change, p.a, p.b) for p in f.pieces]) for f in difference(a, b, analyser.words)
    }
    assert list(found) == ["title", "organization", "industries", "region", "budget", "deadline"]
    assert found["title"] == ("需求名称", True, [("same", "锁芯试开", "锁芯试开")])
    assert found["organization"] == ("需求单位", False, [("added", "", "某锁业")])
    assert found["industries"][2] == [("removed", "五金、家电", "")]
    assert found["budget"][2] == [("removed", "80-100万元", "")]


@given(st.text(max_size=80), st.text(max_size=80))
def test_pieces_join_to_the_originals(a: str, b: str) -> None:
    found = pieces(a, b, lambda run: [run[:2], *run[2:]] if len(run) > 2 else [run])
    assert "".join(piece.a for piece in found) == a
    assert "".join(piece.b for piece in found) == b
    assert all((piece.a == piece.b) == (piece.change == "same") for piece in found)


def test_a_very_long_text_is_one_piece(analyser: Analyser) -> None:
    long = "甲" * 30_000
    assert [p.change for p in pieces(long, long + "乙", analyser.words)] == ["changed"]


def test_empty_fields_are_filled_and_nothing_else() -> None:
    kept = Demand("D1", "甲", description="原文", contact=Contact("李"), status="open")
    gone = Demand("D2", "乙", description="别的", region="中山", budget=Money(5, 5), contact=Contact("王"), status="x")
    assert filled(kept, gone) == Demand(
        "D1", "甲", description="原文", region="中山", budget=Money(5, 5), contact=Contact("李"), status="open"
    )
    assert filled(Solution("S1", "甲", trl=7), Solution("S2", "乙", trl=8, maturity="中试")).maturity == "中试"
