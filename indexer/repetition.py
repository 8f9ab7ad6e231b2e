"""Rows of one file that say the same: the same id is kept once, what merely looks alike is a question.

This is the first look, within one file and by wording alone; whether two records of the store are the same need is
judged elsewhere, by what they mean.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, fields, replace
from functools import lru_cache

from rapidfuzz import fuzz

from indexer.identity import name_key, stable_id
from indexer.reading import Note, Verdict
from indexer.report import Accepted
from indexer.shapes import COMPANY, PUBLIC
from matcher.model import Demand, Kind, Record
from matcher.store.codec import CLASSES

ALIKE, SAME = 85, 92
"""Likeness of wording (0–100) that makes two rows of one filer, and of different filers, look alike."""

LONGEST, SHORTEST = 800, 12
"""Characters of a text that are compared; a shorter text says too little."""

CROWD = 200
"""Rows of one filer that are compared with each other; more are no repetition but a catalogue."""

SHORT_NAMES = 500
INFORMAL = 0.25
"""A list in which more names than this are short does not mind; there a short name is told only beside the full one."""

_SAID = {
    kind: tuple(f.name for f in fields(of) if f.name not in ("id", "source", "status")) for kind, of in CLASSES.items()
}
_PLACE = re.compile(r"[省市区县]|自治州|特别行政")
_VERSION = re.compile(r"[Vv]?\d+(?:\.\d+)+|[（(]?第?[一二三四五六七八九十\d]+[期代版][)）]?")


def once(rows: Sequence[Accepted]) -> tuple[list[Accepted], list[tuple[Accepted, Accepted]]]:
    """(the rows without those whose id has come before, those with the first of the id)."""
    first: dict[tuple[Kind, str], Accepted] = {}
    again: list[tuple[Accepted, Accepted]] = []
    for each in rows:
        before = first.setdefault((each.record.kind, each.record.id), each)
        if before is not each:
            again.append((each, before))
    return list(first.values()), again


def again_note(each: Accepted, first: Accepted) -> Note:
    """What to tell of a row whose id has come before."""
    hint = f"与{_where(each, first)}编号相同，或单位和名称都相同，只保留先出现的一行"
    return Note("duplicate", hint, Verdict.REJECTED)


def renamed(record: Record, owner: str) -> Record:
    """The record under the full name of its organisation; an id made from the short name is made again."""
    old = record.organization if isinstance(record, Demand) else record.vendor
    key = record.title if record.title.strip() else record.description
    id = stable_id(record.kind, owner, key) if record.id == stable_id(record.kind, old, key) else record.id
    if isinstance(record, Demand):
        return replace(record, id=id, organization=owner)
    return replace(record, id=id, vendor=owner)


@dataclass(frozen=True, slots=True)
class Wording:
    """A row as it is compared: its texts, who filed it, the phases and parts that its title names."""

    record: Record
    texts: tuple[str, str, str]
    owner: str
    owner_key: str
    versions: AbstractSet[str]

    @classmethod
    def of(cls, record: Record) -> Wording:
        owner = owner_of(record)
        return cls(record, _texts(record), owner, _owner_key(owner), _versions(record.title))


def repeats(accepted: Sequence[Accepted]) -> Iterator[tuple[Accepted, Accepted]]:
    """(the row that says less, the row like it), in order of the first; each row once, with the first it is like."""
    told: set[int] = set()
    blocks: dict[int, list[Sequence[int]]] = {}
    for block in _blocks(accepted):
        for at in block:
            blocks.setdefault(at, []).append(block)
    # Texts made ready to compare weigh as much as the list, so only those of a few blocks are kept.
    ready = lru_cache(maxsize=4 * CROWD)(lambda at: Wording.of(accepted[at].record))
    for one in sorted(blocks):
        for two in sorted({at for block in blocks[one] for at in block if at > one}):
            if one not in told and two not in told and alike(ready(one), ready(two)):
                less, more = (one, two) if _says(accepted[one].record) < _says(accepted[two].record) else (two, one)
                told.add(less)
                yield accepted[less], accepted[more]


def alike(one: Wording, other: Wording) -> bool:
    """Whether two records of a kind read like one filled in twice. Phase two of a project is not phase one."""
    if one.record.kind is not other.record.kind or one.versions != other.versions:
        return False
    likeness = [_likeness(a, b) for a, b in zip(one.texts, other.texts, strict=True)]
    if one.owner_key == other.owner_key or shortened(one.owner, other.owner):
        return max(likeness) >= ALIKE
    phone = one.record.contact.phone
    same_phone = bool(phone) and phone == other.record.contact.phone
    return max(likeness[1:]) >= (ALIKE if same_phone else SAME) and likeness[0] >= ALIKE / 2


def shortened(one: str, other: str) -> str:
    """The full one of two names when the other is short for it (驮驮机器人, 东莞驮驮物流机器人有限公司), else ""."""
    short, full = sorted((one, other), key=len)
    if not is_short(short) or not COMPANY.search(full):
        return ""
    letters = iter(full)
    return full if all(letter in letters for letter in short) and short[:2] in full else ""


def is_short(name: str) -> bool:
    """Whether a name lacks the form of an organisation: no 公司, no 局, no 医院."""
    return 2 < len(name) <= 12 and not COMPANY.search(name) and not PUBLIC.search(name)


def short_names(accepted: Sequence[Accepted]) -> Iterator[tuple[Accepted, str]]:
    """Rows whose organisation looks like a short name, with the full name if another row of the file has it."""
    names = [name for name in dict.fromkeys(owner_of(each.record) for each in accepted) if name]
    short = [name for name in names if is_short(name)][:SHORT_NAMES]
    full = _full_names(short, names)
    formal = len(short) <= len(names) * INFORMAL
    for each in accepted:
        name = owner_of(each.record)
        if name in full and (full[name] or (formal and each.record.kind is Kind.SOLUTION)):
            yield each, full[name]


def _full_names(short: Sequence[str], names: Sequence[str]) -> dict[str, str]:
    """Short name → the first name that it is short for, or "". One for which it is has its first two letters."""
    starting: dict[str, list[str]] = {name[:2]: [] for name in short}
    for name in names:
        for begin in dict.fromkeys(name[at : at + 2] for at in range(len(name) - 1)):
            if begin in starting:
                starting[begin].append(name)
    return {
        name: next(filter(None, (shortened(name, other) for other in starting[name[:2]] if other != name)), "")
        for name in short
    }


def similar(less: Accepted, more: Accepted) -> Note:
    """What to tell of a row that looks like another."""
    where = _where(less, more)
    hint = f"与{where}疑似重复（或是同一项的新版本），两条都已接收；确认重复可合并，只留信息较全的一条"
    return Note("similar_row", hint, Verdict.QUESTION, f"合并到{where}，本行不单独入库")


def short_name(full: str) -> Note:
    """What to tell of a name that looks short."""
    hint = "单位名称像是简称，已按原文保留，请核对全称"
    return Note("owner_short", hint, Verdict.QUESTION, full)


def _where(here: Accepted, there: Accepted) -> str:
    return f"工作表「{there.sheet}」第 {there.row} 行" if there.sheet != here.sheet else f"第 {there.row} 行"


def _blocks(accepted: Sequence[Accepted]) -> Iterator[Sequence[int]]:
    """Groups of rows that are worth comparing, each in order: one filer, one telephone, one title, one text."""
    first: dict[int, int] = {}
    groups: dict[int, list[int]] = {}
    owners: dict[str, list[int]] = {}
    for at, each in enumerate(accepted):
        record = each.record
        keys = [("owner", _owner_key(owner_of(record))), ("phone", record.contact.phone)]
        keys += zip(("title", "description", "needs"), _texts(record), strict=True)
        for key in {hash(key) for key in keys if key[1]}:
            before = first.setdefault(key, at)
            if before != at:
                groups.setdefault(key, [before]).append(at)
        owners.setdefault(owner_of(record), []).append(at)
    short: dict[str, set[int]] = {}
    for each, full in short_names(accepted):
        if full:
            short.setdefault(full, set(owners[full])).update(owners[owner_of(each.record)])
    yield from (group[:CROWD] for group in groups.values())
    yield from (sorted(group)[:CROWD] for group in short.values() if len(group) > 1)


def _texts(record: Record) -> tuple[str, str, str]:
    needs = record.requirements if isinstance(record, Demand) else record.indicators
    title, description, needs = map(_flat, (record.title, record.description, needs))
    return title, description, needs


def _flat(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())[:LONGEST]


def _likeness(one: str, other: str) -> float:
    return fuzz.ratio(one, other) if min(len(one), len(other)) >= min(SHORTEST, 6) else 0.0


def owner_of(record: Record) -> str:
    """Who filed a record."""
    return record.organization if isinstance(record, Demand) else record.vendor


def _owner_key(owner: str) -> str:
    return _PLACE.sub("", name_key(owner)) if owner else ""


def _versions(title: str) -> AbstractSet[str]:
    """Phases and parts in a title; a version number (V2.0) is not one: it may be the same offer filed again."""
    return {found for found in _VERSION.findall(title) if not re.search(r"\d\.\d", found)}


def _says(record: Record) -> tuple[int, int]:
    known = sum(bool(getattr(record, name)) for name in _SAID[record.kind]) + bool(record.contact.phone)
    return known, len(record.description)
