"""What is read out of a text: a golden table, the traps, and the laws every reading keeps."""

from __future__ import annotations

import sys
from dataclasses import replace
from types import FrameType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.errors import InvalidInput
from matcher.indicators import Indicator, parse
from matcher.marks import Mark
from matcher.measures import Direction, Measures, shipped


def said(indicator: Indicator) -> str:
    """name, comparison, value in base units, dimension; "?" for a nameless one."""
    if indicator.relation == "range":
        value = f"{indicator.low:g}~{indicator.high:g}"
    else:
        value = f"{indicator.relation} {indicator.high if indicator.low is None else indicator.low:g}"
    return f"{indicator.quantity or '?'} {value} {indicator.dimension}"


GOLDEN = (
    # the basic forms
    ("漏检率≤3%", "漏检率 ≤ 0.03 ratio"),
    ("漏检率不高于3%", "漏检率 ≤ 0.03 ratio"),
    ("漏检率<3%", "漏检率 < 0.03 ratio"),
    ("漏检率低于千分之三", "漏检率 < 0.003 ratio"),
    ("坏品漏出率低于千分之三", "漏检率 < 0.003 ratio"),
    ("漏判率不大于万分之一", "漏检率 ≤ 0.0001 ratio"),
    ("漏检率不得超过百分之三", "漏检率 ≤ 0.03 ratio"),
    ("漏检率控制在3%以内", "漏检率 ≤ 0.03 ratio"),
    ("漏检率在3%以下", "漏检率 ≤ 0.03 ratio"),
    ("漏检率3%", "漏检率 = 0.03 ratio"),
    ("漏檢率≤３％", "漏检率 ≤ 0.03 ratio"),
    ("识别率98%以上", "准确率 ≥ 0.98 ratio"),
    ("识别率达98%", "准确率 = 0.98 ratio"),
    ("识别率达到98%以上", "准确率 ≥ 0.98 ratio"),
    ("识别率不低于98%", "准确率 ≥ 0.98 ratio"),
    ("识别率≥98%", "准确率 ≥ 0.98 ratio"),
    ("准确率不少于百分之九十五", "准确率 ≥ 0.95 ratio"),
    ("准确率95%+", "准确率 ≥ 0.95 ratio"),
    ("识别率优于98%", "准确率 ≥ 0.98 ratio"),
    ("误报率优于2%", "误报率 ≤ 0.02 ratio"),
    ("检出率≥97%", "漏检率 ≤ 0.03 ratio"),
    ("召回率98%", "漏检率 = 0.02 ratio"),
    ("检出率95%以上的相机", "漏检率 ≤ 0.05 ratio"),
    ("不合格率≤0.5%", "合格率 ≥ 0.995 ratio"),
    ("良率99.5%", "合格率 = 0.995 ratio"),
    ("误检率不超过1‰", "过杀率 ≤ 0.001 ratio"),
    ("过杀率≤2%", "过杀率 ≤ 0.02 ratio"),
    ("误判率小于等于2%", "过杀率 ≤ 0.02 ratio"),
    ("误报率控制在50ppm以内", "误报率 ≤ 5e-05 ratio"),
    ("98%以上的识别率", "准确率 ≥ 0.98 ratio"),
    ("98%的车牌识别率", "准确率 = 0.98 ratio"),
    ("约95%的准确率", "准确率 ≈ 0.95 ratio"),
    ("准确率约95%", "准确率 ≈ 0.95 ratio"),
    ("识别率接近99%", "准确率 ≈ 0.99 ratio"),
    ("采纳率≥70%", "采纳率 ≥ 0.7 ratio"),
    # speed, time
    ("车速不低于60米/分钟", "速度 ≥ 1 length/time"),
    ("检测速度45m/min", "速度 = 0.75 length/time"),
    ("线速度1.2m/s", "速度 = 1.2 length/time"),
    ("时速不低于20公里", "速度 ≥ 5.55556 length/time"),
    ("最高速度60km/h", "速度 = 16.6667 length/time"),
    ("速度0-60m/min", "速度 0~1 length/time"),
    ("每分钟40米", "? = 0.666667 length/time"),
    ("60m/min", "? = 1 length/time"),
    ("检测速度≥400支/分钟", "节拍 ≤ 0.15 time/count:支"),
    ("8小时续航", "续航 = 28800 time"),
    ("续航≥8h", "续航 ≥ 28800 time"),
    ("续航时间（满载）不低于6小时", "续航 ≥ 21600 time"),
    ("单次充电续航8小时", "续航 = 28800 time"),
    ("续航不少于两个半小时", "续航 ≥ 9000 time"),
    ("续航里程≥30公里", "续航里程 ≥ 30000 length"),
    ("续航100km", "续航里程 = 100000 length"),
    ("响应时间≤2秒", "响应时间 ≤ 2 time"),
    ("响应时间不超过500毫秒", "响应时间 ≤ 0.5 time"),
    ("响应速度不慢于2秒", "响应时间 ≤ 2 time"),
    ("3秒内告警", "告警时间 ≤ 3 time"),
    ("三秒以内", "? ≤ 3 time"),
    ("两小时", "? = 7200 time"),
    ("二十四小时", "? = 86400 time"),
    ("半小时", "? = 1800 time"),
    ("一个半小时", "? = 5400 time"),
    ("2分30秒", "? = 150 time"),
    ("时延≤50ms", "时延 ≤ 0.05 time"),
    ("提前30分钟预警", "提前量 = 1800 time"),
    ("预警提前量不少于3天", "提前量 ≥ 259200 time"),
    ("平均响应时间1.5秒", "响应时间 = 1.5 time"),
    ("换型时间不超过15分钟", "换型时间 ≤ 900 time"),
    ("交付周期60天", "交付周期 = 5.184e+06 time"),
    ("质保期不低于2年", "质保期 ≥ 24 month"),
    ("质保24个月", "质保期 = 24 month"),
    ("部署周期十个工作日", "部署周期 = 10 workday"),
    ("使用寿命10万次", "使用寿命 = 100000 count:次"),
    ("使用寿命≥5年", "使用寿命 ≥ 60 month"),
    ("MTBF≥5000小时", "无故障时间 ≥ 1.8e+07 time"),
    # load, weight, size
    ("承重50公斤以上", "承重 ≥ 50 mass"),
    ("负载不小于50kg", "承重 ≥ 50 mass"),
    ("最大负载500kg", "承重 = 500 mass"),
    ("载重1.5吨", "承重 = 1500 mass"),
    ("载重八十斤", "承重 = 40 mass"),
    ("额定载荷≤300kg", "承重 ≤ 300 mass"),
    ("整机重量约45kg", "重量 ≈ 45 mass"),
    ("自重≤30kg", "重量 ≤ 30 mass"),
    ("重量三十多公斤", "重量 > 30 mass"),
    ("尺寸4m×3m以内", "尺寸 ≤ 4 length"),
    ("外形尺寸1200*800*600mm", "尺寸 = 1.2 length"),
    ("占地不超过4mx3m", "尺寸 ≤ 4 length"),
    ("占地面积≤12㎡", "占地面积 ≤ 12 area"),
    ("占地不超过2亩", "占地面积 ≤ 1333.33 area"),
    ("定位精度±0.05mm", "定位精度 = 5e-05 length"),
    ("重复定位精度≤±0.02mm", "重复定位精度 ≤ 2e-05 length"),
    ("精度0.05mm", "精度 = 5e-05 length"),
    ("精度不低于0.1mm", "精度 ≤ 0.0001 length"),
    ("精度≥0.1mm", "精度 ≥ 0.0001 length"),
    ("精度优于0.1mm", "精度 ≤ 0.0001 length"),
    ("检测精度98%", "准确率 = 0.98 ratio"),
    ("测温精度±0.5℃", "测温精度 = 0.5 temperature"),
    ("误差小于0.5毫米", "误差 < 0.0005 length"),
    ("误差±1%", "误差 = 0.01 ratio"),
    ("最小可识别宽度0.3毫米", "最小缺陷 = 0.0003 length"),
    ("分辨率200万像素", "像素 = 2e+06 pixel"),
    ("分辨率0.2mm", "分辨率 = 0.0002 length"),
    ("200万像素", "像素 = 2e+06 pixel"),
    ("越障高度≥5cm", "越障高度 ≥ 0.05 length"),
    ("爬坡30度", "爬坡能力 = 30 angle"),
    ("转弯半径不大于0.8米", "转弯半径 ≤ 0.8 length"),
    ("探测距离15km", "探测距离 = 15000 length"),
    ("0.3-0.5mm", "? 0.0003~0.0005 length"),
    ("80~100kg", "? 80~100 mass"),
    ("1.5吨", "? = 1500 mass"),
    ("一米二的门", "? = 1.2 length"),
    # cycle
    ("节拍≤6秒/件", "节拍 ≤ 6 time/count:件"),
    ("节拍6秒", "节拍 = 6 time/count:件"),
    ("单件1.5秒", "节拍 = 1.5 time/count:件"),
    ("单件检测时间不超过1.5秒", "节拍 ≤ 1.5 time/count:件"),
    ("每件≤2秒", "节拍 ≤ 2 time/count:件"),
    ("单张推理时间小于50ms", "推理时间 < 0.05 time"),
    ("每小时600件", "节拍 = 6 time/count:件"),
    ("600件/小时", "节拍 = 6 time/count:件"),
    ("产能不低于每小时600件", "节拍 ≤ 6 time/count:件"),
    ("产能≥10件/分钟", "节拍 ≤ 6 time/count:件"),
    ("速度每分钟800颗", "节拍 = 0.075 time/count:颗"),
    ("每分钟三百支", "节拍 = 0.2 time/count:支"),
    ("日处理能力500吨", "日处理能力 = 500000 mass/天"),
    ("处理能力30吨/小时", "处理能力 = 8.33333 mass/time"),
    ("清洁效率每小时2000平方米", "处理能力 = 0.555556 area/time"),
    # environment and machine
    ("工作温度-20℃～50℃", "工作温度 -20~50 temperature"),
    ("工作温度-20~60℃", "工作温度 -20~60 temperature"),
    ("工作温度：-20至50℃", "工作温度 -20~50 temperature"),
    ("环境温度0-40℃", "工作温度 0~40 temperature"),
    ("零下20度", "? = -20 temperature"),
    ("零下20度至50度", "? -20~50 temperature"),
    ("温度25±2℃", "温度 23~27 temperature"),
    ("温度±2℃", "温度偏差 = 2 temperature"),
    ("温度≥5℃且≤30℃", "温度 5~30 temperature"),
    ("耐温不低于60℃", "耐温 ≥ 60 temperature"),
    ("45度高温", "? = 45 temperature"),
    ("倾角15度", "? = 15 angle"),
    ("防护等级不低于IP65", "防护等级 ≥ 65 protection"),
    ("IP65", "防护等级 = 65 protection"),
    ("IP69K", "防护等级 = 69 protection"),
    ("IPX7", "防护等级 = 7 protection"),
    ("ip67防护", "防护等级 = 67 protection"),
    ("防护等级IP65以上", "防护等级 ≥ 65 protection"),
    ("噪声≤65dB", "噪声 ≤ 65 noise"),
    ("65dB", "? = 65 noise"),
    ("噪音不高于60分贝", "噪声 ≤ 60 noise"),
    ("功率3kW", "功率 = 3000 power"),
    ("3kW", "? = 3000 power"),
    ("功耗≤50瓦", "功耗 ≤ 50 power"),
    ("抗风等级≥7级", "抗风等级 ≥ 7 grade"),
    ("抗风七级", "抗风等级 = 7 grade"),
    ("自由度≥6", "自由度 ≥ 6 number"),
    ("并发用户不少于500", "并发数 ≥ 500 number"),
    ("识别缺陷不少于20种", "识别种类 ≥ 20 count:种"),
    ("缺陷种类≥15类", "识别种类 ≥ 15 count:种"),
    ("支持12类缺陷识别", "识别种类 = 12 count:种"),
    ("部署数量20台", "数量 = 20 count:台"),
    ("粉尘浓度≤10mg/m³", "粉尘浓度 ≤ 1e-05 mass/volume"),
    ("流量24L/min", "流量 = 0.0004 volume/time"),
    ("帧率30fps", "帧率 = 30 count:帧/time"),
    ("10万次", "? = 100000 count:次"),
    ("百分之九十五", "? = 0.95 ratio"),
    ("万分之一", "? = 0.0001 ratio"),
    ("50ppm", "? = 5e-05 ratio"),
    # changes
    ("漏检率下降30%", "漏检率降幅 = 0.3 ratio"),
    ("漏检率由5%降到1%以下", "漏检率 ≤ 0.01 ratio"),
    ("误报率从12%降至不高于3%", "误报率 ≤ 0.03 ratio"),
    ("提升效率30%以上", "效率增幅 ≥ 0.3 ratio"),
    ("成本下降20%", "成本降幅 = 0.2 ratio"),
    ("人工减少60%", "人工降幅 = 0.6 ratio"),
    ("检测时间由40分钟缩到3分钟", "检测时间 = 180 time"),
    ("检测时间缩短50%", "检测时间降幅 = 0.5 ratio"),
    ("时间由3天缩短至当晚", ""),
    ("缩短合并结账周期四天", "时间降幅 = 345600 time"),
    ("识别率提升3个百分点", "准确率增幅 = 0.03 point"),
    ("误报下降九成", "误报率降幅 = 0.9 ratio"),
    ("目前漏检率约5%，要求降到1%以下", "漏检率 ≈ 0.05 ratio; 漏检率 ≤ 0.01 ratio"),
    ("保洁成本降37%，鲜品损耗由11%降至4%", "成本降幅 = 0.37 ratio; ? = 0.04 ratio"),
    # several
    ("漏检率、误报率均≤3%", "漏检率 ≤ 0.03 ratio; 误报率 ≤ 0.03 ratio"),
    ("漏检率和误报率分别≤1%和3%", "漏检率 ≤ 0.01 ratio; 误报率 ≤ 0.03 ratio"),
    (
        "裂纹检出率≥95%，误报率≤5%，最小可识别宽度0.3毫米",
        "漏检率 ≤ 0.05 ratio; 误报率 ≤ 0.05 ratio; 最小缺陷 = 0.0003 length",
    ),
    ("主要指标：1.漏检率≤3%；2.单件1.5秒", "漏检率 ≤ 0.03 ratio; 节拍 = 1.5 time/count:件"),
    ("承重：≥50 kg；自重≤30kg", "承重 ≥ 50 mass; 重量 ≤ 30 mass"),
    ("载重10公斤航程75公里", "承重 = 10 mass; 续航里程 = 75000 length"),
    ("人脸识别准确率≥98%（夜间）", "准确率 ≥ 0.98 ratio"),
    (
        "防护等级IP67，工作温度-20~60℃，噪音≤65dB",
        "防护等级 = 67 protection; 工作温度 -20~60 temperature; 噪声 ≤ 65 noise",
    ),
    ("温湿度精度±0.3℃", "精度 = 0.3 temperature"),
    ("支持识别30类缺陷", "识别种类 = 30 count:种"),
    ("缺陷识别37类", "识别种类 = 37 count:种"),
    ("要求系统对车牌识别准确率白天不低于99%，夜间不低于97%", "准确率 ≥ 0.99 ratio; 准确率 ≥ 0.97 ratio"),
    ("漏检率从目前的2%降到0.1%以下", "漏检率 ≤ 0.001 ratio"),
    ("识别率较人工提高20%，达到99%", "准确率增幅 = 0.2 ratio; 准确率 = 0.99 ratio"),
    ("识别率分别为98%和95%", "准确率 = 0.98 ratio; ? = 0.95 ratio"),
    ("单台设备占地不超过4m×3m", "尺寸 ≤ 4 length"),
    ("误报≤3次/天", "误报次数 ≤ 3 count:次/天"),
    ("误报每天不超过3次", "误报次数 ≤ 3 count:次/天"),
    ("单帧处理30毫秒", "节拍 = 0.03 time/count:帧"),
    # traps
    ("GB/T 4754-2017", ""),
    ("通过ISO9001认证", ""),
    ("西门子S7-1200控制器", ""),
    ("支持5G、4G网络", ""),
    ("3C电子行业", ""),
    ("3D相机与2D相机", ""),
    ("预算80万元", ""),
    ("不超过2万元/台", ""),
    ("￥5000", ""),
    ("投资1.2亿元", ""),
    ("2025年6月30日前完成", ""),
    ("2024-2025年", ""),
    ("25年6月", ""),
    ("第三代系统", ""),
    ("5年前建成", ""),
    ("7×24小时运行", ""),
    ("联系电话13800138000", ""),
    ("电话0755-12345678", ""),
    ("H.265编码", ""),
    ("DN200管道", ""),
    ("HW08废物", ""),
    ("M8螺栓", ""),
    ("几十台设备", ""),
    ("十几分钟", ""),
    ("七八天", ""),
    ("上百种缺陷", ""),
    ("十分满意", ""),
    ("万一出错", ""),
    ("一体化设计", ""),
    ("五台山", ""),
    ("三成员小组", ""),
    ("2.0版本", ""),
    ("IP地址192.168.1.10", ""),
    ("PM2.5监测", ""),
    ("硬度≥3H", ""),
    ("300元/吨", ""),
    ("1:50的比例", ""),
    ("准确率排名前3", ""),
    ("误报多", ""),
    ("零下20到30度", ""),
    ("误识别率≤1%", "误识率 ≤ 0.01 ratio"),
    ("优良率98%", "? = 0.98 ratio"),
    ("不合格", ""),
    ("漏检率不超过3%以上", ""),
    ("提高效率", ""),
    ("A4纸", ""),
)


@pytest.mark.parametrize(("text", "expected"), GOLDEN, ids=[text for text, _ in GOLDEN])
def test_golden(text: str, expected: str) -> None:
    assert "; ".join(said(i) for i in parse(text)) == expected


def test_the_table_is_large_enough_and_has_no_row_twice() -> None:
    assert len({text for text, _ in GOLDEN}) == len(GOLDEN) >= 150


DETAILS = (
    ("系统对表面裂纹的检出率≥95%", "检出率", {"裂纹"}, set(), set()),
    ("车牌和车型识别率≥98%", "识别率", {"车牌", "车型"}, set(), set()),
    ("机器人漏检率≤1%", "漏检率", set(), set(), set()),
    ("人脸识别率98%（夜间）", "识别率", {"人脸"}, {"夜间"}, set()),
    ("识别率在雨天达到95%", "识别率", set(), {"恶劣天气"}, set()),
    ("最大负载500kg", "负载", set(), set(), {"max"}),
    ("识别率最高可达99%", "识别率", set(), set(), {"best"}),
    ("平均响应时间1.5秒", "响应时间", set(), set(), {"mean"}),
    ("检测精度98%", "检测精度", set(), set(), set()),
    ("行驶速度1.5m/s", "速度", {"行驶"}, set(), set()),
)


@pytest.mark.parametrize(("text", "name", "objects", "conditions", "extremes"), DETAILS, ids=[d[0] for d in DETAILS])
def test_what_it_is_about(text: str, name: str, objects: set[str], conditions: set[str], extremes: set[str]) -> None:
    (found,) = parse(text)
    assert found.name == name
    assert (set(found.objects), set(found.conditions), set(found.extremes)) == (objects, conditions, extremes)


MARKS = (
    ("目前漏检率约5%", {Mark.PRESENT}),
    ("传统人工漏检率5%", {Mark.PAST}),
    ("要求漏检率不高于3%", {Mark.WISH}),
    ("目前人工抽检，要求漏检率不高于3%", {Mark.WISH}),
    ("同类产品漏检率5%", {Mark.OTHERS}),
    ("目标漏检率1%", {Mark.GOAL}),
    ("目标识别率99%", set()),
    ("响应时间2秒", set()),
    ("难以做到漏检率1%", {Mark.DENIED}),
    ("实验室漏检率1%", {Mark.PARTIAL}),
    ("漏检率由5%降到1%", {Mark.REACHED}),
    ("精度≥0.1mm", {Mark.UNCLEAR}),
    ("人工减少60%", set()),
)


@pytest.mark.parametrize(("text", "marks"), MARKS, ids=[m[0] for m in MARKS])
def test_whose_figure_it_is(text: str, marks: set[Mark]) -> None:
    (found,) = parse(text)
    assert set(found.marks) == marks


def test_quotes_start_behind_headings_and_list_numbers() -> None:
    text = "主要指标：1.漏检率≤3%；（2）续航≥8小时，带自动充电；③防护等级IP65"
    assert [i.text for i in parse(text)] == ["漏检率≤3%", "续航≥8小时", "防护等级IP65"]


def test_sizes_and_grades_keep_their_parts() -> None:
    assert parse("外形尺寸800×1200×600mm")[0].parts == (1.2, 0.8, 0.6)
    assert parse("IP65")[0].parts == (6.0, 5.0)
    assert parse("IPX7")[0].parts == (-1.0, 7.0)


def test_direction_follows_the_indicator() -> None:
    directions = [i.direction for i in parse("漏检率≤3%，识别率≥98%，工作温度0-40℃，检出率≥97%")]
    assert directions == [Direction.LOWER, Direction.HIGHER, Direction.NEUTRAL, Direction.LOWER]


# Laws

PIECES = st.sampled_from([text for text, _ in GOLDEN])
ALPHABET = (
    "漏检率识别不低于高超过以上内≤≥<>=~-—±×%‰.,，。；、（）():0123456789一二三十百千万半两点成零下个多年月天时分秒米吨公斤度"
    "kgmsIPWdB 人工目前要求由降到和\n"
)


@settings(deadline=None, max_examples=300)
@given(st.text(ALPHABET, max_size=60))
def test_quotes_are_the_text(text: str) -> None:
    for found in parse(text):
        assert text[found.start : found.end] == found.text
        assert found.text.strip() == found.text != ""
        assert found.low is not None or found.high is not None
        assert found.relation in ("≤", "<", "≥", ">", "=", "≈", "range")


@settings(deadline=None, max_examples=100)
@given(st.lists(PIECES, min_size=1, max_size=5), st.sampled_from(["。", "；", "\n"]))
def test_sentences_are_read_one_by_one(pieces: list[str], mark: str) -> None:
    together = parse(mark.join(pieces))
    starts = [sum(len(p) + 1 for p in pieces[:k]) for k in range(len(pieces))]
    apart = [
        replace(i, start=i.start + start, end=i.end + start)
        for p, start in zip(pieces, starts, strict=True)
        for i in parse(p)
    ]
    assert list(together) == apart


WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F) if chr(code) not in ",;"}


@settings(deadline=None, max_examples=100)
@given(PIECES)
def test_width_does_not_matter(text: str) -> None:
    wide = text.translate(WIDE)
    assert [(said(i), i.start, i.end) for i in parse(wide)] == [(said(i), i.start, i.end) for i in parse(text)]


@pytest.mark.parametrize(
    ("simple", "traditional"),
    [
        ("漏检率不高于百分之三", "漏檢率不高於百分之三"),
        ("识别准确率须达95%", "辨識準確率須達95%"),
        ("两小时续航", "兩小時續航"),
    ],
)
def test_script_does_not_matter(simple: str, traditional: str) -> None:
    assert [said(i) for i in parse(traditional)] == [said(i) for i in parse(simple)]
    assert len(parse(simple)) == 1


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 999), st.sampled_from(["≤", "<", "≥", ">", "="]))
def test_a_share_and_its_complement_say_the_same(per_mille: int, relation: str) -> None:
    (missed,) = parse(f"漏检率{relation}{per_mille / 10:.1f}%")
    turned = {"≤": "≥", "<": ">", "≥": "≤", ">": "<", "=": "="}[relation]
    (caught,) = parse(f"检出率{turned}{(1000 - per_mille) / 10:.1f}%")
    assert said(missed) == said(caught)
    assert (missed.low, missed.high) == (caught.low, caught.high)


# Work grows with length, whatever the text

TRAPS = (
    "3%",
    "漏检率",
    "不低于",
    "由3%降到",
    "（",
    "1,",
    "-",
    "1-",
    "3×",
    "一二",
    "和漏检率",
    "IP6",
    "  ",
    "每",
    "3%和",
    "百分之",
    "≤3%且",
)


def work(text: str) -> int:
    """How many function calls reading the text takes."""
    calls = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal calls
        calls += 1

    measures = shipped()
    sys.setprofile(count)
    try:
        parse(text, measures)
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.parametrize("trap", TRAPS)
def test_work_is_linear(trap: str) -> None:
    once, twice = work("漏检率" + trap * 500), work("漏检率" + trap * 1000)
    assert twice <= 2.3 * once + 2000


@pytest.mark.parametrize("trap", TRAPS)
def test_a_long_hostile_text_is_read(trap: str) -> None:
    text = "漏检率≤3%。" + trap * (20_000 // len(trap))
    assert said(parse(text)[0]) == "漏检率 ≤ 0.03 ratio"


# The table of names

HEAD = "指标\t方向\t量纲\t比法\t同义名称\t互补名称\n"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("漏检率\t低\t比例\t达标\t\t", "「方向」应为"),
        ("漏检率\t越低越好\t比例\t随便\t\t", "「比法」应为"),
        ("漏检率\t越低越好\t斤两\t达标\t\t", "不认识的量纲「斤两」"),
        ("漏检率\t越低越好\t比例\t达标\t漏\t", "名称「漏」太短"),
        ("漏检率\t越低越好\t比例\t达标\t漏检\t漏检", "已有别的含义"),
    ],
)
def test_a_wrong_row_is_refused_with_its_line(tmp_path, row: str, message: str) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "indicators.tsv"
    file.write_text(HEAD + row, "utf-8")
    with pytest.raises(InvalidInput, match=r"indicators\.tsv 第 2 行") as refused:
        Measures.load(file)
    assert message in str(refused.value)


def test_staff_may_add_a_name(tmp_path) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "indicators.tsv"
    file.write_text(HEAD + "断线率\t越低越好\t比例\t达标\t断经率\t\n", "utf-8")
    assert [said(i) for i in parse("断经率≤2%", Measures.load(file))] == ["断线率 ≤ 0.02 ratio"]
