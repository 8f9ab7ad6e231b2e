"""How complete a record is: points with reasons, sensible questions, vague wording in its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.analyser import Analyser
from matcher.completeness import Checker, Completeness
from matcher.errors import InvalidInput
from matcher.grading import RULES
from matcher.lexicon import Lexicon
from matcher.model import Contact, Deadline, Demand, Money, Solution
from matcher.questions import Questions
from matcher.said import Said
from matcher.taxonomy import Taxonomy
from matcher.vagueness import Vagueness

CONTACT = Contact("李工", "13800001111")
FULL = Demand(
    "D1",
    "减速机壳体螺栓自动拧紧",
    organization="东莞市传动设备厂",
    industries=("装备制造",),
    region="东莞",
    site="装配车间，占地不超过3m×2m",
    description="装配二线共3个工位，每班4个人用气动扳手拧螺栓，现在每天做420台，壳体最重18公斤、长600mm，有12个型号。"
    "常有漏拧和扭矩不够，去年售后漏油11起。车间夏天到38℃，油雾重。",
    requirements="扭矩误差±3%以内；单台节拍不超过55秒；换型不超过10分钟；漏拧率≤0.1%；与MES对接；周末可以停产改造。",
    budget=Money(80, 100, raw="80-100万元"),
    deadline=Deadline(raw="2027年3月"),
    cooperation=("采购设备",),
)


@pytest.fixture(scope="module")
def checker(root: Path, taxonomy: Taxonomy, lexicon: Lexicon, analyser: Analyser) -> Checker:
    return Checker.load(root / "data", taxonomy, lexicon.vague, analyser.normalise.mapped)


def topics(checked: Completeness) -> list[str]:
    return [asked.topic for asked in checked.questions]


def points(checked: Completeness) -> dict[str, int]:
    return {item.key: item.points for item in checked.items}


def test_points_of_each_kind_add_up_to_a_hundred() -> None:
    assert {kind.__name__: sum(rule.most for rule in rules) for kind, rules in RULES.items()} == {
        "Demand": 100,
        "Solution": 100,
    }


def test_a_complete_demand(checker: Checker) -> None:
    checked = checker.check(FULL, CONTACT)
    assert checked.level.name == "可直接对接"
    assert checked.missing == ()
    assert topics(checked) == ["时限"]  # a raw text without a date is a wish, not a date
    assert [(r.quantity, r.text) for r in checked.requirements][:3] == [
        ("误差", "扭矩误差±3%以内"),
        ("节拍", "单台节拍不超过55秒"),
        ("换型时间", "换型不超过10分钟"),
    ]


def test_a_poor_demand_is_asked_everything_once(checker: Checker) -> None:
    poor = Demand("D2", "塑胶件外观检测", industries=("橡胶塑料",), description="希望采用先进水平的设备代替人工。")
    checked = checker.check(poor, Contact())
    assert checked.score < 40
    assert checked.level.name == "建议退回补正"
    asked = topics(checked)
    assert asked[:3] == ["需求单位", "所在地", "时限"]
    assert {"节拍产能", "工件规格", "检测项目", "检出要求", "品种换型"} <= set(asked)
    assert not {"指标要求", "数量与范围"} & set(asked)  # said more precisely by 检出要求 and 节拍产能
    assert len(asked) == len(set(asked))
    assert [(v.field, v.text, poor.description[v.start : v.end]) for v in checked.vague] == [
        ("description", "先进水平", "先进水平")
    ]
    assert "虚假" not in checked.level.advice


@pytest.mark.parametrize(
    ("title", "industry", "wanted", "silly"),
    [
        ("认知症长者夜间走失看护", "养老", {"服务人数"}, {"节拍产能", "工件规格", "品种换型", "停产窗口"}),
        ("贷款合同智能审查", "金融", {"处理量", "部署安全"}, {"节拍产能", "现场环境", "防爆等级", "供电通信"}),
        ("罐区夜间巡检", "化工", {"点位范围", "防爆等级"}, {"节拍产能", "服务人数", "品种换型"}),
        ("输液袋灯检", "医药制药", {"节拍产能", "检出要求"}, {"服务人数", "飞行条件"}),
        ("茶园采摘缺人", "农业", {"点位范围", "工件规格"}, {"节拍产能", "部署安全", "系统接口"}),
    ],
)
def test_questions_suit_the_work(
    checker: Checker, title: str, industry: str, wanted: set[str], silly: set[str]
) -> None:
    asked = set(topics(checker.check(Demand("D", title, industries=(industry,), description=f"想解决{title}的问题。"))))
    assert wanted <= asked
    assert not silly & asked


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("每天过3.5万件", "节拍产能"),
        ("单件六秒内", "节拍产能"),
        ("工件长20到80厘米", "工件规格"),
        ("约40多个型号混着来", "品种换型"),
        ("好品误判不超过2%", "检出要求"),
        ("车间粉尘大", "现场环境"),
        ("結果要傳到MES", "系统接口"),
        ("一共12条线", "线台数量"),
    ],
)
def test_what_the_text_says_is_not_asked(checker: Checker, text: str, topic: str) -> None:
    bare = Demand("D", "塑胶件外观检测", industries=("橡胶塑料",))
    told = Demand("D", "塑胶件外观检测", industries=("橡胶塑料",), description=text)
    state = {asked.topic for asked in checker._examined(bare, None).open}
    assert topic in state
    assert topic not in {asked.topic for asked in checker._examined(told, None).open}


def test_form_fields_with_words_instead_of_values(checker: Checker) -> None:
    vague = Demand("D", "甲", budget=Money(raw="面议"), deadline=Deadline(raw="尽快"))
    checked = checker.check(vague)
    says = {item.key: item.says for item in checked.items}
    assert says["budget"] == "只写了“面议”，没有金额"
    assert says["deadline"] == "只写了“尽快”，没有具体时间"
    assert [(v.field, v.text) for v in checked.vague] == [("budget", "面议"), ("deadline", "尽快")]


def test_the_contact_counts_only_when_known(checker: Checker) -> None:
    assert "contact" not in points(checker.check(FULL))
    assert points(checker.check(FULL, Contact()))["contact"] == 0
    assert points(checker.check(FULL, CONTACT))["contact"] == 5
    assert "联系方式" in topics(checker.check(FULL, Contact("李工")))


def test_solutions(checker: Checker) -> None:
    bare = checker.check(Solution("S1", "视觉检测系统", description="检测外观缺陷。"), Contact())
    assert bare.level.name == "建议退回补正"
    assert [asked.topic for asked in bare.questions] == [
        "申报单位", "适用行业", "技术方向", "所在地", "适用场景", "主要指标",
        "应用案例", "成熟度", "报价", "交付周期", "联系方式",
    ]  # fmt: skip
    good = Solution(
        "S2",
        "焊点视觉检测系统",
        vendor="甲视觉科技",
        industries=("汽车",),
        technologies=("机器视觉",),
        region="深圳",
        description="由线扫相机、光源和工控机组成，在线识别虚焊、偏焊和飞溅，结果写入追溯系统，不改动焊接控制柜，可与机器人联动剔除不良品，异常时声光报警。",
        scenes="汽车白车身焊装线",
        indicators="漏检率≤0.3%；误判率≤1%；单件检测时间2秒；连续运行≥8小时。",
        cases="2025年在某车企焊装二线投用28套，漏检率由2%降到0.3%。",
        maturity="规模化应用",
        price=Money(90, 100),
        delivery="3个月",
    )
    checked = checker.check(good, CONTACT)
    assert (checked.score, checked.level.name, checked.questions) == (100, "可直接对接", ())


def test_vague_wording_next_to_a_figure_is_clear(lexicon: Lexicon, analyser: Analyser) -> None:
    vagueness = Vagueness(lexicon.vague, analyser.normalise.mapped)

    def found(text: str, running: bool = False) -> list[tuple[str, int, int]]:
        return [(v.text, v.start, v.end) for v in vagueness.find("requirements", text, wishes_only=running)]

    assert found("响应要实时") == [("实时", 3, 5)]
    assert found("响应要实时（延迟不超过1秒）") == []
    assert found("精度越高越好，達到國際先進水平") == [("越高越好", 2, 6), ("國際先進", 9, 13)]
    assert found("去年买了一批设备", running=True) == []
    assert found("需要采购一批设备", running=True) == [("一批", 4, 6)]
    assert found("") == []


def test_what_a_text_says() -> None:
    said = Said.of(["日产约１１万袋，每班16人", "占地不超过4m×3m"])
    assert said.counts(frozenset({"件数"}), ("日产",))
    assert not said.counts(frozenset({"人"}), ("日产",))  # in the next stretch
    assert said.counts(frozenset({"长度"}), ())
    assert "尺寸" in said.names
    assert Said.of([]).stretches == ()


def test_a_table_with_a_mistake_is_refused(tmp_path: Path, root: Path, taxonomy: Taxonomy) -> None:
    for folder in ("completeness", "lexicon"):
        (tmp_path / folder).mkdir()
        for file in (root / "data" / folder).glob("*.tsv"):
            (tmp_path / folder / file.name).write_bytes(file.read_bytes())
    assert Questions.load(tmp_path, taxonomy).rows
    table = tmp_path / "completeness" / "questions.tsv"
    table.write_text(table.read_text("utf-8").replace("\t质检\t", "\t质量检\t", 1), "utf-8")
    with pytest.raises(InvalidInput, match="「作业」中有不认识的名称：质量检"):
        Questions.load(tmp_path, taxonomy)


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=120), st.text(max_size=120), st.text(max_size=20))
def test_any_text_is_judged(checker: Checker, description: str, requirements: str, title: str) -> None:
    checked = checker.check(Demand("D", title, description=description, requirements=requirements), Contact())
    assert 0 <= checked.score <= 100
    assert all(0 <= item.points <= item.most and item.says for item in checked.items)
    originals = {"title": title, "description": description, "requirements": requirements}
    assert all(originals[v.field][v.start : v.end] == v.text for v in checked.vague)


@pytest.mark.parametrize("field", ["organization", "region", "industries", "cooperation", "scale", "site", "target"])
def test_saying_more_never_lowers_the_score(checker: Checker, field: str) -> None:
    full = {"industries": ("汽车",), "cooperation": ("采购",)}.get(field, "120台，占地20平方米，合格率≥98%")
    bare = Demand("D", "焊点外观检测", description="现在靠人看，漏检多，希望能自动检测出来。")
    more = Demand("D", "焊点外观检测", description=bare.description, **{field: full})  # type: ignore[arg-type]
    assert checker.check(more).score >= checker.check(bare).score
