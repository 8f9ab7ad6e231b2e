"""What a figure is about: the words right before its name, without those that fit any figure."""

from __future__ import annotations

import re

_ANY = """
系统 设备 装置 产品 方案 平台 整机 整车 整体 总体 综合 典型 额定 标称 设计 实测 规格 参数
性能 指标 主要 技术 关键 核心 检测 质检 检验 识别 缺陷 瑕疵 疵点 坏品 不良品 次品 残次品 不良
表面 外观 各类 所有 全部 单台 单机 本机 全年 累计 日常 常规 一般 标准 通用 最大 最高 最多
最长 最远 最小 最低 最短 最快 最优 最佳 最好 峰值 上限 下限 可达 高达 平均 均值 连续 环境
条件 情况 夜间 夜晚 夜里 晚上 弱光 暗光 白天 日间 雨天 雾天 满载 空载 静态 动态 室内 室外
户外 低温 高温 要求 需要 能够 支持 实现 达到 满足 保证 确保 具备 具有 采用 可以 必须 不得
允许 同时 其中 以及 并且 而且 另外 经过 进行 使得 可使 期望 希望 目标 项目 提升 提高 降低
减少 缩短 控制 保持 稳定 保障 应用 上线 投用 使用 运行 工作 作业 现场 实际 充电 充满电 一次
单次 预计 预期 计划 力争 有望 理论 实验室 仿真 目前 现在 当前 现有 原来 原有 以前 传统 人工
同类 上线后 改造后 应用后 使用后 投用后 部署后 机器人 机器 自动 智能 算法 模型 公司 我司 我们
客户 用户 企业 本系统 本方案 本产品 该系统 AI 较 将 把 让 使 经 下 了 是 有 处理 生产
"""
_GENERIC = re.compile("|".join(sorted(map(re.escape, _ANY.split()), key=lambda w: (-len(w), w))))
_CUT = re.compile(r"[的对在:：|]")
_JOINT = re.compile(r"[和与及、/+]")
_EDGE = '的对与和及其该各须可为以并且还也均都则至到达之:：(（)）[]"“”‘’· \t-~/,.;≥≤<>=0123456789%'


def objects(words: str) -> frozenset[str]:
    """裂纹 for the words before the name in 系统对表面裂纹的(检出率); joined objects are all given (车牌和车型).

    A single character says too little and is left out; so nothing may be left, and the figure is about anything.
    """
    last = _GENERIC.sub(" ", words).rstrip(_EDGE).rpartition(" ")[2]
    last = _CUT.split(last)[-1]
    pieces = (piece.strip(_EDGE) for piece in _JOINT.split(last))
    return frozenset(piece for piece in pieces if len(piece) > 1)


def alike(one: str, other: str) -> bool:
    """Whether one object is named within the other (车牌 in 蓝色车牌). 极端天气 and 转折天气 are two."""
    return one in other or other in one


def mentioned(words: frozenset[str], text: str) -> bool:
    """Whether the text speaks of any of the objects: most neighbouring characters of it stand there together."""
    return any(2 * sum(pair in text for pair in pairs) > len(pairs) for pairs in map(_pairs, words))


def _pairs(word: str) -> list[str]:
    return [word[i : i + 2] for i in range(len(word) - 1)]
