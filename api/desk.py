"""The desk where records of one kind are filed, read, changed and withdrawn; demands and solutions have one each."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, NamedTuple

from fastapi import Response

from api.asking import rank, record_of, similar, similar_matches
from api.caller import Caller
from api.contacts import read_contact, reveal_contact
from api.excluding import Excluded
from api.idempotency import Once
from api.parts import Parts
from api.paths import quoted
from api.presenting import completeness_json, json_response, ranking_json, record_json, revision_json
from api.schemas.records import Fields
from indexer.jsonl import record_from_json
from matcher.errors import Conflict, InvalidInput
from matcher.model import Contact, Kind, Profile, Record
from matcher.profile import MERGED
from matcher.store import Snapshot

SIMILAR = 5
TOP = 10

PATHS = {Kind.DEMAND: "/api/v1/demands", Kind.SOLUTION: "/api/v1/solutions"}


class ListQuery(NamedTuple):
    """What a list is filtered by, and which part of it is wanted."""

    text: str
    industry: str
    region: str
    status: str
    batch: str
    limit: int
    offset: int


class Desk:
    """Everything that HTTP does to records of one kind. All methods block, so they belong in the thread pool."""

    def __init__(self, kind: Kind, parts: Parts) -> None:
        self._kind, self._parts, self._store = kind, parts, parts.store

    def create(self, body: Fields, caller: Caller, key: str | None) -> Response:
        """File a new record and rank for it. The ranking comes first: record, audit line and answer are one commit."""
        once = Once.of(key, caller, f"create {self._kind.value}", body.given())
        record = record_of(self._kind, body)
        if key is not None:
            with self._store.read_snapshot() as snapshot:
                replayed = once.recall(snapshot)
            if replayed is not None:
                return replayed
        profile = self._parts.search.profile(record)
        ranking, seconds = rank(self._parts, profile, k=TOP)
        checked = self._parts.checker.check(record, record.contact)
        answer: dict[str, Any] = {
            "completeness": completeness_json(checked),
            "ranking": ranking_json(self._parts, profile, profile.kind.other, ranking, seconds),
        }
        if self._kind is Kind.DEMAND:
            answer["similar_demands"] = similar_matches(self._parts, profile, k=SIMILAR)
        with self._store.writing(caller.actor) as writer:
            replayed = once.recall(writer)
            if replayed is not None:
                return replayed
            filed = writer.add(record)
            if self._kind is Kind.DEMAND:
                self._parts.shown.write(writer, filed.id, ranking)
            response = json_response(
                {self._kind.value: record_json(filed), **answer}, 201, {"Location": self._path(filed.id)}
            )
            once.remember(writer, response)
        return response

    def read(self, id: str, caller: Caller) -> Response:
        """One record; the id of a merged one finds the record it was merged into."""
        return json_response(record_json(self._current(id, caller.organization)))

    def list(self, query: ListQuery, caller: Caller) -> Response:
        """One page; a member's holds only its own records."""
        page = self._store.page(self._kind, **query._asdict(), owner=caller.organization)
        items = [record_json(record) for record in page.items]
        return json_response({"items": items, "total": page.total, "limit": query.limit, "offset": query.offset})

    def replace(self, id: str, body: Fields, caller: Caller) -> Response:
        """File the record under this id, whether or not there was one. An empty contact keeps the stored one."""
        given = body.given()
        if given.setdefault("id", id) != id:
            raise InvalidInput("正文里的编号与网址里的编号不同，请只保留一个。", path_id=id)
        record = record_from_json(self._kind, given)
        change = self._store.put(record, actor=caller.actor)
        return json_response(record_json(record), 201 if change == "created" else 200)

    def change(self, id: str, body: Fields, caller: Caller) -> Response:
        """Change the fields that were sent and keep the others."""
        with self._store.writing(caller.actor) as writer:
            record = _changed(writer.get(self._kind, id), body)
            writer.put(record)
        return json_response(record_json(record))

    def withdraw(self, id: str, caller: Caller) -> Response:
        """Erase the record and its contact."""
        self._store.remove(self._kind, id, actor=caller.actor)
        return Response(status_code=204)

    def contact(self, id: str, caller: Caller) -> Response:
        """The personal data of a record, masked."""
        return _contact_json(read_contact(self._store, self._kind, id, caller))

    def reveal(self, id: str, reason: str, caller: Caller) -> Response:
        """The whole of it; that, why and by whom is written into the audit table before anybody sees it."""
        return _contact_json(reveal_contact(self._store, self._kind, id, reason, caller))

    def matches(self, id: str, k: int, caller: Caller) -> Response:
        """The other side's records for this one, without those that staff excluded; what is shown is remembered."""
        with self._store.read_snapshot() as snapshot:
            profile = self._parts.search.profile(self._indexed(snapshot, id))
            excluded = Excluded.of(snapshot, self._kind, id)
        ranking, seconds = rank(self._parts, profile, k=k, filters=excluded.filters())
        ranking = excluded.told(ranking)
        response = json_response(ranking_json(self._parts, profile, profile.kind.other, ranking, seconds))
        if self._kind is Kind.DEMAND:
            response.background = self._parts.shown.later(id, ranking, caller.actor)
        return response

    def history(self, id: str, caller: Caller) -> Response:
        """Every change of a record, field by field, the newest first; of a removed one only for who sees all."""
        if caller.organization:
            self._current(id, caller.organization)
        items = [revision_json(revision) for revision in self._store.history(self._kind, id)]
        return json_response({"items": items})

    def similar(self, id: str, k: int) -> Response:
        """The same side's records like this one."""
        return json_response(similar(self._parts, self._profile(id), k=k))

    def _profile(self, id: str) -> Profile:
        with self._store.read_snapshot() as snapshot:
            return self._parts.search.profile(self._indexed(snapshot, snapshot.leads_to(self._kind, id)))

    def _indexed(self, snapshot: Snapshot, id: str) -> Record:
        """The record as the index reads it. NotFound."""
        found = snapshot.indexed(self._kind, [id])
        return found[id] if id in found else snapshot.get(self._kind, id)

    def _current(self, id: str, owner: str = "") -> Record:
        record = self._store.get(self._kind, id, owner=owner)
        if record.status != MERGED:
            return record
        return self._store.get(self._kind, self._store.leads_to(self._kind, id), owner=owner)

    def _path(self, id: str) -> str:
        return f"{PATHS[self._kind]}/{quoted(id)}"


def _contact_json(contact: Contact) -> Response:
    return json_response({"person": contact.person, "phone": contact.phone, "email": contact.email})


def _changed(record: Record, body: Fields) -> Record:
    fields_now = {f.name: getattr(record, f.name) for f in fields(record) if f.name != "contact"} | body.given()
    if not (fields_now["title"].strip() or fields_now["description"].strip()):
        raise Conflict("名称和说明至少要保留一项，不能都清空。")
    return record_from_json(record.kind, fields_now)
