"""What a text and its form words are tagged with, and the laws that keep it so."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher import tables
from matcher.errors import InvalidInput
from matcher.lexicon import Lexicon
from matcher.taxonomy import FACETS, Taxonomy
from matcher.text import Normaliser

TEXTS = [
    # text, tags it must have, facets or tags it must not have
    (
        "东莞长安镇五金厂的压铸件毛刺多，想用机器人打磨",
        "region:东莞 industry:五金机械 task:打磨抛光 technology:机器人",
        "",
    ),
    ("深圳坪山一家电子厂，手机玻璃外观靠工人目检，漏检多", "region:深圳 industry:3C电子 task:检测", "industry:家电"),
    ("屯门院舍老人夜间跌倒没人知道", "region:香港 industry:养老 task:照护护理", ""),
    ("挡车工不够，细纱断头接不过来", "industry:纺织服装", ""),
    ("港口岸桥下的锁销靠人工拆装", "industry:港口航运 task:码垛装卸", "industry:海关口岸"),
    ("月台卸车靠人扛，招不到装卸工", "industry:物流仓储 task:码垛装卸", ""),
    ("AOI误报太多，复判人手不够", "technology:机器视觉 technology:缺陷检测 task:检测", ""),
    ("基于SLAM的AMR自主导航", "technology:移动机器人 task:搬运", "task:导览讲解"),
    ("用RAG大模型回答政策咨询", "technology:大模型 task:问答咨询", ""),
    ("煤矿井下瓦斯巡检机器人，本安型，已取得煤安证", "industry:矿山 technology:巡检机器人 qualification:煤安证", ""),
    ("专精特新“小巨人”企业，通过ISO27001认证", "qualification:小巨人 qualification:ISO27001", ""),
    ("老师傅退休后没人会调参数", "", "industry:教育"),
    ("云浮新兴县石材厂荒料切割", "region:云浮 industry:建材陶瓷 task:切割加工", ""),
    ("战略性新兴产业项目", "", "region:"),
    ("高清远程监控平台", "", "region:"),
    ("清远英德茶园采茶", "region:清远 industry:农业 task:采收", ""),
    ("其中山体滑坡风险高", "industry:自然资源气象", "region:"),
    ("中山古镇灯饰厂", "region:中山", "industry:文旅"),
    ("确保定期巡检，深入推广宁静社区", "task:巡检巡查", "region:"),
    ("佛山南海陶瓷厂的喷釉机器人", "region:佛山 industry:建材陶瓷 technology:喷涂机器人", ""),
    ("南海海域渔船监管", "industry:海洋渔业", "region:"),
    ("长安汽车供应商的白车身焊点检测", "industry:汽车 task:检测", "region:"),
    ("复合肥装车机器人", "technology:码垛装卸机器人 task:码垛装卸", "region:"),
    ("只做喷涂，不含焊接", "task:喷涂涂胶", "task:焊接"),
    ("不支持焊接、打磨和喷涂", "", "task:"),
    ("除焊接外，均由我方完成", "", "task:焊接"),
    ("除焊接外，还需要打磨", "task:焊接 task:打磨抛光", ""),
    ("铝板除锈后在外墙施工", "task:打磨抛光 task:施工建造", ""),
    ("非无人机方案", "", "technology:无人机"),
    ("不含无人机巡检，只做焊接", "task:焊接", "technology:无人机 task:巡检巡查"),
    ("工人不用下水，无需停产", "", ""),
    ("在广州南沙港部署无人集卡", "region:广州 industry:港口航运 technology:自动驾驶 task:搬运", ""),
    ("河套深港科技创新合作区", "region:深圳", ""),
    ("横琴酒店的送物机器人", "region:珠海 industry:酒店 technology:配送机器人 task:配送送达", "region:澳门"),
    ("氹仔度假村客房清洁", "region:澳门 industry:酒店 task:清洁清洗", ""),
    ("杭州企业", "region:杭州", "region:浙江"),
    ("数据仓库和代码仓库", "", "industry:物流仓储"),
    ("无锡膏印刷缺陷", "industry:造纸印刷包装", "region:"),
    ("质检全部完成都靠人工", "task:检测", "region:"),
    ("珠江西岸船厂的爬壁机器人除锈", "industry:船舶海工 technology:爬壁高空机器人", "region:"),
    ("技术处于中试阶段，技术成熟度7级", "maturity:中试 maturity:试点验证", "task:采收"),
    ("已在多地规模化应用", "maturity:规模化应用", ""),
    ("产品已量产，批量供货三年", "maturity:量产", ""),
    ("量产线上的外观检测", "technology:缺陷检测", "maturity:"),
    ("DRAGON系统与AIS", "", "technology:"),
    ("AGV小车", "technology:移动机器人", ""),
    ("ar眼镜远程协作", "technology:AR与VR", ""),
    ("LiDAR和InSAR", "technology:激光雷达 technology:遥感", "technology:AR与VR"),
    ("助浴机器人，有医疗器械注册证", "qualification:医疗器械注册证 technology:护理助老机器人 task:照护护理", ""),
    ("食堂炒菜机器人", "industry:餐饮 technology:烹饪餐饮机器人 task:烹饪制作", ""),
    ("深海网箱残饵多，投喂凭经验", "industry:海洋渔业 task:饲喂养殖", ""),
    ("护林员爬瞭望塔看烟火", "industry:林业 task:巡检巡查", ""),
    ("法院庭审笔录语音转写", "industry:司法 technology:语音识别 task:转写记录", ""),
    ("报关员商品归类常被海关退单", "industry:海关口岸", ""),
    ("银行可疑交易误报多，反洗钱人手不足", "industry:金融 task:风控反诈", ""),
    ("车险定损慢", "industry:保险", ""),
    ("污水厂曝气电耗高，加药靠经验", "industry:水利水务 task:控制优化", ""),
    ("垃圾焚烧厂异味被投诉，怀疑夜间偷排", "industry:环保 task:监测", ""),
    ("起降点空域协调难，无人机航线受限", "industry:低空经济 technology:无人机", ""),
    ("主播熬夜，想用数字人直播带货", "industry:零售 technology:数字人 task:营销销售", ""),
    ("电梯困人，业委会投诉物业", "industry:物业园区", ""),
    ("跨境电商详情页翻译成小语种", "industry:零售 task:翻译沟通", ""),
    ("融媒体稿件三审三校", "industry:传媒 task:审核审查", ""),
    ("可信数据空间与隐私计算", "industry:数据要素 technology:隐私计算与可信数据", ""),
    ("灵巧手和减速器寿命测试", "industry:机器人产业 technology:灵巧手与末端执行器 technology:减速器", ""),
    ("实验室移液工作站", "industry:科研 technology:实验室自动化", ""),
    ("古籍OCR，异体字多", "industry:文博 technology:文档智能与OCR", ""),
    ("聋人办事没有手语翻译", "industry:助残 task:翻译沟通", ""),
    ("晶圆缺陷分类", "industry:半导体 technology:缺陷检测", ""),
    ("锂电极片涂布露箔", "industry:新能源电池", ""),
    ("光伏组件隐裂EL检测", "industry:光伏", ""),
    ("输电线路覆冰，无人机巡检", "industry:电力能源 technology:无人机 task:巡检巡查", ""),
    ("燃气管网泄漏用激光甲烷巡检", "industry:燃气供热 technology:气体检测", ""),
    ("智算中心GPU算力调度", "industry:通信算力 technology:算力与云", ""),
    ("公安民警巡逻", "industry:公共安全 task:巡检巡查", "industry:政务"),
    ("可视化工具优化工作", "", "industry:化工"),
    ("泄漏检测", "technology:气体检测", "task:检测"),
    ("压力容器的焊缝要探伤，片子看走眼", "object:焊缝 task:检测", "object:医学影像"),
    ("不含焊缝检测，只看漆面", "object:车身零部件", "object:焊缝 task:检测"),
    ("除病人外，医护也要定位", "", "object:病人"),
    ("骑电动车的人不戴头盔", "object:车辆", "object:列车"),
    ("十万亩水稻打药，田里蚊虫也多", "object:粮食作物 object:病虫害 site:农田 task:种植植保", ""),
    ("用孤立森林找异常电表", "object:仪表", "object:树木森林 site:林区"),
    ("冷库里叉车找托盘", "object:货箱托盘 site:冷库", ""),
    ("集装箱码头拆锁销", "object:集装箱 site:码头港口", ""),
    ("硫化氢报警", "object:气体泄漏", "object:橡胶轮胎"),
    ("技术中心的张力控制", "", "task:手术治疗 task:打磨抛光"),
    ("集装箱堆场翻箱", "industry:港口航运", "task:码垛装卸"),
    ("废水产生量大", "", "industry:海洋渔业"),
    ("国家电网的变电站", "industry:电力能源", "industry:家电"),
    ("人民医院手术室器械配送", "industry:医疗健康 task:配送送达", ""),
    ("烟农的烟叶分级", "industry:烟草 task:分拣抓取", ""),
    ("奶牛场推料", "industry:畜牧 task:饲喂养殖", ""),
    ("地铁车辆段列车底部钻地沟巡检", "industry:轨道交通 task:巡检巡查", ""),
    ("机场跑道异物与鸟击", "industry:民航", ""),
    ("景区讲解员不够，游客问路多", "industry:文旅 task:导览讲解", ""),
    ("小学语文作文批改", "industry:教育 task:审核审查", ""),
    ("渠务署沙井清淤", "region:香港 task:清淤疏通", ""),
    ("塔吊司机盲区多", "industry:建筑", ""),
    ("", "", "industry: technology: region: maturity: qualification: task:"),
]


@pytest.mark.parametrize(("text", "wanted", "refused"), TEXTS)
def test_texts(taxonomy: Taxonomy, text: str, wanted: str, refused: str) -> None:
    tags = taxonomy.tag(text)
    assert set(wanted.split()) - tags == set()
    for refusal in refused.split():
        assert not [tag for tag in tags if tag == refusal or (refusal.endswith(":") and tag.startswith(refusal))]


LABELS = [
    ("industry", "安老服务", "养老"),
    ("industry", "康养", "养老"),
    ("industry", "银发经济", "养老"),
    ("industry", "智慧交通", "交通"),
    ("industry", "大健康", "医疗健康"),
    ("industry", "合规", "金融"),
    ("industry", "反洗钱", "金融"),
    ("industry", "跨境电商", "零售"),
    ("industry", "汽车零部件", "汽车"),
    ("industry", "低空", "低空经济"),
    ("industry", "3c", "3C电子"),
    ("industry", "金融行业", "金融"),
    ("industry", "智能制造", "智能制造"),
    ("technology", "AOI", None),
    ("technology", "瑕疵检测", "缺陷检测"),
    ("technology", "机器狗", "四足机器人"),
    ("technology", "AGV", "移动机器人"),
    ("technology", "LLM", "大模型"),
    ("region", "深圳市坪山区", None),
    ("region", "坪山区", "深圳"),
    ("region", "新会", "江门"),
    ("region", "琶洲", "广州"),
    ("region", "横琴", "珠海"),
    ("region", "粤港澳大湾区", "粤港澳大湾区"),
    ("region", "西安", "西安"),
    ("maturity", "已商用", "量产"),
    ("maturity", "规模推广", "规模化应用"),
    ("maturity", "试点", "试点验证"),
    ("maturity", "概念验证", "原理验证"),
    ("maturity", "TRL9", "规模化应用"),
    ("maturity", "已量产", "量产"),
    ("qualification", "高企", "高新技术企业"),
    ("qualification", "CE", "CE认证"),
    ("task", "质检", "检测"),
    ("task", "patrol", "巡检巡查"),
    ("object", "患者", "病人"),
    ("object", "长者", None),
    ("object", "货柜", None),
    ("object", "PCB", "电路板"),
    ("site", "产线", "车间产线"),
    ("site", "写字楼", "办公室"),
    ("industry", "没有这个行业", None),
    ("nothing", "汽车", None),
]


@pytest.mark.parametrize(("facet", "word", "name"), LABELS)
def test_form_words(taxonomy: Taxonomy, facet: str, word: str, name: str | None) -> None:
    assert taxonomy.resolve(facet, word) == name


def test_labels_go_whole_then_in_pieces_then_by_cue(taxonomy: Taxonomy) -> None:
    assert taxonomy.tag("", ["康养"]) == {"industry:养老"}
    assert {"industry:汽车", "industry:家电"} <= taxonomy.tag("", ["汽车/家电"])
    assert "region:深圳" in taxonomy.tag("", ["深圳市坪山区"])
    assert {"industry:轨道交通", "technology:无人机"} <= taxonomy.tag("", ["地铁隧道无人机巡检"])
    assert "region:云浮" in taxonomy.tag("", ["新兴"])
    assert taxonomy.tag("", ["industry:汽车"]) == {"industry:汽车"}


def test_form_words_name_no_object_and_no_site(taxonomy: Taxonomy) -> None:
    """No form asks for them: of a trade it is not said that the work is done on its goods, or in its houses."""
    assert taxonomy.tag("", ["汽车", "港口航运", "养老院", "焊缝"]).isdisjoint(
        f"{facet}:{name}" for facet in ("object", "site") for name in taxonomy.names[facet]
    )
    assert taxonomy.tag("", ["object:焊缝"]) == {"object:焊缝"}
    assert taxonomy.tag("焊缝", ["汽车"]) >= {"industry:汽车", "object:焊缝"}


def test_places(taxonomy: Taxonomy) -> None:
    assert taxonomy.region_of("广州番禺的供应商到深圳宝安安装") == "广州"
    assert taxonomy.region_of("广东企业，总部在东莞松山湖") == "东莞"
    assert taxonomy.region_of("广东企业") == "广东"
    assert taxonomy.region_of("没有地名") is None
    assert [taxonomy.province(r) for r in ("东莞", "香港", "杭州", "广东", "火星")] == [
        "广东",
        "香港",
        "浙江",
        "广东",
        None,
    ]
    bay = {"广州", "深圳", "珠海", "佛山", "惠州", "东莞", "中山", "江门", "肇庆", "香港", "澳门"}
    assert {name for name in taxonomy.names["region"] if taxonomy.in_bay_area(name)} == bay


DISTRICTS = """
广州 越秀 海珠 荔湾 天河 白云 黄埔 番禺 花都 南沙 从化 增城
深圳 福田 罗湖 南山 盐田 宝安 龙岗 龙华 坪山 光明
珠海 香洲 斗门 金湾
汕头 金平 龙湖 濠江 潮阳 潮南 澄海
佛山 禅城 南海 顺德 高明 三水
韶关 武江 浈江 曲江
河源 源城
梅州 梅江 梅县
惠州 惠城 惠阳
阳江 江城 阳东
湛江 赤坎 霞山 坡头 麻章
茂名 茂南 电白
肇庆 端州 鼎湖 高要
清远 清城 清新
潮州 湘桥 潮安
揭阳 榕城 揭东
云浮 云城 云安
江门 蓬江 江海 新会
"""
COUNTIES = """
汕头 南澳县
韶关 始兴县 仁化县 翁源县 乳源瑶族自治县 新丰县 乐昌市 南雄市
河源 紫金县 龙川县 连平县 和平县 东源县
梅州 大埔县 丰顺县 五华县 平远县 蕉岭县 兴宁市
惠州 博罗县 惠东县 龙门县
汕尾 海丰县 陆河县 陆丰市
江门 台山市 开平市 鹤山市 恩平市
阳江 阳西县 阳春市
湛江 遂溪县 徐闻县 廉江市 雷州市 吴川市
茂名 高州市 化州市 信宜市
肇庆 广宁县 怀集县 封开县 德庆县 四会市
清远 佛冈县 阳山县 连山壮族瑶族自治县 连南瑶族自治县 英德市 连州市
潮州 饶平县
揭阳 揭西县 惠来县 普宁市
云浮 新兴县 郁南县 罗定市
"""
TOWNS = """
东莞 莞城街道 东城街道 南城街道 万江街道 石碣镇 石龙镇 茶山镇 石排镇 企石镇 横沥镇 桥头镇 谢岗镇 东坑镇 常平镇
东莞 寮步镇 樟木头镇
东莞 大朗镇 黄江镇 清溪镇 塘厦镇 凤岗镇 大岭山镇 长安镇 虎门镇 厚街镇 沙田镇 道滘镇 洪梅镇 麻涌镇 望牛墩镇
东莞 中堂镇 高埗镇 松山湖
中山 石岐街道 南区街道 五桂山 民众街道 南朗 小榄镇 黄圃镇 东凤镇 古镇镇 沙溪镇 坦洲镇 三乡镇 横栏镇 阜沙镇
中山 大涌镇 神湾镇 板芙镇 翠亨新区
香港 中西区 湾仔区 油尖旺区 深水埗区 九龙城区 黄大仙区 观塘区 荃湾区 屯门区 元朗区 大埔区 西贡区 沙田区 葵青区
香港 离岛区 北区 东区 南区
香港 将军澳 大屿山 东涌 旺角 尖沙咀 启德 落马洲 北部都会区
澳门 花地玛堂区 圣安多尼堂区 大堂区 望德堂区 风顺堂区 嘉模堂区 圣方济各堂区 路氹 路环 氹仔
深圳 前海 河套 大鹏新区 光明科学城 深汕特别合作区 蛇口
广州 琶洲 白云机场 广州科学城
惠州 大亚湾 仲恺
珠海 横琴 高栏港
"""


def _places(table: str) -> list[tuple[str, str]]:
    lines = [line.split() for line in table.strip().splitlines()]
    return [(place, city) for city, *places in lines for place in places]


def test_every_district_county_and_town_resolves_to_its_city(taxonomy: Taxonomy) -> None:
    wanted = _places(DISTRICTS) + _places(COUNTIES) + _places(TOWNS)
    assert [(p, taxonomy.resolve("region", p)) for p, c in wanted if taxonomy.resolve("region", p) != c] == []
    full = [(p + "区", c) for p, c in _places(DISTRICTS)] + _places(COUNTIES)
    assert [p for p, c in full if taxonomy.region_of(f"地点在{p}内") != c] == []
    cities = dict.fromkeys(city for _, city in _places(DISTRICTS) + _places(COUNTIES) + _places(TOWNS))
    guangdong = [city for city in cities if city not in ("香港", "澳门")]
    assert len(guangdong) == 21
    assert [c for c in cities if taxonomy.region_of(f"位于{c}的企业") != c] == []
    assert {taxonomy.province(c) for c in guangdong} == {"广东"}


def test_hierarchies(taxonomy: Taxonomy) -> None:
    assert taxonomy.parent("机器视觉") == "感知识别"
    assert taxonomy.parent("感知识别") is None
    tops = {name for name in taxonomy.names["technology"] if taxonomy.parent(name) is None}
    assert {taxonomy.parent(name) for name in taxonomy.names["technology"]} - {None} == tops
    assert "新能源电池" in taxonomy.related("汽车")
    assert taxonomy.related("没有这个行业") == frozenset()
    names = taxonomy.names["industry"]
    assert all(a in taxonomy.related(b) for a in names for b in taxonomy.related(a))
    assert all(a not in taxonomy.related(a) for a in names)
    assert taxonomy.code("汽车") == ("C36",)
    levels = [taxonomy.maturity_level(name) for name in taxonomy.names["maturity"]]
    assert levels == list(range(1, 10))
    assert taxonomy.maturity_level("已商用") == 8
    assert taxonomy.maturity_level("汽车") is None


def test_size_and_names(taxonomy: Taxonomy) -> None:
    assert len(taxonomy.names["industry"]) >= 45
    assert len(taxonomy.names["technology"]) >= 90
    assert len(taxonomy.names["object"]) >= 130
    assert len(taxonomy.names["site"]) >= 50
    assert all(len(set(names)) == len(names) for names in taxonomy.names.values())
    assert len(taxonomy.version) == 12


words = st.text("汽车不含除外无人机、和老师傅东莞长安镇焊接AGV机器人检测 ，。", max_size=40)
labels = st.lists(
    st.sampled_from(["汽车", "康养", "深圳市坪山区", "AOI", "已商用", "质检", "高企", "无", "industry:汽车"])
)


@settings(deadline=None, max_examples=300)
@given(text=words, some=labels, more=labels)
def test_laws(taxonomy: Taxonomy, text: str, some: list[str], more: list[str]) -> None:
    tags = taxonomy.tag(text, some)
    assert tags <= taxonomy.tag(text, some + more), "labels only add"
    assert taxonomy.tag(text, some + sorted(tags)) == tags, "tagging twice changes nothing"
    assert taxonomy.tag(text.upper(), some) == taxonomy.tag(text.lower(), some), "case does not matter"
    assert all(tag.partition(":")[2] in taxonomy.names[tag.partition(":")[0]] for tag in tags)


def test_speed(taxonomy: Taxonomy) -> None:
    text = "".join(text for text, _, _ in TEXTS)[:300]
    taxonomy.tag(text)
    runs = []
    for _ in range(20):
        start = time.perf_counter()
        taxonomy.tag(text)
        runs.append(time.perf_counter() - start)
    assert min(runs) < 0.0006, "0.15 ms where it was written"


def test_every_name_stands_for_itself(taxonomy: Taxonomy) -> None:
    for facet in FACETS:
        assert [n for n in taxonomy.names[facet] if taxonomy.resolve(facet, n) != n] == []


def _copy(root: Path, to: Path) -> Path:
    for file in (root / "data" / "taxonomy").glob("*.tsv"):
        (to / file.name).write_text(file.read_text("utf-8"), "utf-8")
    return to


def _broken(folder: Path, file: str, row: str) -> tuple[str, int]:
    path = folder / file
    lines = path.read_text("utf-8").rstrip("\n").split("\n")
    path.write_text("\n".join([*lines, row]) + "\n", "utf-8")
    with pytest.raises(InvalidInput) as caught:
        Taxonomy.load(folder)
    assert caught.value.details["file"] == file
    assert caught.value.details["line"] == len(lines) + 1
    return str(caught.value), len(lines) + 1


@pytest.mark.parametrize(
    ("file", "row", "says"),
    [
        ("industries.tsv", "新行业\tC1\t\t康养\t", "「康养」已经属于「养老」"),
        ("industries.tsv", "养老\tC1\t\t\t", "「养老」已经属于「养老」"),
        ("industries.tsv", "新行业\tC1\t火星\t\t", "相近行业「火星」不是其他行业的名称"),
        ("industries.tsv", "新行业\tC1\t\t\t\t\t多一列", "有 7 列，应为 5 列"),
        ("industries.tsv", "\tC1\t\t\t词语", "「名称」不能为空"),
        ("technologies.tsv", "新技术\t没有\t\t", "上级「没有」不是技术方向的名称"),
        ("technologies.tsv", "新技术\t机器视觉\t\t", "上级「机器视觉」不是技术方向的名称"),
        ("tasks.tsv", "新任务\t\t短\t", "线索词「短」太短"),
        ("objects.tsv", "新对象\t患者\t\t", "「患者」已经属于「病人」"),
        ("sites.tsv", "新地点\t\t\t海", "线索词「海」太短"),
        ("maturity.tsv", "新阶段\t十\t\t\t", "「级别」应是 1 到 9 的整数，现为「十」"),
    ],
)
def test_bad_rows_name_file_and_line(root: Path, tmp_path: Path, file: str, row: str, says: str) -> None:
    message, line = _broken(_copy(root, tmp_path), file, row)
    assert message.startswith(f"{file} 第 {line} 行：")
    assert says in message


def test_bad_files(root: Path, tmp_path: Path) -> None:
    folder = _copy(root, tmp_path)
    (folder / "tasks.tsv").write_bytes("名称\n巡检\n".encode("gb18030"))
    with pytest.raises(InvalidInput, match=r"tasks\.tsv 第 1 行不是 UTF-8 编码，请另存为 UTF-8"):
        Taxonomy.load(folder)
    (folder / "tasks.tsv").write_text("任务\t别名\n", "utf-8")
    with pytest.raises(InvalidInput, match="表头应为「名称"):
        Taxonomy.load(folder)
    (folder / "tasks.tsv").unlink()
    with pytest.raises(InvalidInput, match=r"缺少数据文件 tasks\.tsv"):
        Taxonomy.load(folder)


def test_version_follows_the_words_and_not_the_line_ends(root: Path, tmp_path: Path, taxonomy: Taxonomy) -> None:
    folder = _copy(root, tmp_path)
    traps = folder / "traps.tsv"
    text = traps.read_text("utf-8")
    traps.write_bytes(("\ufeff" + text.replace("\n", "\r\n")).encode())
    assert Taxonomy.load(folder).version == taxonomy.version
    traps.write_text(text + "新词语\t说明\n", "utf-8")
    assert Taxonomy.load(folder).version != taxonomy.version


@pytest.mark.parametrize("file", ["objects.tsv", "sites.tsv"])
def test_the_version_names_every_table(root: Path, tmp_path: Path, taxonomy: Taxonomy, file: str) -> None:
    """An index is recognised as stale by it: one without these tags must not be searched as if it had them."""
    folder = _copy(root, tmp_path)
    with (folder / file).open("a", encoding="utf-8") as table:
        table.write("新行\t\t\t\n")
    assert Taxonomy.load(folder).version != taxonomy.version


def test_every_word_survives_the_normaliser(taxonomy: Taxonomy, lexicon: Lexicon, root: Path) -> None:
    """A cue that the normaliser rewrites would never be met in normalised text."""
    normalise = Normaliser(lexicon.hongkong)
    lost: list[str] = []
    for facet, (file, columns) in FACETS.items():
        for row in tables.read(root / "data" / "taxonomy" / file, columns):
            cues = [word for column in columns if column.endswith("线索词") for word in row.words(column)]
            tag = f"{facet}:{row['名称']}"
            lost += [word for word in cues if tag not in taxonomy.tag(normalise(word))]
            lost += [word for word in row.words("别名") if taxonomy.resolve(facet, normalise(word)) != row["名称"]]
    assert lost == []
