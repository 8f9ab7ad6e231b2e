"""Chinese searches that went wrong elsewhere, as their users reported them: small, and every engine can be asked them.

Each probe is a query, a few texts, which of them must come back and which must not stand before them. `report` names
the public issue that told of it; texts are our own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

Search = Callable[[Mapping[str, str], str], Sequence[str]]
"""(id → text, query) → ids found, best first."""


@dataclass(frozen=True, slots=True)
class Probe:
    """`wanted` must all be found, before any of the others; `absent` must not be found by words at all."""

    name: str
    report: str
    query: str
    texts: Mapping[str, str]
    wanted: frozenset[str]
    absent: frozenset[str] = frozenset()

    def passes(self, search: Search) -> bool:
        """For an engine that searches by words."""
        found = list(search(self.texts, self.query))
        return self.in_order(found) and not self.absent & set(found)

    def in_order(self, found: Sequence[str]) -> bool:
        """Whether the wanted ones come first: all that can be asked of an engine that ranks everything."""
        return set(found[: len(self.wanted)]) == self.wanted


def _probe(name: str, report: str, query: str, wanted: Sequence[str], others: Sequence[str], absent: str = "") -> Probe:
    """Wanted texts are w1, w2 …; others o1, o2 …; `absent` names ids among the others."""
    texts = {f"w{i}": text for i, text in enumerate(wanted, 1)} | {f"o{i}": text for i, text in enumerate(others, 1)}
    ids = frozenset(id for id in texts if id.startswith("w"))
    return Probe(name, report, query, MappingProxyType(texts), ids, frozenset(absent.split()))


PROBES: tuple[Probe, ...] = (
    _probe(
        "end of a run-together word",
        "meilisearch#2499",
        "简单",
        ["安装简单，没有复杂的配置，很省心"],
        ["电梯困人应急处置演练方案", "果园无人机植保服务"],
        "o1 o2",
    ),
    _probe(
        "whole inside a phrase",
        "meilisearch#2499",
        "安装简单",
        ["这套设备安装简单"],
        ["车间照明节能改造", "冷库温度记录仪"],
        "o1 o2",
    ),
    _probe(
        "part of a long name",
        "meilisearch#4935",
        "农业",
        ["中国农业发展银行授信流程", "农业机械共享平台"],
        ["工商登记一窗通办", "快递柜改造"],
        "o1 o2",
    ),
    _probe(
        "end of a long name",
        "charabia#338",
        "银行",
        ["中国农业发展银行柜台业务", "村镇银行风控"],
        ["水果分选线", "学校食堂留样柜"],
        "o1 o2",
    ),
    _probe(
        "the long name itself first",
        "meilisearch#4935",
        "中国农业发展银行",
        ["中国农业发展银行票据处理"],
        ["中国旅游地图", "农业气象站", "银行排队机"],
    ),
    _probe(
        "part of a compound",
        "meilisearch#4874",
        "工程",
        ["在建工程安全巡查", "工程车调度"],
        ["病房呼叫系统", "茶叶杀青机"],
        "o1 o2",
    ),
    _probe(
        "words inside a tool box",
        "meilisearch#2632",
        "工具箱",
        ["测试工具箱使用手册"],
        ["绿化带滴灌控制", "路灯单灯控制器"],
        "o1 o2",
    ),
    _probe(
        "part of an idiom",
        "charabia#226",
        "传人",
        ["永永远远是龙的传人"],
        ["养老院防走失手环", "污泥脱水机"],
        "o1 o2",
    ),
    _probe(
        "with a minus sign in it",
        "meilisearch#5015",
        "招商 -公司",
        ["招商证券股份有限公司"],
        ["隧道风机节能", "港口岸电"],
        "o1 o2",
    ),
    _probe(
        "a minus sign inside the text",
        "meilisearch#5015",
        "招商金融中心",
        ["招商-平安金融中心"],
        ["垃圾分类督导", "公交站牌刷新"],
        "o1 o2",
    ),
    _probe(
        "two words, both wanted",
        "meilisearch#5015",
        "招商 公司",
        ["招商基金管理有限公司"],
        ["招商信息栏更新", "物业公司保洁排班"],
    ),
    _probe(
        "a phrase in quotation marks",
        "meilisearch#1714",
        '"化妆"',
        ["小化妆包外观检验"],
        ["平板电脑保护包", "教室吊扇改造"],
        "o1 o2",
    ),
    _probe(
        "a phrase of one word and a number word",
        "meilisearch#5015",
        "第一篇",
        ["第一篇 总则与适用范围"],
        ["第二册 一般规定", "篇幅有限不再赘述"],
    ),
    _probe(
        "a question with its small words",
        "meilisearch#4465",
        "告诉我如何写周报",
        ["写周报的模板和范例"],
        ["天气预报服务接口", "告示牌防腐"],
    ),
    _probe(
        "traditional asks simplified",
        "typesense#52",
        "測試",
        ["测试系统说明", "电池测试柜"],
        ["幼儿园接送门禁", "渔船定位"],
        "o1 o2",
    ),
    _probe(
        "simplified asks traditional",
        "RediSearch#226",
        "车间监测",
        ["車間監測"],
        ["膳食配送員", "垃圾桶滿溢感應"],
        "o1 o2",
    ),
    _probe(
        "one character of a word is not the word",
        "meilisearch#2390",
        "故乡",
        ["游子的故乡记忆馆"],
        ["故障诊断专家系统", "乡村道路养护"],
    ),
    _probe(
        "like sounds are not equal: 布",
        "meilisearch#3655",
        "布料",
        ["布料疵点检验"],
        ["部件尺寸测量", "不锈钢抛光"],
        "o1 o2",
    ),
    _probe(
        "like sounds are not equal: 不",
        "meilisearch#3655",
        "部门",
        ["部门之间数据共享"],
        ["布艺窗帘裁剪", "不停车收费"],
        "o1 o2",
    ),
    _probe(
        "景点 is not 经典",
        "meilisearch#4075",
        "景点",
        ["景点客流预警"],
        ["经典诵读比赛评分", "晶点检测仪"],
    ),
    _probe(
        "beginning of a word",
        "typesense#2085",
        "机器",
        ["机器人上下料"],
        ["大棚卷帘播种", "陶瓷餐盘分级"],
        "o1 o2",
    ),
    _probe(
        "a clause without blanks",
        "haystack#12836",
        "鸡蛋大小",
        ["鸡蛋大小全靠手掂"],
        ["路面裂缝巡查", "银行网点叫号"],
        "o1 o2",
    ),
    _probe(
        "a whole demand, one shared word",
        "haystack#12836",
        "我们厂每天要人工看六万片瓷砖的色差，眼睛受不了，想找自动的办法",
        ["瓷砖色号自动分选"],
        ["社区食堂刷脸结算", "水库大坝位移监测"],
    ),
    _probe(
        "Latin inside Chinese",
        "fastembed#610",
        "AGV调度",
        ["潜伏式agv小车集中调度"],
        ["老年大学报名", "花卉拍卖"],
        "o1 o2",
    ),
    _probe(
        "full-width letters and figures",
        "milvus#36743",
        "ＡＯＩ检测",
        ["AOI光学检测设备"],
        ["殡葬预约", "石材切割"],
        "o1 o2",
    ),
    _probe(
        "a blank inside a word",
        "weaviate#3102",
        "人工 智 能质检",
        ["人工智能质检工位"],
        ["外墙清洗吊篮", "智慧灯杆"],
    ),
    _probe(
        "the word before its scattered characters",
        "meilisearch#2390",
        "叉车",
        ["叉车司机的排班与充电位预约的几点说明"],
        ["车辆交叉路口", "刀叉和餐车"],
    ),
    _probe(
        "the word before its characters turned round",
        "meilisearch#2123",
        "上海",
        ["上海的集装箱堆场调度与车辆预约系统"],
        ["海上救生", "上下海堤"],
    ),
    _probe(
        "a run-together word before its characters apart",
        "meilisearch#2499",
        "简单",
        ["接线方式安装简单，新来的工人一天就能学会"],
        ["简历单据", "单位简介"],
    ),
    _probe(
        "an ordinal before the same characters apart",
        "meilisearch#5015",
        "第一篇",
        ["操作规程汇编的第一篇讲的是开机之前的检查"],
        ["第三章一节篇幅", "一本第二版"],
    ),
    _probe(
        "part of a long name before its characters apart",
        "meilisearch#4935",
        "农业银行",
        ["中国农业发展银行在各县的分支机构名单"],
        ["农民创业，行业白银", "农忙行人，业余"],
    ),
    _probe(
        "Hong Kong word and script ask the mainland's",
        "typesense#52",
        "機械人",
        ["机器人清扫路面的试点总结与推广安排"],
        ["人造机械表", "人手不足"],
    ),
)


def score(search: Search) -> dict[str, bool]:
    """Name → passed, for an engine that searches by words."""
    return {probe.name: probe.passes(search) for probe in PROBES}
