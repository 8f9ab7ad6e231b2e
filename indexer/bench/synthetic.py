"""Collections of any size for measuring: records recombined from the statements of the knowledge in data/.

Every record is a plausible one: the statements of one topic, now and then one of a neighbour with the same technology,
figures, a place and a case, 120 to 200 characters in all. Same topics, count and seed: same records.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from indexer.train.knowledge import Topic
from matcher.model import Demand, Money, Solution

CITIES = ("广州", "深圳", "佛山", "东莞", "珠海", "中山", "惠州", "江门", "肇庆", "香港", "澳门", "苏州", "武汉")
KINDS = ("系统", "平台", "解决方案", "一体机", "成套装备", "服务")
MATURITIES = ("实验室验证", "小规模试点", "示范应用", "规模化应用")
QUALIFICATIONS = ("高新技术企业", "专精特新", "ISO9001", "软件企业")
INDICATORS = (
    "准确率≥{share}%",
    "漏检率≤{rest}%",
    "单件检测时间不超过{seconds}秒",
    "续航{hours}小时以上",
    "定位精度±{millimetres}毫米",
    "响应时间小于{seconds}秒",
    "处理能力{pieces}件/小时",
    "人工减少{percent}%",
)
WISHES = (
    "要求准确率不低于{share}%",
    "漏检率控制在{rest}%以内",
    "单件用时≤{seconds}秒",
    "连续工作不少于{hours}小时",
    "误差不超过{millimetres}毫米",
    "每小时不少于{pieces}件",
)
STRAY = 0.25
"""Share of records that also carry a statement of a neighbouring topic."""


@dataclass(frozen=True)
class Knowledge:
    """The topics, and which of them share a technology."""

    topics: Sequence[Topic]
    sharing: Mapping[str, Sequence[Topic]]

    @classmethod
    def of(cls, topics: Sequence[Topic]) -> Knowledge:
        sharing: dict[str, list[Topic]] = {}
        for topic in topics:
            for technology in topic.technologies:
                sharing.setdefault(technology, []).append(topic)
        return cls(topics, sharing)

    def neighbour(self, topic: Topic, chance: random.Random) -> Topic:
        """Another topic with one of the technologies, or the same one where there is none."""
        return chance.choice(self.sharing[chance.choice(topic.technologies)])


def solutions(knowledge: Knowledge, count: int, seed: int = 0) -> Iterator[Solution]:
    """`count` offers, B000000 upwards."""
    for number in range(count):
        chance = random.Random(f"solution {seed} {number}")
        topic = chance.choice(knowledge.topics)
        said = chance.sample(topic.solution, chance.choice((2, 3)))
        if chance.random() < STRAY:
            said.append(chance.choice(knowledge.neighbour(topic, chance).solution))
        city = chance.choice(CITIES)
        yield Solution(
            id=f"B{number:06d}",
            title=f"{topic.name[: chance.randint(8, 16)]}{chance.choice(KINDS)}",
            vendor=f"{city}第{number % 997 + 1}科技公司",
            industries=topic.industry,
            technologies=topic.technologies,
            region=city,
            description="".join(map(_stopped, said)),
            indicators="，".join(_figured(chance.sample(INDICATORS, chance.randint(1, 3)), chance)),
            cases=f"{chance.choice(CITIES)}{chance.choice(topic.demand_terms)}现场，运行{chance.randint(2, 48)}个月。",
            maturity=chance.choice(MATURITIES),
            price=Money(low=(price := float(chance.randint(5, 400))), high=price, raw=f"{price:.0f}万元"),
            qualifications=(chance.choice(QUALIFICATIONS),),
        )


def demands(knowledge: Knowledge, count: int, seed: int = 0) -> Iterator[Demand]:
    """`count` needs, A000000 upwards."""
    for number in range(count):
        chance = random.Random(f"demand {seed} {number}")
        topic = chance.choice(knowledge.topics)
        yield Demand(
            id=f"A{number:06d}",
            title=f"{topic.name[:16]}需求",
            organization=f"{chance.choice(CITIES)}第{number % 491 + 1}工厂",
            industries=topic.industry[:1],
            region=chance.choice(CITIES),
            description="".join(map(_stopped, chance.sample(topic.demand, 2))),
            requirements="；".join(_figured(chance.sample(WISHES, chance.randint(1, 2)), chance)),
        )


def texts(knowledge: Knowledge, letters: int, count: int, seed: int = 0) -> list[str]:
    """`count` demands as people type them, each about so many characters long, no two alike."""
    found: dict[str, None] = {}
    chance = random.Random(f"text {seed} {letters}")
    while len(found) < count:
        topic, said = chance.choice(knowledge.topics), ""
        other = knowledge.neighbour(topic, chance)
        waiting = [*topic.demand, *_figured(chance.sample(WISHES, 3), chance), *other.demand, *other.near_miss]
        for statement in waiting:
            if len(said) >= letters:
                break
            said += _stopped(statement)
        found[said[: letters + letters // 10]] = None
    return list(found)


def _stopped(statement: str) -> str:
    return statement if statement.endswith(("。", "！", "？")) else statement + "。"


def _figured(patterns: Sequence[str], chance: random.Random) -> list[str]:
    """The patterns with figures in them."""
    return [
        pattern.format(
            share=round(chance.uniform(90, 99.9), 1),
            rest=round(chance.uniform(0.1, 5), 1),
            seconds=round(chance.uniform(0.2, 30), 1),
            hours=chance.randint(4, 24),
            millimetres=round(chance.uniform(0.01, 5), 2),
            pieces=chance.randint(60, 3000),
            percent=chance.randint(10, 80),
        )
        for pattern in patterns
    ]
