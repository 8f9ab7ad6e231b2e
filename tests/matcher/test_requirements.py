"""What a demand requires held against what an offer states: verdicts, sentences, spans, and what is no requirement."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from matcher.limits import Interval
from matcher.model import Requirement, Span, Status
from matcher.requirements import clauses, compare, parse, required

MET, UNMET, UNKNOWN = Status.MET, Status.UNMET, Status.UNKNOWN

VERDICTS = (
    # ratios
    ("漏检率不高于3%", "漏检率≤1%", MET),
    ("漏检率不高于3%", "漏检率≤3%", MET),
    ("漏检率不高于3%", "漏检率<3%", MET),
    ("漏检率<3%", "漏检率≤3%", UNKNOWN),
    ("漏检率<3%", "漏检率3%", UNMET),
    ("漏检率≤3%", "漏检率5%", UNMET),
    ("漏检率≤3%", "漏检率≤5%", UNKNOWN),
    ("漏检率≤3%", "检出率98%", MET),
    ("漏检率≤3%", "检出率≥97%", MET),
    ("漏检率≤3%", "检出率95%", UNMET),
    ("漏检率≤3%", "检出率≥95%", UNKNOWN),
    ("检出率≥97%", "漏检率不超过百分之二", MET),
    ("漏检率≤3%", "漏出率千分之五", MET),
    ("漏检率≤500ppm", "漏检率0.04%", MET),
    ("误判率≤2%", "过杀率1.5%", MET),
    ("误报率≤2%", "误判率1%", UNKNOWN),
    ("识别率≥98%", "识别率98%", MET),
    ("识别率≥98%", "准确率98.5%以上", MET),
    ("识别率≥98%", "识别率95%", UNMET),
    ("识别率≥98%", "识别率95%以上", UNKNOWN),
    ("识别率≥98%", "识别率95%~99%", UNKNOWN),
    ("识别率≥98%", "识别率98%~99%", MET),
    ("识别率≥98%", "识别率约95%", UNKNOWN),
    ("识别率≥98%", "识别率约80%", UNMET),
    ("识别率≥98%", "识别率最高可达99%", UNKNOWN),
    ("识别率≥98%", "识别率最高95%", UNMET),
    ("识别率≥98%", "最低识别率98.5%", MET),
    ("识别率≥98%", "平均识别率99%", UNKNOWN),
    ("平均识别率≥98%", "平均识别率99%", MET),
    ("识别率≥98%", "目标识别率99%", MET),
    ("识别率≥98%", "识别率目标99%", UNKNOWN),
    ("识别率≥98%", "预计识别率99%", UNKNOWN),
    ("识别率≥98%", "实验室识别率99%", UNKNOWN),
    ("识别率≥98%", "识别率难以达到98%", UNKNOWN),
    ("识别率≥98%", "误识率1%", UNKNOWN),
    ("识别率≥98%", "识别率提升3个百分点", UNKNOWN),
    ("漏检率≤3%", "漏检率下降60%", UNKNOWN),
    ("漏检率≤3%", "漏检率由8%降到0.5%", MET),
    ("漏检率≤3%", "漏检率由8%降到4%", UNMET),
    ("漏检率≤3%", "传统人工漏检率5%，本系统漏检率1%", MET),
    ("漏检率≤3%", "人工漏检率5%", UNKNOWN),
    ("漏检率≤3%", "同类产品漏检率5%", UNKNOWN),
    ("漏检率≤3%", "漏检率、误报率均≤1%", MET),
    ("合格率≥99%", "不良率0.5%", MET),
    ("合格率≥99%", "不良率2%", UNMET),
    ("识别率≤98%", "识别率99%", UNKNOWN),
    # objects and circumstances
    ("人脸识别率≥98%", "车牌识别率99%", UNKNOWN),
    ("车牌识别率≥98%", "蓝色车牌识别率99%", MET),
    ("车牌识别率≥98%", "支持车牌抓拍，识别率99%", MET),
    ("车牌识别率≥98%", "识别率99%", UNKNOWN),
    ("夜间识别率≥95%", "识别率98%", UNKNOWN),
    ("夜间识别率≥95%", "夜间识别率97%", MET),
    ("夜间识别率≥95%", "识别率97%（夜间）", MET),
    ("识别率≥95%", "夜间识别率97%", UNKNOWN),
    ("漏检率≤3%", "划痕漏检率1%，脏污漏检率4%", UNKNOWN),
    ("划痕漏检率≤3%", "划痕漏检率1%，脏污漏检率4%", MET),
    ("脏污漏检率≤3%", "划痕漏检率1%，脏污漏检率4%", UNMET),
    ("续航≥8小时", "A型续航6小时；B型续航10小时", UNKNOWN),
    ("续航≥8小时", "续航6小时；续航10小时", UNKNOWN),
    ("续航≥8小时", "续航9小时；续航10小时", MET),
    ("续航≥8小时", "续航10小时；最长续航12小时", MET),
    ("换刀时间≤5秒", "换刀时间3秒", MET),
    ("换刀时间≤5秒", "开机时间3秒", UNKNOWN),
    # speed, time, load
    ("车速不低于60米/分钟", "检测速度45m/min", UNMET),
    ("车速不低于60米/分钟", "车速1.5m/s", MET),
    ("车速不低于60米/分钟", "最高车速80m/min", MET),
    ("车速不低于60米/分钟", "车速0-90m/min", UNKNOWN),
    ("车速不低于60米/分钟", "适配车速60m/min", UNKNOWN),
    ("续航≥8h", "8小时续航", MET),
    ("续航≥8h", "续航时间480分钟", MET),
    ("续航≥8h", "续航六小时", UNMET),
    ("续航≥8h", "续航100公里", UNKNOWN),
    ("续航≥8h", "最长续航10小时", UNKNOWN),
    ("续航≥8h", "续航不少于5小时", UNKNOWN),
    ("响应时间≤2秒", "500毫秒响应", MET),
    ("响应时间≤2秒", "平均响应时间1.5秒", UNKNOWN),
    ("响应时间≤2秒", "平均响应时间3秒", UNMET),
    ("响应时间≤2秒", "最快响应时间1秒", UNKNOWN),
    ("承重50公斤以上", "载重≤300kg", MET),
    ("承重50公斤以上", "最大负载30kg", UNMET),
    ("负载不小于50kg", "额定负载0.1吨", MET),
    ("负载≥50kg", "负载3~80kg", UNKNOWN),
    ("质保期不低于2年", "质保36个月", MET),
    ("质保期不低于2年", "质保1年", UNMET),
    ("交付周期≤60天", "交付周期两个月", UNKNOWN),
    ("节拍≤6秒/件", "每小时700件", MET),
    ("节拍≤6秒/件", "节拍8秒", UNMET),
    ("每小时600件", "单件5秒", MET),
    ("产能≥1000件/小时", "产能600件/小时", UNMET),
    ("产能≥1000件/小时", "产能1200箱/小时", UNKNOWN),
    # machine
    ("工作温度-20~50℃", "工作温度-30℃～60℃", MET),
    ("工作温度-20~50℃", "工作温度0～40℃", UNMET),
    ("工作温度-20~50℃", "工作温度≤60℃", UNKNOWN),
    ("防护等级不低于IP65", "IP67", MET),
    ("防护等级不低于IP65", "防护等级IP54", UNMET),
    ("防护等级不低于IP65", "IPX7", UNKNOWN),
    ("防护等级IPX5", "防护等级IP55", MET),
    ("防护等级IP65", "IP69K", MET),
    ("尺寸4m×3m以内", "外形尺寸3.5m×2.8m", MET),
    ("尺寸4m×3m以内", "外形尺寸3.5m×3.2m", UNMET),
    ("尺寸4m×3m以内", "外形尺寸2.8m×3.5m", MET),
    ("尺寸4m×3m以内", "外形尺寸3500×2000×1800mm", UNKNOWN),
    ("占地面积≤12㎡", "占地8平方米", MET),
    ("精度±0.1mm", "精度0.05mm", MET),
    ("精度±0.1mm", "精度±0.2mm", UNMET),
    ("精度≥0.1mm", "精度0.05mm", UNKNOWN),
    ("精度不低于0.1mm", "精度0.05mm", MET),
    ("定位精度±10mm", "定位误差8mm", MET),
    ("定位精度±10mm", "重复定位精度±0.05mm", UNKNOWN),
    ("噪声≤65dB", "噪音60分贝", MET),
    ("自重≤30kg", "整机重量35公斤", UNMET),
    ("自由度≥6", "7自由度", UNKNOWN),
    ("识别缺陷不少于20种", "可识别缺陷25类", MET),
    ("提升效率30%以上", "效率提升45%", UNKNOWN),
    ("温度≥5℃且≤30℃", "温度25℃", UNKNOWN),
    # hard cases
    ("漏检率≤3%", "漏检率≤1%（不含夜间）", UNKNOWN),
    ("漏检率≤3%", "漏检率不是问题，误报率1%", UNKNOWN),
    ("漏检率≤3%", "漏检率1%~5%", UNKNOWN),
    ("漏检率≤3%", "不同工况下漏检率1%、4%", UNKNOWN),
    ("漏检率≤3%", "漏检率≤1%时误报率为5%", UNKNOWN),
    ("漏检率≤3%", "漏检率从1%升到5%", UNMET),
    ("识别率≥98%", "识别率98%的车型占比80%", UNKNOWN),
    ("识别率≥98%", "仅少数场景识别率99%", UNKNOWN),
    ("识别率≥98%", "识别率98.0%", MET),
    ("识别率≥98%", "识别率未达到98%", UNKNOWN),
    ("识别率≥98%", "识别率不到98%", UNMET),
    ("识别率≥98%", "识别率超过98%", MET),
    ("识别率≥98%", "行业要求识别率99%", UNKNOWN),
    ("识别率≥98%", "客户要求识别率99%，实际识别率97%", UNMET),
    ("识别率≥98%", "每年识别率提高1%", UNKNOWN),
    ("识别率≥98%", "识别率较人工提高20%，达到99%", MET),
    ("识别率≥98%", "识别率99%以下", UNKNOWN),
    ("识别率≥98%", "识别率100%", MET),
    ("承重50公斤以上", "每个抓手承重30公斤", UNKNOWN),
    ("承重50公斤以上", "承重50公斤", MET),
    ("承重50公斤以上", "承重1.5t", MET),
    ("承重50公斤以上", "额定负载3kg，最大负载60kg", UNKNOWN),
    ("承重50公斤以上", "负载3kg/10kg/60kg可选", UNKNOWN),
    ("承重50公斤以上", "底盘承重200kg，机械臂负载5kg", UNKNOWN),
    ("续航≥8h", "待机48小时，连续作业6小时", UNMET),
    ("续航≥8h", "充电2小时续航8小时", MET),
    ("续航≥8h", "续航3+5小时", UNKNOWN),
    ("续航≥8h", "双电池热插拔，续航不间断", UNKNOWN),
    ("响应时间≤2秒", "2秒响应", MET),
    ("响应时间≤2秒", "响应时间<1min", UNKNOWN),
    ("响应时间≤2秒", "售后响应时间2小时", UNKNOWN),
    ("响应时间≤2秒", "7×24小时响应", UNKNOWN),
    ("防护等级IP65", "防护等级IP54（本体IP67）", UNMET),
    ("防护等级IP65", "手腕IP67，本体IP54", UNKNOWN),
    ("工作温度-20~50℃", "存储温度-40~70℃", UNKNOWN),
    ("工作温度-20~50℃", "工作温度-20~50℃（含）", MET),
    ("车速60米/分钟", "适应车速20~80米/分钟", UNKNOWN),
    ("车速不低于60米/分钟", "最高车速80m/min，一般40m/min", MET),
    ("单件≤6秒", "单件6秒（不含上下料）", UNKNOWN),
    ("节拍≤6秒", "两工位节拍各8秒", UNKNOWN),
    ("定位精度±10mm", "定位精度±1cm", MET),
    ("定位精度±10mm", "定位精度10mm±2mm", UNKNOWN),
    ("定位精度±10mm", "定位精度厘米级", UNKNOWN),
    ("误报率≤2%", "误报率每天2次", UNKNOWN),
    ("误报每天不超过3次", "误报每天2次", MET),
    ("质保期不低于2年", "整机质保1年，核心部件质保3年", UNMET),
    ("质保期不低于2年", "质保期两年", MET),
    ("成本降低20%", "成本降低30%", UNKNOWN),
    ("漏检率≤3%", "A厂漏检率1%，B厂漏检率2%", UNKNOWN),
    ("尺寸不超过1.2m×0.8m", "尺寸1200×800mm", MET),
    ("宽度不超过80cm", "机身宽度75cm", UNKNOWN),
    ("机身宽度不超过80cm", "机身宽度75cm", MET),
    ("高度≤2m", "高度1.8m", UNKNOWN),
    ("噪声≤65dB", "噪声≤70dB", UNKNOWN),
    ("功率≤3kW", "功率2.2kW", MET),
    ("准确率≥95%", "准确率95.0%-96.5%", MET),
    ("检测速度≥60m/min", "检测速度60m/min以内", MET),
    ("检测速度≥60m/min", "检测速度可达100m/min", MET),
    ("检测宽度≥1.8m", "检测宽度2m", UNKNOWN),
    ("占地不超过4m×3m", "占地10平方米", UNKNOWN),
    ("占地不超过12平方米", "占地4m×3m", UNKNOWN),
    ("交付周期不超过60天", "交付周期45个工作日", UNKNOWN),
    ("漏检率≤3‰", "漏检率0.2%", MET),
    ("温度控制精度±1℃", "控温精度±0.5℃", MET),
    ("粉尘浓度≤10mg/m3", "排放浓度5mg/Nm³", MET),
    ("漏检率≤3%", "相比人工，漏检率降至0.5%", MET),
    ("漏检率≤3%", "人工漏检率5%，改用本系统后漏检率1%", MET),
    ("误报率≤5%", "误报率较传统方法降低60%", UNKNOWN),
    ("识别率≥98%", "识别率分别为98%和95%", UNKNOWN),
    ("识别率≥98%", "白天和夜间识别率分别为99%和95%", UNKNOWN),
    ("白天识别率≥98%", "白天识别率99%，夜间识别率95%", MET),
    ("响应时间≤2秒", "系统响应时间小于1秒，告警响应时间小于5秒", MET),
    ("定位精度≤5mm", "重复定位精度±0.02mm，绝对定位精度±0.5mm", MET),
    ("负载≥20kg", "负载：20 kg", MET),
    ("负载≥20kg", "负载能力20公斤", MET),
    ("负载≥20kg", "有效载荷可达25kg", MET),
    ("负载≥20kg", "自重20kg", UNKNOWN),
    ("IP65", "防护等级:IP65", MET),
    ("续航≥4h", "续航4-6小时", MET),
    ("续航≥4h", "续航：约5小时", MET),
    ("续航≥4h", "续航约4小时", UNKNOWN),
    ("换型时间≤10分钟", "换型时间由40分钟缩短到8分钟", MET),
    ("车速≥60m/min", "支持车速0~80m/min连续可调", UNKNOWN),
    ("检测精度0.1mm", "检测精度可达0.05mm", UNKNOWN),
    ("检测精度0.1mm", "最小检测精度0.05mm", UNKNOWN),
    ("识别准确率≥95%", "准确率由82%提升至96%", MET),
    ("识别准确率≥95%", "准确率提升至90%以上", UNKNOWN),
    ("误报率≤1%", "误报率千分之五", MET),
    ("噪声≤60分贝", "噪声65dB(A)", UNMET),
    ("产能≥3000件/小时", "节拍1秒/件", MET),
    ("产能≥3000件/小时", "每小时处理3500件", MET),
    ("产能≥3000件/小时", "日产能5万件", UNKNOWN),
    ("处理能力≥500吨/天", "日处理能力600吨", MET),
    ("处理能力≥500吨/天", "处理能力30吨/小时", UNKNOWN),
    ("分拣效率≥2400件/小时", "分拣效率2500件/小时", MET),
    ("分拣效率≥2400件/小时", "单机效率2000件/小时", UNKNOWN),
    ("交付周期≤3个月", "交付周期60天", UNKNOWN),
    ("交付周期≤3个月", "交付周期2个月", MET),
    ("存储时间≥90天", "录像保存时间180天", MET),
    ("MTBF≥10000小时", "平均无故障时间2万小时", MET),
    ("并发≥500", "支持1000用户并发", UNKNOWN),
    ("识别种类≥20种", "支持30种缺陷识别", MET),
    ("识别缺陷不少于20种", "支持识别30类缺陷", MET),
    ("分辨率不低于200万像素", "500万像素", MET),
    ("图像分辨率≥0.1mm", "像素分辨率0.05mm", UNKNOWN),
    ("爬坡能力≥15°", "爬坡20度", MET),
    ("越障高度≥10cm", "越障12厘米", MET),
    ("最小转弯半径≤1.5m", "转弯半径1.2米", MET),
    ("工作温度-10℃~45℃", "工作温度：-20~55℃", MET),
    ("粉尘浓度≤10mg/m³", "颗粒物浓度5mg/m³", MET),
)


@pytest.mark.parametrize(("demand", "offer", "status"), VERDICTS, ids=[f"{d} | {o}" for d, o, _ in VERDICTS])
def test_verdicts(demand: str, offer: str, status: Status) -> None:
    (answer,) = compare(demand, offer)
    assert (answer.text, answer.status) == (demand, status)


def test_the_table_is_large_enough_and_has_no_row_twice() -> None:
    assert len({row[:2] for row in VERDICTS}) == len(VERDICTS) >= 80


SENTENCES = (
    ("漏检率不高于3%", "漏检率≤1%", "要求“漏检率不高于3%”；方案“漏检率≤1%”：满足"),
    (
        "车速不低于60米/分钟",
        "布面检测速度45m/min",
        "要求“车速不低于60米/分钟”；方案“布面检测速度45m/min”：所说的对象不一定相同，无法判断",
    ),
    ("车速不低于60米/分钟", "检测速度45m/min", "要求“车速不低于60米/分钟”；方案“检测速度45m/min”：不满足"),
    ("续航≥8h", "支持自动充电", "方案未写明“续航”"),
    ("漏出率≤3%", "支持自动剔除", "方案未写明“漏出率”"),
    ("检出≥97%", "支持自动剔除", "方案未写明“检出率”"),
    ("膜厚偏差≤15%", "支持自动剔除", "方案未写明“偏差”"),
    ("良率≥99%", "支持自动剔除", "方案未写明“良率”"),
    (
        "识别率≥98%",
        "识别率难以达到98%",
        "要求“识别率≥98%”；方案“识别率难以达到98%”：方案的说法带有否定或假设，无法判断",
    ),
    ("响应≤5秒", "支持自动剔除", "方案未写明“响应时间”"),
    ("单件≤6秒", "支持自动剔除", "方案没有写明这一项"),
    ("三秒以内出结果", "响应时间1秒", "方案没有写明这一项"),
    (
        "漏检率≤3%",
        "漏检率≤5%",
        "要求“漏检率≤3%”；方案“漏检率≤5%”：可能满足，方案写明的范围只有一部分达到要求，请向方案方核实",
    ),
    (
        "识别率≥98%",
        "识别率最高可达99%",
        "要求“识别率≥98%”；方案“识别率最高可达99%”：可能满足，方案写的是最好情况或平均值，请向方案方核实",
    ),
    (
        "识别率≥98%",
        "预计识别率99%",
        "要求“识别率≥98%”；方案“预计识别率99%”：可能满足，方案写的是目标值、有前提的数值或适配条件，请向方案方核实",
    ),
    ("续航≥8h", "续航100公里", "要求“续航≥8h”；方案“续航100公里”：单位不同，无法比较"),
    ("产能≥1000件/小时", "产能1200箱/小时", "要求“产能≥1000件/小时”；方案“产能1200箱/小时”：单位不同，无法比较"),
    ("夜间识别率≥95%", "识别率98%", "要求“夜间识别率≥95%”；方案“识别率98%”：所说的条件不同，无法判断"),
    ("续航≥8小时", "续航6小时；续航10小时", "要求“续航≥8小时”；方案“续航6小时”和“续航10小时”：说法不一，无法判断"),
    ("精度≥0.1mm", "精度0.05mm", "要求“精度≥0.1mm”；方案“精度0.05mm”：要求的写法可作两种理解，请先核实要求"),
    ("识别率≤98%", "识别率99%", "要求“识别率≤98%”；方案“识别率99%”：要求的写法可作两种理解，请先核实要求"),
    ("效率提升30%", "效率提升45%", "要求“效率提升30%”；方案“效率提升45%”：升降幅度与原有水平有关，请结合现场核实"),
)


@pytest.mark.parametrize(("demand", "offer", "says"), SENTENCES, ids=[f"{d} | {o}" for d, o, _ in SENTENCES])
def test_sentences(demand: str, offer: str, says: str) -> None:
    assert [r.says for r in compare(demand, offer)] == [says]


def test_requirements_come_in_the_order_of_the_demand() -> None:
    demand = "1.漏检率≤3%；2.车速不低于60米/分钟；3.续航≥8小时；4.可接MES，不改造原线"
    offer = {"body": "续航10小时。", "needs": "检测速度45m/min，漏检率1%"}
    answers = compare(demand, offer)
    assert [(r.text, r.status) for r in answers] == [
        ("漏检率≤3%", MET),
        ("车速不低于60米/分钟", UNMET),
        ("续航≥8小时", MET),
    ]


def test_spans_lead_to_both_sentences() -> None:
    demand, offer = "要求：漏检率≤3%", {"title": "验布机", "cases": "上线后漏检率由8%降到1%。"}
    (answer,) = compare(demand, offer)
    assert answer == Requirement(
        "漏检率≤3%",
        MET,
        "要求“漏检率≤3%”；方案“上线后漏检率由8%降到1%”：满足",
        (Span("query", "needs", 3, 9), Span("candidate", "cases", 0, 13)),
    )


def test_spans_follow_the_side_of_the_demand() -> None:
    (answer,) = compare("续航≥8h", "续航9小时", side="candidate")
    assert [(s.side, s.field) for s in answer.spans] == [("candidate", "needs"), ("query", "needs")]


def test_the_closest_object_is_taken() -> None:
    offer = {"needs": "划痕漏检率1%，脏污漏检率4%"}
    says = [r.says for r in compare("划痕漏检率≤2%；脏污漏检率≤2%；凹坑漏检率≤2%", offer)]
    assert says == [
        "要求“划痕漏检率≤2%”；方案“划痕漏检率1%”：满足",
        "要求“脏污漏检率≤2%”；方案“脏污漏检率4%”：不满足",
        "要求“凹坑漏检率≤2%”；方案“划痕漏检率1%”和“脏污漏检率4%”：所说的对象不一定相同，无法判断",
    ]


def test_the_rest_of_the_demand_tells_what_it_is_about() -> None:
    (alone,) = compare("识别率≥95%", "车牌识别率98%")
    (told,) = compare("识别率≥95%", "车牌识别率98%", context="园区车牌识别道闸改造")
    assert (alone.status, told.status) == (UNKNOWN, MET)


def test_the_title_of_the_offer_names_the_whole_machine() -> None:
    offer = {"title": "果园无人机植保方案", "needs": "无人机续航40分钟"}
    assert [r.status for r in compare("续航≥30分钟", offer)] == [MET]
    assert [r.status for r in compare("续航≥30分钟", {"needs": offer["needs"]})] == [UNKNOWN]


def test_plain_statements_come_before_doubtful_ones() -> None:
    assert [r.status for r in compare("续航≥8小时", "续航10小时，选配电池续航6小时")] == [MET]


REQUIRED = (
    ("目前漏检率约5%，要求降到1%以下", ["要求降到1%以下"]),
    ("人工检测漏检率5%", []),
    ("同类产品续航6小时", []),
    ("现有产线车速60米/分钟", []),
    ("利用率不足三成", []),
    ("准确率仅七成", []),
    ("测一件二十分钟", []),
    ("误差两成", []),
    ("要求载重一吨", ["要求载重一吨"]),
    ("要求单产突破11吨", ["要求单产突破11吨"]),
    ("采购数量20台", []),
    ("不少于5台", []),
    ("8小时", []),
    ("三秒以内出结果", ["三秒以内出结果"]),
    ("漏检率≤3%，漏检率≤3%", ["漏检率≤3%"]),
    ("温度45℃", []),
    ("温度不超过45℃", ["温度不超过45℃"]),
    ("工作温度-20~50℃", ["工作温度-20~50℃"]),
    ("重量约30kg", []),
    ("无法做到漏检率3%", []),
    ("可接MES，不改造原线", []),
    ("采用人工智能技术，识别率98%", ["识别率98%"]),
    ("现状靠人工目检，漏检率≤1%", ["漏检率≤1%"]),
    (
        "主要技术要求：1.检测幅宽1.8米，车速不低于60米/分钟；2.漏检率不高于3%；3.能识别破洞、油污、断经等不少于15类疵点；"
        "4.可接入MES，不改造原线；5.单台设备占地不超过4m×3m；6.交货期3个月，质保不低于2年；预算80万元。",
        [
            "检测幅宽1.8米",
            "车速不低于60米/分钟",
            "漏检率不高于3%",
            "断经等不少于15类疵点",
            "单台设备占地不超过4m×3m",
            "交货期3个月",
            "质保不低于2年",
        ],
    ),
    (
        "要求系统对车牌识别准确率白天不低于99%，夜间不低于97%，识别时间不超过200ms",
        ["要求系统对车牌识别准确率白天不低于99%", "夜间不低于97%", "识别时间不超过200ms"],
    ),
    (
        "目标：把人工抽检改为全检，漏检率从目前的2%降到0.1%以下，人工减少50%以上，投资回收期不超过18个月。",
        ["漏检率从目前的2%降到0.1%以下", "人工减少50%以上", "投资回收期不超过18个月"],
    ),
    ("需满足GB/T 19001-2016、ISO 9001要求，2025年12月31日前交付，兼容S7-1500 PLC，支持5G专网。", []),
    ("供电AC220V±10%", []),
    ("", []),
)


@pytest.mark.parametrize(("text", "expected"), REQUIRED, ids=[text[:20] for text, _ in REQUIRED])
def test_what_is_required(text: str, expected: list[str]) -> None:
    assert [i.text for i in required(text)] == expected


STRICT = (
    ("裂纹检出率≥95%，误报率≤5%", ["裂纹检出率≥95%", "误报率≤5%"]),
    ("要求识别率98%以上", ["要求识别率98%以上"]),
    ("希望把漏检率控制在1%以内", ["希望把漏检率控制在1%以内"]),
    ("年产能500件/小时以上", []),
    ("漏检率5%", []),
    ("每天停机超过3小时", []),
    ("去年漏检率≤5%", []),
    ("三秒以内出结果", []),
)


@pytest.mark.parametrize(("text", "expected"), STRICT, ids=[text for text, _ in STRICT])
def test_running_text_is_read_more_strictly(text: str, expected: list[str]) -> None:
    assert [i.text for i in required(text, strict=True)] == expected
    assert [r.text for r in compare(text, {}, field="body")] == expected


def test_nothing_asked_nothing_answered() -> None:
    assert compare("", "漏检率≤1%") == ()
    assert compare("可接MES", {"needs": "漏检率≤1%"}) == ()
    assert [r.status for r in compare("漏检率≤3%", {})] == [UNKNOWN]


def test_the_module_is_the_door_to_reading_and_splitting() -> None:
    assert [i.quantity for i in parse("漏检率≤3%")] == ["漏检率"]
    assert [c.text for c in clauses("1.漏检率≤3%；2.可接MES")] == ["漏检率≤3%", "可接MES"]


# Laws

SHARES = st.integers(1, 999).map(lambda n: n / 10)


@settings(deadline=None, max_examples=100)
@given(SHARES, SHARES)
def test_figures_answer_each_other_oppositely(one: float, other: float) -> None:
    """Of two different figures exactly one satisfies the other's demand; equal ones satisfy each other."""
    for name in ("漏检率", "识别率"):
        there = compare(f"{name}{one}%", f"{name}{other}%")[0].status
        back = compare(f"{name}{other}%", f"{name}{one}%")[0].status
        assert {there, back} == ({MET} if one == other else {MET, UNMET})


@settings(deadline=None, max_examples=100)
@given(SHARES, SHARES, SHARES, st.sampled_from(["≤", "<", ""]), st.sampled_from(["≤", "<", "", "约"]))
def test_asking_less_never_hurts(strict: float, loose: float, offered: float, asks: str, states: str) -> None:
    assume(strict <= loose)
    offer = f"漏检率{states}{offered}%"
    if compare(f"漏检率{asks}{strict}%", offer)[0].status is MET:
        assert compare(f"漏检率{asks}{loose}%", offer)[0].status is MET
    if compare(f"漏检率{asks}{loose}%", offer)[0].status is UNMET:
        assert compare(f"漏检率{asks}{strict}%", offer)[0].status is UNMET


@settings(deadline=None, max_examples=100)
@given(SHARES, SHARES, st.sampled_from(["≤", "<", ""]), st.sampled_from(["≤", "<", "", "约"]))
def test_the_complement_gives_the_same_verdict(asked: float, offered: float, asks: str, states: str) -> None:
    turned = {"≤": "≥", "<": ">", "": ""}
    plain = compare(f"漏检率{asks}{asked}%", f"漏检率{states}{offered}%")[0].status
    if states != "约":
        turned_offer = f"检出率{turned[states]}{100 - offered:.1f}%"
        assert compare(f"检出率{turned[asks]}{100 - asked:.1f}%", turned_offer)[0].status is plain
    assert compare(f"检出率{turned[asks]}{100 - asked:.1f}%", f"漏检率{states}{offered}%")[0].status is plain


DEMANDS = st.sampled_from([row[0] for row in VERDICTS])
OFFERS = st.sampled_from([row[1] for row in VERDICTS])


@settings(deadline=None, max_examples=200)
@given(st.lists(DEMANDS, min_size=1, max_size=3).map("。".join), st.lists(OFFERS, max_size=3).map("。".join))
def test_every_span_is_quoted(demand: str, offer: str) -> None:
    for answer in compare(demand, {"cases": offer}):
        asked, *stated = answer.spans
        assert demand[asked.start : asked.end] == answer.text
        if stated:
            assert f"要求“{answer.text}”；方案" in answer.says
        assert all(f"“{offer[s.start : s.end]}”" in answer.says and s.field == "cases" for s in stated)


@settings(deadline=None, max_examples=200)
@given(DEMANDS, st.lists(OFFERS, min_size=1, max_size=4))
def test_a_verdict_needs_a_statement(demand: str, offers: list[str]) -> None:
    for answer in compare(demand, "。".join(offers)):
        if answer.status is not UNKNOWN:
            assert len(answer.spans) == 2
            assert answer.status in {r.status for o in offers for r in compare(demand, o)}


EDGES = st.sampled_from([float("-inf"), -1.0, 0.0, 1.0, 2.0, float("inf")])
INTERVALS = st.builds(Interval, EDGES, EDGES, st.booleans(), st.booleans()).filter(
    lambda i: i.low < i.high or (i.low == i.high and abs(i.low) < 9 and not (i.low_open or i.high_open))
)


@settings(deadline=None, max_examples=300)
@given(INTERVALS, INTERVALS)
def test_intervals(one: Interval, other: Interval) -> None:
    assert one.within(one)
    assert not one.apart(one)
    assert one.apart(other) == other.apart(one)
    assert not (one.within(other) and one.apart(other))
    if one.within(other) and other.within(one):
        assert (one.low, one.high) == (other.low, other.high)
