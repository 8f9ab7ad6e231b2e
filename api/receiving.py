"""An uploaded file: kept under a harmless name while it is read, filed in one commit, reported row by row."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson
from fastapi import Response, UploadFile

from api.caller import Caller
from api.idempotency import Once
from api.limits import UPLOAD_BYTES, too_large
from api.parts import Parts
from api.presenting import json_response
from api.reporting import NOTHING, report_json
from indexer.isolated import import_isolated
from matcher.errors import InvalidInput
from matcher.model import Kind

_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff<>:\"/\\|?*]")


def receive(
    parts: Parts, file: UploadFile, kind: Kind | None, caller: Caller, *, dry_run: bool, key: str | None
) -> Response:
    """The report of the import. The records and the remembered answer are one commit; a dry run keeps nothing."""
    content = file.file.read(UPLOAD_BYTES + 1)
    if len(content) > UPLOAD_BYTES:
        raise too_large(UPLOAD_BYTES)
    name = safe_name(file.filename or "")
    once = Once.of(None if dry_run else key, caller, "import", name, kind and kind.value, content)
    if once.key is not None:
        with parts.store.read_snapshot() as snapshot:
            replayed = once.recall(snapshot)
        if replayed is not None:
            return replayed
    with _kept(parts.settings.home / "uploads", name, content) as path:
        report = import_isolated(path, kind)
    if dry_run:
        return json_response(report_json(report, NOTHING, dry_run=True))
    with parts.store.writing(caller.actor) as writer:
        replayed = once.recall(writer)
        if replayed is not None:
            return replayed
        saved = writer.put_many(report.records)
        said = report_json(report, saved)
        response = json_response(said)
        # What stood in a cell may be somebody's telephone number, so it is shown once and never kept.
        kept = {**said, "problems": [{**problem, "found": ""} for problem in said["problems"]]}
        once.remember(writer, response, orjson.dumps(kept))
    return response


def safe_name(given: str) -> str:
    """The last part of a file name as any system can store it. InvalidInput when nothing is left."""
    base = _UNSAFE.sub("_", given.replace("\\", "/").rpartition("/")[2]).strip(" .")
    stem, dot, suffix = base.rpartition(".")
    # Names are limited in bytes, and a Chinese letter takes three.
    name = f"{stem[:60]}{dot}{suffix[:10]}" if stem else base[:60]
    if not name:
        raise InvalidInput("请上传一个有名字的文件。")
    return name


@contextmanager
def _kept(folder: Path, name: str, content: bytes) -> Iterator[Path]:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    own = Path(tempfile.mkdtemp(dir=folder))
    try:
        path = own / name
        path.write_bytes(content)
        yield path
    finally:
        shutil.rmtree(own, ignore_errors=True)
