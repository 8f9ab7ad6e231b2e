"""`scenematch doctor`: is everything there, and what to do where it is not."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Literal

from api.commands.output import add_json, say, say_json
from indexer.workshop import context_folder, open_server
from matcher.adapters import shelves
from matcher.adapters.encoders import open_encoder
from matcher.analyser import Analyser
from matcher.errors import MatcherError, Unavailable
from matcher.generations import Generations
from matcher.lexicon import Lexicon
from matcher.model import Kind
from matcher.settings import Settings
from matcher.store import Store, sqlite_version_note

LEAST_FREE = 1024**3
"""Bytes free below which a build or a large import may not fit."""

MARKS = {"ok": "正常", "note": "注意", "problem": "有问题"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: how it went, and in Chinese what was seen and what to do."""

    name: str
    state: Literal["ok", "note", "problem"]
    says: str


def configure(parser: argparse.ArgumentParser) -> None:
    add_json(parser)


def run(args: argparse.Namespace, settings: Settings) -> int:
    findings = [_checked(name, check, settings) for name, check in CHECKS]
    if args.json:
        say_json({"findings": [asdict(finding) for finding in findings]})
    else:
        for finding in findings:
            say(f"[{MARKS[finding.state]}] {finding.name}：{finding.says}")
    return 1 if any(finding.state == "problem" for finding in findings) else 0


def _checked(name: str, check: Callable[[Settings], str], settings: Settings) -> Finding:
    """A check returns what it saw, raises Note for something to look at, or any of our errors for a problem."""
    try:
        return Finding(name, "ok", check(settings))
    except _Note as note:
        return Finding(name, "note", str(note))
    except MatcherError as error:
        return Finding(name, "problem", str(error))


class _Note(Exception):
    """Works, and yet the person should know."""


def _python(settings: Settings) -> str:
    system = "" if sys.platform.startswith("linux") else "；本系统没有内存和处理器时间上限，导入文件只有时间上限"
    says = f"Python {sys.version.split()[0]}{system}"
    if system:
        raise _Note(says)
    return says


def _model(settings: Settings) -> str:
    if not settings.encoder.is_dir():
        raise Unavailable(
            "没有编码模型；请用 make train 训练一个，或把模型文件夹的位置写进环境变量 SCENEMATCH_ENCODER。"
        )
    encoder = open_encoder(settings.encoder, _analysing(settings))
    vector = encoder.queries(["焊点缺陷检测"])
    if not vector.any():
        raise Unavailable("编码模型读不懂测试文字；请重新训练，或重新获取安装包。")
    return f"{encoder.name}，{encoder.dim} 维"


def _context(settings: Settings) -> str:
    if settings.context is None:
        raise _Note("没有使用语境模型（SCENEMATCH_CONTEXT=off），排序只看用词和词义。")
    if not settings.context.is_dir():
        raise Unavailable("没有语境模型；请重新获取安装包，或把文件夹的位置写进 SCENEMATCH_CONTEXT，不使用时设为 off。")
    if settings.encoder.is_dir() and context_folder(settings) is None:
        raise _Note("编码模型自己通读全文，不另用语境模型。")
    context = open_encoder(settings.context, _analysing(settings))
    if not context.queries(["焊点缺陷检测"]).any():
        raise Unavailable("语境模型读不懂测试文字；请重新获取安装包。")
    return f"{context.name}，{context.dim} 维"


def _analyser(settings: Settings) -> str:
    analyser = _analysing(settings)
    analyser.probe()
    return f"分词与清洗规则 {analyser.version}，检查词全部命中"


def _lexical(settings: Settings) -> str:
    """The lexical index itself, asked in Chinese: the arm that search engines lose most silently."""
    from matcher.adapters.bm25 import Bm25Index
    from matcher.analyser import PROBES

    analyser = _analysing(settings)
    texts = list(PROBES.values())
    index = Bm25Index.build([f"p{n}" for n in range(len(texts))], [{"body": analyser.counts(text)} for text in texts])
    for number, query in enumerate(PROBES):
        terms = {term: float(count) for term, count in analyser.counts(query).items()}
        if f"p{number}" not in [hit.id for hit in index.search(terms, len(texts))]:
            raise Unavailable(f"关键词检索查不到“{query}”；请重新安装 jieba、rjieba 和 data/lexicon。")
    return f"{len(PROBES)} 个中文检查词都能查到"


def _database(settings: Settings) -> str:
    with Store.open(settings.database_url, write=False) as store:
        problems = store.check()
        if problems:
            raise Unavailable("；".join(problems))
        counts = f"需求 {store.count(Kind.DEMAND)} 条，方案 {store.count(Kind.SOLUTION)} 条"
    return f"完好，{counts}"


def _sqlite(settings: Settings) -> str:
    if settings.database_path is None:
        return "使用数据库服务器，与 SQLite 无关"
    return sqlite_version_note()


def _index(settings: Settings) -> str:
    generations = Generations(settings.index_folder)
    name = generations.current()
    if name is None:
        raise _Note("还没有索引，匹配时逐条比对，记录多时会慢；请运行 scenematch build。")
    manifest = generations.verify(name)
    return f"{name}，文件校验通过，{sum(manifest.counts.values())} 条记录"


def _server(settings: Settings) -> str:
    server = open_server(settings)
    if server is None:
        return "没有使用，向量由本机检索"
    generations = Generations(settings.index_folder)
    name = generations.current()
    names = shelves.collections(generations.folder(name)) if name else frozenset()
    held = sum(server.rows(collection) for collection in names)
    if server.trouble():
        raise Unavailable(server.trouble())
    if not names:
        raise _Note(f"{server.address.shown} 可以使用，但当前索引不在上面；请运行 scenematch build。")
    return f"{server.address.shown}，当前索引的 {held} 条向量都在"


def _disk(settings: Settings) -> str:
    folder = settings.home
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    says = f"{settings.home} 所在磁盘还有 {free / 1024**3:.1f} GB"
    if free < LEAST_FREE:
        raise Unavailable(f"{says}，不足 1 GB；请清理磁盘，或用 SCENEMATCH_HOME 换一个位置。")
    return says


def _analysing(settings: Settings) -> Analyser:
    return Analyser.load(Lexicon.load(settings.data / "lexicon"), settings.cache_folder)


CHECKS: tuple[tuple[str, Callable[[Settings], str]], ...] = (
    ("运行环境", _python),
    ("编码模型", _model),
    ("语境模型", _context),
    ("分词", _analyser),
    ("关键词检索", _lexical),
    ("数据库", _database),
    ("SQLite", _sqlite),
    ("索引", _index),
    ("向量服务器", _server),
    ("磁盘", _disk),
)
