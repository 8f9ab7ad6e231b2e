"""Milvus behind the VectorIndex port: the server finds candidates, the vectors kept here score them.

So answers equal those of the exact index; and while the server cannot be used, the vectors here are read from end to
end, which gives the same answers later. A collection never changes once it is made.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from matcher.adapters.arrays import broken, read_array, write_array
from matcher.adapters.exact import Stored, scanned
from matcher.adapters.milvus_server import MilvusServer
from matcher.adapters.rescored import RescoredIndex
from matcher.adapters.roster import Found, Roster, RowNumbers
from matcher.errors import Unavailable
from matcher.ports import Rows, Vectors

COLLECTION = "collection.json"
"""The file of a saved index that names its collection on the server."""

SPARE = 16
"""Candidates asked for beyond k, so that a tie at the edge mostly shows in the first answer."""


class MilvusIndex(RescoredIndex):
    """A VectorIndex whose rows are also a collection on a server. Equals the exact index."""

    def __init__(self, roster: Roster, vectors: Stored, server: MilvusServer, collection: str) -> None:
        """Use `build` or `load`."""
        super().__init__(roster, vectors)
        self.collection = collection
        self._server = server

    @classmethod
    def build(
        cls, ids: Sequence[str], vectors: Stored, server: MilvusServer, generation: str, kind: str
    ) -> MilvusIndex:
        """Rows of unit length (or all zero), put on the server under a name of their own.

        Raises ValueError when there are more ids than rows or fewer, Unavailable when the server fails.
        """
        if len(ids) != len(vectors):
            raise ValueError(f"{len(ids)} ids for {len(vectors)} vectors")
        collection = server.name(generation, kind, vectors)
        server.put(collection, vectors)
        return cls(Roster(ids), vectors, server, collection)

    def _first(self, k: int) -> int:
        return k + SPARE

    def _candidates(self, query: Vectors, count: int, allowed: Rows | None) -> RowNumbers:
        return self._server.search(self.collection, query, count, allowed)

    def _scored(self, query: Vectors, k: int, allowed: Rows | None) -> Found:
        try:
            return super()._scored(query, k, allowed)
        except Unavailable:
            return scanned(self.vectors, query, k, allowed)

    def save(self, folder: Path) -> None:
        """Writes ids.json, vectors.npy and collection.json into `folder`, made if need be. FaissIndex reads the first
        two as well: going back to it needs no build."""
        folder.mkdir(parents=True, exist_ok=True)
        self._roster.save(folder / "ids.json")
        write_array(folder / "vectors.npy", self.vectors)
        (folder / COLLECTION).write_text(json.dumps({"collection": self.collection}), "utf-8")

    @classmethod
    def load(cls, folder: Path, server: MilvusServer) -> MilvusIndex:
        """Opens what `save` wrote, without asking the server; the vectors stay on disk. Raises BrokenGeneration."""
        roster = Roster.load(folder / "ids.json")
        vectors = read_array(folder / "vectors.npy", (np.float16, np.float32), ndim=2)
        if len(vectors) != len(roster):
            raise broken("vectors.npy")
        return cls(roster, vectors, server, collection_of(folder))


def collection_of(folder: Path) -> str:
    """The collection that an index saved in `folder` has on the server. Raises BrokenGeneration."""
    try:
        return str(json.loads((folder / COLLECTION).read_text("utf-8"))["collection"])
    except (OSError, ValueError, KeyError, TypeError) as wrong:
        raise broken(COLLECTION) from wrong
