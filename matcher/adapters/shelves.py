"""Shelves made, saved and opened: the one place that decides which index stands behind which port."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from matcher.adapters.arrays import broken, read_array, write_array
from matcher.adapters.bm25 import Bm25Index
from matcher.adapters.bm25_weights import Statistics
from matcher.adapters.exact import ExactIndex
from matcher.adapters.faiss_index import FaissIndex
from matcher.adapters.forward import Forward
from matcher.adapters.milvus import COLLECTION, MilvusIndex, collection_of
from matcher.adapters.milvus_server import MilvusServer
from matcher.adapters.profiles_file import ProfilesFile, amounts, packed, unpacked
from matcher.analyser import Analyser
from matcher.asked import counted, encoded, told_text
from matcher.halves import widened
from matcher.model import Kind, Profile, Record
from matcher.ports import Encoder, VectorIndex
from matcher.profile import PROFILE_VERSION, profile_of
from matcher.shelf import DENSE_FIELDS, Shelf
from matcher.tags import TagTable
from matcher.taxonomy import Taxonomy

BATCH = 512
"""Records worked on between two reports of progress."""


@dataclass(frozen=True)
class Parts:
    """What turns a record into index rows. Two shelves made with equal `version` may share rows."""

    analyser: Analyser
    encoder: Encoder
    taxonomy: Taxonomy
    context: Encoder | None = None

    @property
    def models(self) -> str:
        """The names of the text models."""
        return f"{self.encoder.name}+{self.context.name}" if self.context else self.encoder.name

    @property
    def version(self) -> str:
        return f"{PROFILE_VERSION}|{self.analyser.version}|{self.models}|{self.taxonomy.version}"

    def profile(self, record: Record) -> Profile:
        """The record as the engine sees it."""
        return profile_of(record, self.taxonomy, self.analyser.normalise)


@dataclass(frozen=True, eq=False)
class Prepared:
    """Index rows before they are put together: everything that depends on one record alone.

    sizes holds the length of each record's sum of term vectors, 0 where the encoder adds up none; context the context
    model's vectors, of no length without one.
    keys holds 16 bytes per record, a digest of its content: equal keys under equal `Parts.version` mean equal rows.
    """

    ids: list[str]
    keys: npt.NDArray[np.uint8]
    profiles: list[bytes]
    vectors: npt.NDArray[np.float16]
    sizes: npt.NDArray[np.float32]
    context: npt.NDArray[np.float16]
    forward: Forward

    def __len__(self) -> int:
        return len(self.ids)


def key_of(record: Record) -> bytes:
    """The digest by which a rebuild recognises an unchanged record. Its contact is not part of it, nor of the index."""
    return hashlib.blake2b(repr(record).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def prepare(records: Sequence[Record], parts: Parts, progress: Callable[[int], None] = lambda done: None) -> Prepared:
    """Tag, cut and encode every record. `progress` is told how many are done, every BATCH."""
    profiles: list[bytes] = []
    vectors = np.zeros((len(records), 1 + len(DENSE_FIELDS), parts.encoder.dim), np.float16)
    sizes = np.zeros(len(records), np.float32)
    context = np.zeros((len(records), parts.context.dim if parts.context else 0), np.float16)
    told: list[str] = []

    def read(rows: int) -> None:
        """The context vectors of the texts told since the last time, up to this number of rows."""
        if parts.context and told:
            context[rows - len(told) : rows] = parts.context.documents(told)
        told.clear()

    def documents() -> Iterable[Mapping[str, Mapping[str, int]]]:
        for row, record in enumerate(records):
            profile = parts.profile(record)
            profiles.append(packed(profile))
            counts = counted(profile, parts.analyser)
            vectors[row], sizes[row] = encoded(profile, counts, parts.encoder, "documents")
            told.append(told_text(profile, parts.analyser) if parts.context else "")
            if (row + 1) % BATCH == 0:
                read(row + 1)
                progress(row + 1)
            yield counts

    forward = Forward.count(documents())
    read(len(records))
    keys = np.frombuffer(b"".join(map(key_of, records)), np.uint8).reshape(-1, 16)
    return Prepared([record.id for record in records], keys, profiles, vectors, sizes, context, forward)


def rows_of(shelf: Shelf, keys: npt.NDArray[np.uint8], rows: Sequence[int]) -> Prepared:
    """Rows of a saved shelf, ready to be put on another one. Raises TypeError for a shelf of changed rows."""
    if not isinstance(shelf.lexical, Bm25Index) or not isinstance(shelf.profiles, ProfilesFile):
        raise TypeError("rows are copied from a saved shelf only")
    chosen = np.asarray(rows, np.int64)
    return Prepared(
        [shelf.ids[row] for row in rows],
        keys[chosen],
        [shelf.profiles.raw(row) for row in rows],
        np.stack([shelf.whole[chosen], *(field[chosen] for field in shelf.field_vectors)], axis=1),
        shelf.sizes[chosen],
        shelf.context[chosen],
        shelf.lexical.forward.take(chosen),
    )


def taken(rows: Prepared, keep: Sequence[int]) -> Prepared:
    """The chosen rows, in that order."""
    return Prepared(
        [rows.ids[i] for i in keep],
        rows.keys[list(keep)],
        [rows.profiles[i] for i in keep],
        rows.vectors[list(keep)],
        rows.sizes[list(keep)],
        rows.context[list(keep)],
        rows.forward.take(keep),
    )


def joined(parts: Sequence[Prepared]) -> Prepared:
    """The rows of all parts, in order. Raises ValueError for none."""
    return Prepared(
        [id for part in parts for id in part.ids],
        np.concatenate([part.keys for part in parts]),
        [raw for part in parts for raw in part.profiles],
        np.concatenate([part.vectors for part in parts]),
        np.concatenate([part.sizes for part in parts]),
        np.concatenate([part.context for part in parts]),
        Forward.concat([part.forward for part in parts]),
    )


Index = Callable[[Sequence[str], npt.NDArray[np.float16]], VectorIndex]
"""Makes the vector index of a shelf: ids, and one vector for each."""


def assemble(
    kind: Kind, rows: Prepared, statistics: Statistics | None = None, index: Index = FaissIndex.build
) -> Shelf:
    """A shelf of prepared rows. With `statistics` of another shelf it scores as part of that one, and is exact."""
    profiles = [unpacked(raw) for raw in rows.profiles]
    whole = np.ascontiguousarray(rows.vectors[:, 0])
    lexical = Bm25Index.build(rows.ids, rows.forward, statistics=statistics)
    exact = statistics is not None
    return Shelf(
        kind=kind,
        ids=rows.ids,
        row_of={id: row for row, id in enumerate(rows.ids)},
        vectors=ExactIndex(rows.ids, widened(whole)) if exact else index(rows.ids, whole),
        lexical=lexical,
        whole=whole,
        sizes=rows.sizes,
        context=rows.context,
        contexts=_contexts(rows, exact),
        field_vectors=rows.vectors[:, 1:].transpose(1, 0, 2),
        tags=TagTable.of([profile.tags for profile in profiles]),
        money=amounts([profile.money for profile in profiles]),
        profiles=ProfilesFile.of(rows.profiles),
    )


def _contexts(rows: Prepared, exact: bool) -> VectorIndex | None:
    """The index over the context model's vectors: always on this machine, also where a server holds the others."""
    if not rows.context.shape[1]:
        return None
    if exact:
        return ExactIndex(rows.ids, widened(rows.context))
    return FaissIndex.build(rows.ids, rows.context)


def save(shelf: Shelf, keys: npt.NDArray[np.uint8], folder: Path) -> None:
    """Write a shelf into `folder`, which must exist. Raises TypeError for a shelf of changed rows."""
    if not isinstance(shelf.lexical, Bm25Index) or not isinstance(shelf.vectors, FaissIndex | MilvusIndex):
        raise TypeError("a shelf of changed rows lives in memory only")
    if not isinstance(shelf.profiles, ProfilesFile):
        raise TypeError("profiles of a saved shelf are packed")
    for name in ("vectors", "lexical"):
        (folder / name).mkdir()
    shelf.vectors.save(folder / "vectors")
    shelf.lexical.save(folder / "lexical")
    shelf.profiles.save(folder)
    write_array(folder / "keys.npy", keys)
    write_array(folder / "field_vectors.npy", np.ascontiguousarray(shelf.field_vectors))
    write_array(folder / "sizes.npy", shelf.sizes)
    if isinstance(shelf.contexts, FaissIndex):
        shelf.contexts.save(folder / "context")
    write_array(folder / "tags.npy", shelf.tags.cells)
    write_array(folder / "money.npy", shelf.money)
    (folder / "tag_names.json").write_text(json.dumps(shelf.tags.names, ensure_ascii=False), "utf-8")
    (folder / "ids.json").write_text(json.dumps(list(shelf.ids), ensure_ascii=False), "utf-8")


def load(kind: Kind, folder: Path, server: MilvusServer | None = None) -> Shelf:
    """Open what `save` wrote; large arrays stay on disk. Raises BrokenGeneration when the files do not fit together.

    With a server, a shelf that was put on one is searched there; any other, and any without, by FAISS.
    """
    try:
        ids = json.loads((folder / "ids.json").read_text("utf-8"))
        names = tuple(json.loads((folder / "tag_names.json").read_text("utf-8")))
    except (OSError, ValueError) as wrong:
        raise broken("ids.json") from wrong
    vectors = _vectors(folder / "vectors", server)
    contexts = FaissIndex.load(folder / "context") if (folder / "context").is_dir() else None
    shelf = Shelf(
        kind=kind,
        ids=ids,
        row_of={id: row for row, id in enumerate(ids)},
        vectors=vectors,
        lexical=Bm25Index.load(folder / "lexical"),
        whole=np.asarray(vectors.vectors, np.float16),
        sizes=_sizes(folder / "sizes.npy", len(ids)),
        context=np.asarray(contexts.vectors, np.float16) if contexts else np.zeros((len(ids), 0), np.float16),
        contexts=contexts,
        field_vectors=read_array(folder / "field_vectors.npy", np.float16, 3),
        tags=TagTable(names, read_array(folder / "tags.npy", np.uint8, 2)),
        money=read_array(folder / "money.npy", np.float32, 2),
        profiles=ProfilesFile.load(folder),
    )
    parts = (
        vectors,
        shelf.lexical,
        shelf.sizes,
        shelf.context,
        *shelf.field_vectors,
        shelf.tags,
        shelf.money,
        shelf.profiles,
    )
    if any(len(part) != len(ids) for part in parts) or shelf.tags.cells.shape[1] != len(names):
        raise broken("ids.json")
    return shelf


def _sizes(file: Path, rows: int) -> npt.NDArray[np.float32]:
    """An index of an earlier release has none. It is only opened with the encoder that it was built with, so that is
    not the shipped one, and those that sites bring add up no terms: their sizes are 0. A file that a manifest names and
    that is gone is found before."""
    return read_array(file, np.float32) if file.is_file() else np.zeros(rows, np.float32)


def _vectors(folder: Path, server: MilvusServer | None) -> FaissIndex | MilvusIndex:
    if server is not None and (folder / COLLECTION).is_file():
        return MilvusIndex.load(folder, server)
    return FaissIndex.load(folder)


def collections(generation: Path) -> frozenset[str]:
    """What the shelves of a generation are called on a server; nothing for those that never were on one."""
    return frozenset(collection_of(file.parent) for file in generation.glob(f"*/vectors/{COLLECTION}"))


def saved_keys(folder: Path) -> npt.NDArray[np.uint8]:
    """The record digests of a saved shelf, (rows, 16)."""
    return read_array(folder / "keys.npy", np.uint8, 2)
