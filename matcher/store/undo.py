"""Undoing an import as a whole: every record goes back to what it was before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from matcher.errors import Conflict
from matcher.model import Contact, Kind
from matcher.store.codec import KIND_NAMES, from_json
from matcher.store.merging import forget
from matcher.store.writer import Writer

NAMED = 20
"""Records that a refusal names."""


@dataclass(frozen=True, slots=True)
class Undone:
    """What an undo did. `kept` are the records that were edited or removed after the import and so left alone."""

    removed: int
    restored: int
    kept: tuple[tuple[Kind, str], ...]

    @property
    def counts(self) -> Mapping[str, int]:
        return {"removed": self.removed, "restored": self.restored, "kept": len(self.kept)}


def undo(writer: Writer, origin: str, *, keep_edited: bool = False) -> Undone:
    """Remove what the import created and restore what it changed, contacts too, in the caller's transaction.

    Records changed since are left alone when `keep_edited`; otherwise Conflict names them and nothing happens.
    """
    kept: list[tuple[Kind, str]] = []
    plans: dict[Kind, tuple[list[str], dict[str, str]]] = {}
    for kind in Kind:
        changed = writer.past.by_import(kind, origin)
        now = writer.revisions(kind, [id for id, _, _ in changed])
        kept += [(kind, id) for id, revision, _ in changed if now.get(id) != revision]
        fine = [(id, before) for id, revision, before in changed if now.get(id) == revision]
        plans[kind] = [id for id, before in fine if before is None], {id: b for id, b in fine if b is not None}
    if kept and not keep_edited:
        shown = "、".join(f"{KIND_NAMES[kind]} {id}" for kind, id in kept[:NAMED])
        more = f" 等 {len(kept)} 条" if len(kept) > NAMED else ""
        raise Conflict(
            f"导入之后又修改过 {shown}{more}，全部撤销会丢掉这些修改；请确认保留它们、只撤销其余的。",
            edited=[{"kind": kind.value, "id": id} for kind, id in kept],
        )
    removed = restored = 0
    for kind, (made, changed_bodies) in plans.items():
        contacts = writer.past.replaced_contacts(kind, origin)
        records = [
            replace(from_json(kind, body), contact=contacts.get(id, Contact())) for id, body in changed_bodies.items()
        ]
        writer.restore(kind, records, forget={id for id in changed_bodies if contacts.get(id) == Contact()})
        writer.remove_many(kind, made)
        forget(writer, kind, made)
        removed, restored = removed + len(made), restored + len(records)
    writer.past.unsay(origin)
    return Undone(removed, restored, tuple(kept))
