"""Forms: which header wordings a table came with, what they were read as, and what unknown ones may mean."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace

from rapidfuzz import fuzz

from indexer.headers import ASIDE, Header, Headers, wording
from indexer.report import Form, FormColumn
from indexer.sheets import Sheet
from matcher.errors import InvalidInput
from matcher.model import Kind

ALIKE = 0.6
"""From this likeness on a known wording is offered for an unknown one. Offered only: 需求部门 is alike 需求单位 too."""

OFFERED = 3


def fingerprint(header: Header) -> str:
    """The same for the same wordings in the same order, whatever their brackets, spaces and widths."""
    key = "\0".join(wording(column.label) for column in header.columns)
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def mapped(header: Header, mapping: Mapping[str, str], headers: Headers) -> Header:
    """The header with its columns read as people confirmed. InvalidInput for a field that its kind does not have."""
    known = headers.names[header.kind]
    for label, field in mapping.items():
        if field and field not in known:
            raise InvalidInput(f"列「{label}」不能对应到「{field}」，没有这个字段", column=label, field=field)
    return replace(header, columns=tuple(replace(c, field=mapping.get(c.label, c.field)) for c in header.columns))


def form_of(sheet: Sheet, header: Header, headers: Headers) -> Form:
    """The form of a table, with offers for the columns nobody knows."""
    names = headers.names[header.kind]
    taken = {column.field for column in header.columns} - ASIDE
    columns = tuple(
        FormColumn(
            column.at,
            column.label,
            column.field,
            names.get(column.field, ""),
            () if column.field else tuple(_offers(headers, header.kind, column.label, taken)),
        )
        for column in header.columns
    )
    return Form(sheet.name, header.kind, fingerprint(header), header.first, header.last, columns)


def _offers(headers: Headers, kind: Kind, label: str, taken: set[str]) -> Iterator[tuple[str, str, float]]:
    """Fields that no other column holds and that have a wording alike, the likeliest first."""
    keys = {wording(label), wording(label.rpartition(" ")[2])}
    best: dict[str, float] = {}
    for known, field in headers.fields[kind].items():
        if field not in taken and field not in ASIDE:
            best[field] = max(best.get(field, 0.0), *(fuzz.ratio(key, known) / 100 for key in keys))
    likely = sorted(((-score, field) for field, score in best.items() if score >= ALIKE))
    yield from ((field, headers.names[kind][field], round(-score, 2)) for score, field in likely[:OFFERED])
