"""Records as JSON: one mapping becomes one Demand or Solution, through this door only."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

from indexer import jsonvalues as values
from indexer.identity import stable_id
from indexer.reading import Note, Reading
from matcher.errors import InvalidInput
from matcher.model import Demand, Kind, Record, Solution

Reader = Callable[[Any], Reading[Any]]

_SHARED: Mapping[str, tuple[str, Reader]] = {
    "id": ("id", values.identifier),
    "title": ("title", values.text),
    "industry": ("industries", values.words),
    "industries": ("industries", values.words),
    "region": ("region", values.text),
    "description": ("description", values.text),
    "contact": ("contact", values.contact),
    "contact_name": ("person", values.text),
    "contact_phone": ("phone", values.text),
    "contact_email": ("email", values.text),
    "source": ("source", values.text),
    "batch": ("batch", values.text),
    "status": ("status", values.text),
}

KEYS: Mapping[Kind, Mapping[str, tuple[str, Reader]]] = {
    Kind.DEMAND: {
        **_SHARED,
        **{
            name: (name, values.text)
            for name in ("organization", "org_type", "site", "requirements", "target", "current_base", "scale")
        },
        "budget": ("budget", values.money),
        "budget_wan": ("budget", values.money),
        "deadline": ("deadline", values.deadline),
        "cooperation": ("cooperation", values.words),
        "keywords": ("keywords", values.phrases),
    },
    Kind.SOLUTION: {
        **_SHARED,
        **{name: (name, values.text) for name in ("vendor", "scenes", "indicators", "cases", "maturity", "delivery")},
        "technologies": ("technologies", values.phrases),
        "qualifications": ("qualifications", values.words),
        "trl": ("trl", values.trl),
        "price": ("price", values.money),
        "price_wan": ("price", values.money),
    },
}
"""Key → the field it fills and how its value is read; full field names beside the short keys of lists."""

_CONTACT = ("person", "phone", "email")

KeyedNote = tuple[str, Note]


def record_from_json(kind: Kind, mapping: Mapping[str, Any], line: int = 0) -> Demand | Solution:
    """The record that `mapping` describes, by the short keys of a list or by the full field names of matcher.model.

    Short keys: `industry` (one text), `budget_wan` and `price_wan` (万元), `contact_name`, `contact_phone`,
    `contact_email`. Amounts and deadlines may be numbers, texts as people write them, or objects with the fields of
    Money and Deadline. Without an `id` the record gets the stable one of indexer.identity. InvalidInput names the line
    (if not 0) and the key: unknown key, two keys for one field, wrong type, neither title nor description.
    """
    return record_and_notes(kind, mapping, line)[0]


def record_and_notes(kind: Kind, mapping: Mapping[str, Any], line: int = 0) -> tuple[Record, tuple[KeyedNote, ...]]:
    """The same, with the notes on what had to be assumed, each under its key."""
    known, filled, notes = KEYS[kind], dict[str, Any](), list[KeyedNote]()
    for key, value in mapping.items():
        if key not in known:
            raise wrong(line, key, f"不认识的字段，可用字段：{'、'.join(known)}")
        if value is None:
            continue
        field, read = known[key]
        if field in filled:
            raise wrong(line, key, "与另一个字段说的是同一件事，请只留一个")
        try:
            reading = read(value)
        except ValueError as error:
            raise wrong(line, key, str(error)) from None
        filled[field] = reading.value
        notes += ((key, note) for note in reading.notes)
    parts = {part: filled.pop(part) for part in _CONTACT if part in filled}
    if parts:
        if "contact" in filled:
            raise wrong(line, "contact", "与 contact_name、contact_phone、contact_email 只能用一种写法")
        filled["contact"] = values.contact(parts).value
    title, described = filled.setdefault("title", ""), filled.get("description", "")
    if not title.strip() and not described.strip():
        raise wrong(line, "title", "名称和说明至少要填一项")
    owner = filled.get("organization" if kind is Kind.DEMAND else "vendor", "")
    if not filled.get("id"):
        filled["id"] = stable_id(kind, owner, title if title.strip() else described)
    if not filled.get("status", "open"):
        del filled["status"]
    return (Demand(**filled) if kind is Kind.DEMAND else Solution(**filled)), tuple(notes)


def corrected(kind: Kind, mapping: Mapping[str, Any], corrections: Mapping[str, str]) -> dict[str, Any]:
    """The mapping with other texts for some fields of the record, "" for none; whatever key gave the field before."""
    keys, found = KEYS[kind], dict(mapping)
    for field, text in corrections.items():
        whole = found.get("contact")
        if field in _CONTACT and isinstance(whole, dict):
            found["contact"] = {**whole, field: text}
            continue
        found = {key: value for key, value in found.items() if key not in keys or keys[key][0] != field}
        if text:
            key = next((key for key, (fills, _) in keys.items() if fills == field), field)
            found[key] = int(text) if field == "trl" and text.isdecimal() else text
    return found


def parse_line(text: str, line: int = 0) -> dict[str, Any]:
    """One JSON object. InvalidInput for anything else, for NaN, and for a key given twice."""
    try:
        value = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise wrong(line, "", f"不是合法的 JSON（{error}）") from None
    if not isinstance(value, dict):
        raise wrong(line, "", '应为一个 JSON 对象，例如 {"title": "…"}')
    return value


def lines(texts: Iterable[str]) -> Iterator[tuple[int, str]]:
    """(line, text) of every line that is not blank; the first line is 1."""
    return ((number, text) for number, text in enumerate(texts, 1) if text.strip())


def read_records(path: Path, kind: Kind) -> Iterator[tuple[int, Record]]:
    """(line, record) for every line that is not blank. InvalidInput at the first bad one, or if it is not UTF-8."""
    try:
        with path.open(encoding="utf-8-sig", newline="\n") as file:
            for number, text in lines(file):
                yield number, record_from_json(kind, parse_line(text, number), number)
    except UnicodeDecodeError:
        raise InvalidInput(f"{path.name} 不是 UTF-8 编码，请另存为 UTF-8", file=path.name) from None


def wrong(line: int, key: str, says: str) -> InvalidInput:
    """The error about one key of one line, to be raised."""
    where = f"第 {line} 行" if line else ""
    what = f"字段「{key}」" if key else ""
    return InvalidInput(f"{where}{what}{'：' if where or what else ''}{says}", line=line, key=key)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"字段 {next(key for key in keys if keys.count(key) > 1)} 写了两次")
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"不允许 {name}")
