"""A record as a row and back, without loss. The contact never enters the row."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from typing import Any

import orjson

from matcher.errors import InvalidInput
from matcher.model import Contact, Deadline, Demand, Kind, Money, Record, Solution

CLASSES: Mapping[Kind, type[Demand] | type[Solution]] = {Kind.DEMAND: Demand, Kind.SOLUTION: Solution}

KIND_NAMES: Mapping[Kind, str] = {Kind.DEMAND: "需求", Kind.SOLUTION: "解决方案"}

_NAMES = {kind: tuple(f.name for f in fields(of) if f.name != "contact") for kind, of in CLASSES.items()}
"""What `to_json` writes, in this order."""

ID_LENGTH = 128

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")

_MONEY = frozenset({"budget", "price"})


def fold(text: str) -> str:
    """Text as filters compare it: full width and letter case do not matter, nor how much space there is."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def storable(text: str) -> bool:
    """Whether every database can hold this text: no NUL, no half of a surrogate pair. No record has another id."""
    return text.isprintable() or _UNSTORABLE.search(text) is None


def checked(text: str) -> str:
    """The text itself. InvalidInput when it is not storable."""
    if not storable(text):
        raise InvalidInput("文字里有无效字符（空字符或不成对的代理码），无法处理；请删除后再试。")
    return text


def owner_of(record: Record) -> str:
    """Whose record it is: the organisation that has the need, or the vendor."""
    return record.organization if isinstance(record, Demand) else record.vendor


def to_row(record: Record) -> dict[str, Any]:
    """The columns a record decides. InvalidInput for an unusable id or text no database can hold."""
    _check_id(record.id)
    owner = owner_of(record)
    industries = [fold(name) for name in record.industries]
    return {
        "id": record.id,
        "deleted": False,
        "status": record.status,
        "batch": record.batch,
        "source": record.source,
        "region": fold(record.region),
        "industries": "\n".join(["", *industries, ""]) if industries else "",
        "title": record.title,
        "owner": owner,
        "words": "\n".join(fold(part) for part in (record.id, record.title, owner, record.description)),
        "body": to_json(record),
    }


def to_json(record: Record) -> str:
    """The whole record but its contact. Equal records give equal text."""
    plain = {name: _plain(getattr(record, name)) for name in _NAMES[record.kind]}
    return orjson.dumps(plain).decode()


def from_json(kind: Kind, body: str) -> Record:
    """The record `to_json` wrote, with an empty contact."""
    plain: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in orjson.loads(body).items()}
    for name in _MONEY & plain.keys():
        if plain[name] is not None:
            plain[name] = Money(**plain[name])
    if plain.get("deadline") is not None:
        when = plain["deadline"]
        day = date.fromisoformat(when["day"]) if when["day"] else None
        plain["deadline"] = Deadline(day, when["precision"], when["raw"])
    return CLASSES[kind](**plain)


def check_contact(contact: Contact) -> Contact:
    """The contact itself. InvalidInput for text no database can hold."""
    for f in fields(contact):
        checked(getattr(contact, f.name))
    return contact


def _plain(value: object) -> object:
    if isinstance(value, str):
        return checked(value)
    if isinstance(value, Money):
        # Whole numbers become floats, so equal amounts are equal text.
        return {f.name: _amount(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Deadline):
        return {"day": value.day and value.day.isoformat(), "precision": value.precision, "raw": _plain(value.raw)}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def _amount(value: object) -> object:
    if not isinstance(value, int | float):
        return _plain(value)
    if not math.isfinite(value):
        raise InvalidInput("金额必须是有限的数字。")
    return float(value)


def _check_id(id: str) -> None:
    if not id or id != id.strip() or len(id) > ID_LENGTH or any(unicodedata.category(c) == "Cc" for c in id):
        raise InvalidInput(f"编号“{id[:40]}”不能用：应为 1 到 {ID_LENGTH} 个字，首尾没有空格，不含换行等控制字符。")
