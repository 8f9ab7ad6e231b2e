"""The model card: what the model is, what it was trained on and under which licences, how, and what it cannot do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from indexer.train.knowledge import Topic

SOURCES: Mapping[str, tuple[str, str]] = {
    "papers_scenario": ("Chinese summaries of AI and robotics papers (GitHub shiyibihua/arxiv-daily)", "GPL-3.0"),
    "papers_problem_method": (
        "Chinese summaries of AI papers (GitHub dw-dengwei/daily-arXiv-ai-enhanced)",
        "modified Apache-2.0",
    ),
    "papers_en_zh": ("English titles with Chinese summaries, both of the above", "as above"),
    "docs_enterprise": (
        "Microsoft Dynamics 365, Power Apps, architecture and bot documentation zh-CN; PingCAP docs-cn",
        "CC BY 4.0; CC BY-SA 3.0",
    ),
    "docs_robot_ai": ("Paddle, MindSpore, d2l-zh, every-embodied, daily-arxiv notes", "Apache-2.0"),
    "csl_papers": ("CSL: titles, keywords, abstracts, disciplines", "Apache-2.0"),
    "laws": ("Chinese laws and regulations (LawRefBook/Laws)", "official texts"),
    "synonyms": ("HanLP CoreSynonym (Cilin)", "Apache-2.0"),
    "company_concept": ("company and concept (stock-knowledge-graph)", "MIT"),
    "news_ai": ("AI daily (juya-ai-daily)", "MIT"),
}
"""Public pair file → what it is, and the licence its source states. The texts themselves are not redistributed."""


def sources_table(topics: Sequence[Topic], public: Mapping[str, Sequence[Any]]) -> str:
    """What a model was trained on, as a Markdown table."""
    rows = "\n".join(
        f"| {name} | {len(pairs):,} | {SOURCES.get(name, ('given by the user', 'see its source'))[0]} "
        f"| {SOURCES.get(name, ('', 'see its source'))[1]} |"
        for name, pairs in public.items()
    )
    return f"""| source | pairs | what | licence stated by the source |
|---|---|---|---|
| data/knowledge of this project | {len(topics):,} topics | scenario knowledge, hand-written for it | Apache-2.0 |
{rows}"""


def card(topics: Sequence[Topic], public: Mapping[str, Sequence[Any]], analyser: str, recipe: Any) -> str:
    """The card as Markdown. Figures are not copied into it: docs/quality.md holds them, made by one command."""
    numbers = "\n".join(f"- `{name}`: {value}" for name, value in asdict(recipe).items())
    return f"""---
license: apache-2.0
language: [zh]
library_name: sentence-transformers
tags: [sentence-similarity, static-embedding, chinese]
---
# SceneMatch term embedding

A bag of term embeddings over SceneMatch's analyser (words, character bigrams, single characters, Latin terms): a text's
vector is the sum of its terms' vectors at unit length. int8 rows with one scale each. Trained from random numbers; no
other model's weights are in it. It serves with NumPy alone, and loads in sentence-transformers through
`matcher.adapters.term_embedding.TermEmbedding` of the installed package. Analyser: `{analyser}`.

## Training data

{sources_table(topics, public)}

## Recipe

Public pairs first, then the knowledge (an anchor is what a demander writes, a positive what a vendor writes, a negative
a near miss of the same topic; sentences of filler mixed in) among batches of pairs, both with
MultipleNegativesRankingLoss in both directions inside MatryoshkaLoss; the shipped weights are the mean of both stages'.
By `make train`.

{numbers}

## Figures

See docs/quality.md; `scenematch evaluate --all` reproduces every one.

## Limits

Made for Chinese scenario demands and vendor solutions. It knows no word order and no negation: "不含焊接" and "焊接"
look alike to it, which is why the engine leaves out what an offer excludes before it counts, and reads tags and
requirements as well. Words that neither source has count for
nothing but their characters. Not meant for general semantic search, for other languages, or for judging people.
"""
