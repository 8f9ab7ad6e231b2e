"""Likely repeats within one list, by names and characters."""

from __future__ import annotations

import time

from matcher.model import Demand, Solution
from matcher.twins import twins

TEXT = "仓库1.8万平方米，代运营11个鞋服品牌，大促时日均9万单，拣货人手顶不住，希望引入辅助拣货设备。"


def test_what_looks_like_one_filing() -> None:
    rows = [
        Demand("1", "鞋服电商仓大促拣货人手顶不住", organization="东莞市云仓供应链有限公司", description=TEXT),
        Demand("2", "鞋服电商仓双十一拣货人手顶不住", organization="东莞云仓供应链有限公司", description=TEXT),
        Demand(
            "3",
            "外墙空鼓排查",
            organization="某物业公司",
            description="外墙瓷片空鼓脱落，敲不过来，想找快的办法。",
        ),
        Demand("4", "旧楼外墙瓷砖检测", organization="某物业公司", description="外墙瓷片空鼓脱落，想找快的办法。"),
        Demand("5", "电梯困人", organization="某物业公司", description="老旧电梯困人多，想提前知道哪台要坏。"),
        Demand("6", "鞋服电商仓大促拣货人手顶不住", organization="另一家公司", description=TEXT),
        Demand("7", "鞋服电商仓大促拣货人手顶不住", organization="广州市某超市", description="货架缺货没人知道。"),
    ]
    assert [(t.first, t.second, t.exact, t.says) for t in twins(rows)] == [
        (0, 1, False, "同一单位、名称相近"),
        (2, 3, False, "同一单位、正文大部分相同"),
        (0, 5, True, "名称和正文完全相同"),
    ]


def test_confirmed_names_count() -> None:
    rows = [
        Solution("1", "焊点检测系统", vendor="甲视觉", description="检测焊点。"),
        Solution("2", "焊点检测系统", vendor="原乙科技", description="在线检测焊点外观。"),
    ]
    assert twins(rows) == ()
    assert [t.says for t in twins(rows, {"原乙科技": "甲视觉"})] == ["同一单位、名称相同"]


def test_fast_enough_for_a_big_list() -> None:
    rows = [
        Demand(str(n), f"第{n % 977}号设备改造", organization=f"甲{n % 3001}厂", description=f"{n}号线改造，{TEXT}")
        for n in range(10_000)
    ]
    begun = time.process_time()
    assert twins(rows)
    assert time.process_time() - begun < 6
