"""A Milvus server, or a file of Milvus Lite: collections of vectors made, searched and dropped.

pymilvus is imported when the connection is made: whoever has no Milvus needs no pymilvus. A server that fails is left
alone for QUIET_S, so that requests do not wait for it one after the other.
"""

from __future__ import annotations

import hashlib
import importlib.util
import logging
import os
import secrets
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from types import MappingProxyType
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

import numpy as np

from matcher.adapters.exact import Stored, single
from matcher.adapters.roster import RowNumbers
from matcher.errors import InvalidInput, Unavailable
from matcher.ports import Rows, Vectors

log = logging.getLogger("scenematch.milvus")

T = TypeVar("T")

SCHEMES = {"milvus": "http", "milvus+tls": "https"}
"""Scheme of SCENEMATCH_INDEX_URL → that of the address pymilvus is given."""

PORT = 19530
OWNER = "MILVUS_OWNER"
"""The file beside the generations that holds what this HOME's collections are called by."""

ROW, VECTOR = "row", "vector"
"""The two fields of a collection: the row's number in the index, which is its key, and its vector."""

BATCH = 5_000
"""Rows sent at a time: 5 MB of 256 dimensions, far below gRPC's 64."""

CONNECT_S, SEARCH_S, LOAD_S, BUILD_S = 3.0, 4.0, 10.0, 600.0
"""Seconds waited for a connection, an answer, a collection to be put into memory, and each step of making one."""

QUIET_S = 30.0
"""Seconds for which a server that failed is not asked again, and for which a ready one is believed."""

CALM: Mapping[str, int] = MappingProxyType(
    {"grpc.keepalive_time_ms": 600_000, "grpc.keepalive_permit_without_calls": 0}
)
"""pymilvus asks an idle server every ten seconds whether it lives; gRPC servers hang up on that ("too many pings"), by
default on more than one in five minutes."""

MOST_ASKED = 16_384
"""Rows that Milvus gives at once."""

MOST_LISTED = 20_000
"""Rows that a filter names at most, be it those allowed or those forbidden: the server reads them one by one."""

NO_COLLECTION = 100
"""Milvus' code for a collection that is not there."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server is and as whom to log in. `shown` may be told to anybody."""

    uri: str
    shown: str
    user: str = ""
    password: str = field(default="", repr=False)
    database: str = ""

    @classmethod
    def of(cls, url: str) -> Address:
        """`milvus://[user:password@]host[:port][/database]`, `milvus+tls://…`, or `milvus:///file.db` for Milvus Lite,
        where everything behind the third slash is the path. Raises InvalidInput, without the password in it."""
        scheme, _, rest = url.partition("://")
        if rest.startswith("/"):
            path = os.path.abspath(os.path.expanduser(rest[1:]))
            if not path.endswith(".db"):
                raise InvalidInput("SCENEMATCH_INDEX_URL 里 Milvus Lite 的文件名应以 .db 结尾。")
            return cls(path, path)
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port or PORT
        except ValueError:
            host, port = None, 0
        if not host or scheme not in SCHEMES:
            raise InvalidInput("SCENEMATCH_INDEX_URL 应写成 milvus://[用户:密码@]主机[:端口][/库名]。")
        place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        return cls(f"{SCHEMES[scheme]}://{place}", place, user, password, parts.path.strip("/"))


class MilvusServer:
    """One server and this HOME's collections on it. May be used from many threads at once."""

    def __init__(
        self,
        address: Address,
        owner: str,
        *,
        connect: Callable[[Address], Any] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Connects when first asked. `connect` gives a pymilvus.MilvusClient."""
        self.address = address
        self._prefix = f"scenematch_{owner}_"
        self._connect, self._clock = connect or _connected, clock
        self._lock = Lock()
        self._client: Any = None
        self._loaded: set[str] = set()
        self._trouble, self._ask_again = "", float("-inf")

    @classmethod
    def of(cls, url: str, folder: Path) -> MilvusServer:
        """The server at an index URL, for the generations in `folder`.

        Raises InvalidInput for a URL that cannot be read, Unavailable when pymilvus is not installed.
        """
        address = Address.of(url)
        needed = ("pymilvus", "milvus_lite") if os.path.isabs(address.uri) else ("pymilvus",)
        missing = [name for name in needed if importlib.util.find_spec(name) is None]
        if missing:
            raise Unavailable(f"使用 Milvus 需要 {'、'.join(missing)}：请运行 pip install 'scenematch[milvus]'。")
        return cls(address, _owner(folder))

    def name(self, generation: str, kind: str, vectors: Stored) -> str:
        """What a collection with these vectors is called: by the HOME, the generation, the side, and its content."""
        content = hashlib.blake2b(np.ascontiguousarray(vectors).tobytes(), digest_size=6).hexdigest()
        return f"{self._prefix}{generation.replace('-', '_')}_{kind}_{content}"

    def put(self, name: str, vectors: Stored) -> None:
        """Make a collection of these rows, ready to be searched; one of that name is replaced. Raises Unavailable."""
        counted = self._asked(lambda client: _made(client, name, single(vectors)))
        if counted != len(vectors):
            raise Unavailable(f"向量服务器 {self.address.shown} 只收下 {counted} 条，应为 {len(vectors)} 条，请再试。")

    def rows(self, name: str) -> int:
        """How many rows a collection has. Raises Unavailable, also when there is no such collection."""
        return self._asked(lambda client: _counted(client, name, self._loaded))

    def search(self, name: str, query: Vectors, count: int, allowed: Rows | None) -> RowNumbers:
        """The `count` rows with the largest inner products, in no order; so many must be allowed.

        Raises Unavailable for a server that fails or failed a moment ago, for an answer that is not whole, and for
        what is more than it can be asked for.
        """
        chosen = _filter(allowed)
        if count > MOST_ASKED or chosen is None:
            raise Unavailable("超出向量服务器一次能回答的范围。")
        return self._asked(lambda client: _searched(client, name, query, count, chosen, self._loaded), insist=False)

    def sweep(self, keep: Collection[str]) -> None:
        """Drop every collection of this HOME but those named. Raises Unavailable."""
        ours = self._asked(lambda client: client.list_collections(timeout=SEARCH_S))
        self.drop(name for name in ours if name.startswith(self._prefix) and name not in keep)

    def drop(self, names: Iterable[str]) -> None:
        """Drop collections; one that is not there is no fault. Raises Unavailable."""
        gone = sorted(names)
        self._loaded.difference_update(gone)
        self._asked(lambda client: [client.drop_collection(name, timeout=BUILD_S) for name in gone])

    def trouble(self) -> str:
        """Why the server cannot be used, as a Chinese sentence; empty when it can. Looked up anew every QUIET_S."""
        if self._clock() >= self._ask_again:
            with suppress(Unavailable):  # the sentence is kept
                self._asked(lambda client: client.list_collections(timeout=SEARCH_S))
        return self._trouble

    def _asked(self, question: Callable[[Any], T], insist: bool = True) -> T:
        """One question, and a note of how it went. Without `insist` a server that failed a moment ago is not asked."""
        with self._lock:  # those who wait here for a connection that fails do not each try it again
            if self._trouble and not insist and self._clock() < self._ask_again:
                raise Unavailable(self._trouble)
            self._ask_again = self._clock() + QUIET_S
            try:
                if self._client is None:
                    self._client = self._connect(self.address)
            except Exception as wrong:  # pymilvus raises its own errors, those of gRPC, and plain ones
                raise self._noted(wrong) from wrong
        try:
            answer = question(self._client)
        except Exception as wrong:
            raise self._noted(wrong) from wrong
        self._trouble = ""
        return answer

    def _noted(self, wrong: Exception) -> Unavailable:
        log.warning("Milvus at %s: %s: %s", self.address.shown, type(wrong).__name__, wrong)
        self._loaded.clear()
        self._trouble, self._ask_again = self._says(wrong), self._clock() + QUIET_S
        return Unavailable(self._trouble)

    def _says(self, wrong: Exception) -> str:
        if getattr(wrong, "code", None) == NO_COLLECTION:
            return f"向量服务器 {self.address.shown} 上没有这一代索引的数据，请运行 scenematch build。"
        if isinstance(wrong, _Incomplete):
            return f"向量服务器 {self.address.shown} 的回答不完整，请检查它，或运行 scenematch build。"
        return f"向量服务器 {self.address.shown} 不能用，请检查它是否在运行、地址和账号是否正确。"


class _Incomplete(Exception):
    """An answer with rows missing, repeated or unknown."""


def _connected(address: Address) -> Any:
    from pymilvus import MilvusClient

    logging.getLogger("pymilvus").setLevel(logging.CRITICAL)  # it prints a traceback for each error that it raises
    return MilvusClient(
        address.uri,
        user=address.user,
        password=address.password,
        db_name=address.database,
        timeout=CONNECT_S,
        grpc_options=dict(CALM),
    )


def _made(client: Any, name: str, vectors: Vectors) -> int:
    """How many rows the new collection has."""
    from pymilvus import DataType

    client.drop_collection(name, timeout=BUILD_S)
    schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field(ROW, DataType.INT64, is_primary=True)
    schema.add_field(VECTOR, DataType.FLOAT_VECTOR, dim=vectors.shape[1])
    index = client.prepare_index_params()
    index.add_index(VECTOR, index_type="FLAT", metric_type="IP")  # exact, as every promise of order asks
    client.create_collection(name, schema=schema, index_params=index, timeout=BUILD_S)
    for start in range(0, len(vectors), BATCH):
        rows = enumerate(vectors[start : start + BATCH], start)
        client.insert(name, [{ROW: row, VECTOR: vector} for row, vector in rows], timeout=BUILD_S)
    client.flush(name, timeout=BUILD_S)
    client.load_collection(name, timeout=BUILD_S)
    return _counted(client, name, {name})


def _counted(client: Any, name: str, loaded: set[str]) -> int:
    _load(client, name, loaded)
    counted = client.query(name, "", output_fields=["count(*)"], timeout=LOAD_S, consistency_level="Strong")
    return int(counted[0]["count(*)"])


def _searched(client: Any, name: str, query: Vectors, count: int, chosen: str, loaded: set[str]) -> RowNumbers:
    _load(client, name, loaded)
    found = client.search(
        name,
        [query],
        filter=chosen,
        limit=count,
        output_fields=[ROW],
        search_params={"metric_type": "IP"},
        timeout=SEARCH_S,
    )
    rows = np.unique(np.array([hit[ROW] for hit in found[0]], np.int64))
    if len(rows) != count:
        raise _Incomplete(f"{len(rows)} rows of {count}")
    return rows


def _load(client: Any, name: str, loaded: set[str]) -> None:
    """A server that was started anew, and a file that was opened anew, search no collection before it is loaded."""
    if name not in loaded:
        client.load_collection(name, timeout=LOAD_S)
        loaded.add(name)


def _filter(allowed: Rows | None) -> str | None:
    """The rows to look at, in Milvus' words; None when they are too many to be named."""
    if allowed is None:
        return ""
    few = int(np.count_nonzero(allowed)) * 2 <= len(allowed)
    listed = np.flatnonzero(allowed if few else ~allowed).tolist()
    return f"{ROW} {'in' if few else 'not in'} {listed}" if len(listed) <= MOST_LISTED else None


def _owner(folder: Path) -> str:
    """Made once; whoever comes second reads what the first wrote."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / OWNER
    with suppress(FileExistsError), path.open("x", encoding="ascii") as file:
        file.write(secrets.token_hex(6))
    owner = path.read_text("ascii").strip()
    if not owner.isalnum():
        raise InvalidInput(f"文件 {path} 已损坏；请删除它，再运行 scenematch build。")
    return owner
