"""SQLite held to its rules: settings, one writer, kills, full and failing disks, damage."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from matcher.errors import InvalidInput, Unavailable
from matcher.model import Contact, Demand, Kind, Solution
from matcher.store import Store, sqlite_version_note
from matcher.store.filesystem import network_filesystem
from matcher.store.sqlite import sqlite_affected

D = Kind.DEMAND
NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "s.db"


def url(path: Path) -> str:
    return f"sqlite:///{path.as_posix()}"


def child(code: str, path: Path) -> subprocess.Popen[str]:
    """A process of its own that runs `code` with the store's URL as its argument."""
    command = [sys.executable, "-c", code, url(path)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONUTF8": "1"})


def output(code: str, path: Path) -> list[str]:
    """The lines such a process printed."""
    return child(code, path).communicate(timeout=60)[0].splitlines()


def test_the_connections_are_set_as_the_rules_say(path: Path) -> None:
    common = {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 5000, "trusted_schema": 0}
    common |= {"cell_size_check": 1, "mmap_size": 0}
    with Store.open(url(path), write=True) as store:
        with store._database.writing() as connection:
            wanted = common | {"synchronous": 2, "secure_delete": 1, "query_only": 0}
            assert {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted} == wanted
        with store._database.reading() as connection:
            wanted = common | {"query_only": 1}
            assert {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted} == wanted
            connection.exec_driver_sql("PRAGMA query_only=OFF")
            with pytest.raises(sqlite3.OperationalError, match="readonly database"):  # mode=ro holds without the pragma
                connection.connection.execute("DELETE FROM revision")


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
def test_the_files_are_their_owners_alone(path: Path) -> None:
    with Store.open(url(path), write=True) as store:
        store.add(Demand("a", "t"))
        for name in ("s.db", "s.db-wal", "s.db-shm"):
            assert stat.S_IMODE(path.with_name(name).stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert sorted(f.name for f in path.parent.iterdir()) == ["s.db", "s.db.writer.lock"]


def test_a_second_writer_is_told_what_to_do(path: Path) -> None:
    with Store.open(url(path), write=True):
        with pytest.raises(Unavailable, match=rf"进程号 {os.getpid()}.*网页或接口.*先停止服务"):
            Store.open(url(path), write=True)
        code = "import sys; from matcher.store import Store\ntry: Store.open(sys.argv[1], write=True)\n"
        code += "except Exception as e: print(type(e).__name__, e.code)"
        assert output(code, path) == ["InUse unavailable"]
    Store.open(url(path), write=True).close()


def test_closing_twice_is_harmless_and_a_closed_store_does_not_write(path: Path) -> None:
    store = Store.open(url(path), write=True)
    store.close()
    store.close()
    with pytest.raises(Unavailable):
        store.add(Demand("a", "t"))


def test_killed_in_the_middle_it_has_every_acknowledged_record(path: Path) -> None:
    code = """if True:
        import sys
        from matcher.model import Contact, Demand
        from matcher.store import Store
        with Store.open(sys.argv[1], write=True) as store:
            while True:
                print(store.add(Demand("", "标题" * 200, contact=Contact(phone="1"))).id, flush=True)
    """
    acked: list[str] = []
    for after in (1, 7, 23, 60):
        process = child(code, path)
        assert process.stdout is not None
        with process.stdout:
            acked += [process.stdout.readline().strip() for _ in range(after)]
            process.send_signal(signal.SIGKILL)
            acked += process.stdout.read().split()
        assert process.wait(30) == -signal.SIGKILL
        with Store.open(url(path), write=True) as store:
            assert store.check() == ()
            kept = [record.id for record in store.page(D, limit=1000).items]
            # At most the one commit whose answer the kill cut off is there unannounced.
            assert kept[: len(acked)] == acked
            assert len(kept) - len(acked) <= 1
            assert store.revision() == len(kept) == len(store.audit_lines(limit=1000))
            assert store.contact(D, kept[-1]).phone == "1"
            acked = kept


@pytest.mark.skipif(os.name != "posix", reason="file size limits are POSIX")
def test_after_a_disk_error_nothing_more_is_written(path: Path) -> None:
    code = """if True:
        import resource, signal, sys
        from matcher.errors import Unavailable
        from matcher.model import Demand, Kind
        from matcher.store import Store
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        store = Store.open(sys.argv[1], write=True)
        store.add(Demand("before", "t"))
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, hard))
        def attempt(records):
            try:
                store.put_many(records)
            except Unavailable as error:
                print(error.details.get("fault"), str(error))
        attempt(Demand(f"{n}", "长" * 1000) for n in range(2000))
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        attempt([Demand("after", "t")])
        print([record.id for record in store.page(Kind.DEMAND).items])
    """
    said = output(code, path)
    assert said[0].startswith("SQLITE_IOERR_WRITE 读写数据库文件时磁盘出错")
    assert said[1].startswith("None 读写数据库文件时磁盘出错")
    assert said[2] == "['before']"
    with Store.open(url(path), write=True) as store:
        assert store.check() == ()
        assert [record.id for record in store.page(D).items] == ["before"]
        assert store.put(Demand("after", "t")) == "created"


def test_a_full_disk_is_named_and_leaves_nothing(path: Path) -> None:
    with Store.open(url(path), write=True) as store:
        store.add(Demand("a", "t"))
        with store._database.writing() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 5}")
        with pytest.raises(Unavailable, match="磁盘空间已满"):
            store.put_many(Demand(f"{n}", "长" * 1000) for n in range(100))
        assert (store.revision(), store.count(D)) == (1, 1)
        with store._database.writing() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count=1000000")
        assert store.put(Demand("b", "t")) == "created"


def test_a_foreign_lock_is_a_busy_database_and_passes(path: Path) -> None:
    with Store.open(url(path), write=True) as store:
        with store._database.writing() as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout=50")
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable, match="正忙"):
            store.add(Demand("a", "t"))
        other.execute("ROLLBACK")
        other.close()
        assert store.add(Demand("a", "t")).id == "a"


def test_writers_of_one_process_wait_for_each_other(path: Path) -> None:
    with Store.open(url(path), write=True) as store:
        with store.writing() as writer:
            late = threading.Thread(target=store.add, args=(Demand("late", "t"),))
            late.start()
            late.join(0.1)
            assert late.is_alive()
            with pytest.raises(RuntimeError, match="outer block"):
                store.add(Demand("nested", "t"))
            writer.add(Demand("early", "t"))
        late.join()
        with store.read_snapshot() as snapshot:
            assert [(record.id, revision) for record, revision in snapshot.records(D)] == [("early", 1), ("late", 2)]


def test_a_long_write_does_not_hold_up_a_key(path: Path) -> None:
    with Store.open(url(path), write=True) as store:
        info, token = store.keys.create("viewer", 1, now=NOW)
        with store.writing():
            verified: list[object] = []
            request = threading.Thread(target=lambda: verified.append(store.keys.verify(token, NOW)))
            request.start()
            request.join(10)
            assert verified == [info]
        assert store.keys.list() == (info,)


def test_removed_text_is_not_left_in_the_file(path: Path) -> None:
    with Store.open(url(path), write=True) as store:
        store.add(Demand("a", "t", description="很机密的描述", contact=Contact(phone="13812345678")))
        store.remove(D, "a")
    content = path.read_bytes()
    assert "很机密的描述".encode() not in content
    assert b"13812345678" not in content
    assert b"demand:a" in content


def damage(path: Path) -> None:
    """Overwrite the first bytes of every page in the second half, where the records are."""
    content = bytearray(path.read_bytes())
    for start in range(len(content) // 8192 * 4096, len(content), 4096):
        content[start : start + 64] = os.urandom(64)
    path.write_bytes(content)


def test_damage_is_found(path: Path) -> None:
    with Store.open(url(path), write=True) as store:
        store.put_many(Demand(f"{n}", "长" * 500) for n in range(200))
    damage(path)
    with Store.open(url(path), write=False) as store:
        assert store.check()
        assert all("已损坏" in problem for problem in store.check())
        with pytest.raises(Unavailable, match="已损坏"), store.read_snapshot() as snapshot:
            list(snapshot.records(D))


def test_after_a_killed_writer_the_file_is_checked_before_it_is_used(path: Path) -> None:
    code = """if True:
        import os, sys
        from matcher.model import Demand
        from matcher.store import Store
        print(Store.open(sys.argv[1], write=True).put(Demand("last", "t")), flush=True)
        os._exit(9)
    """
    with Store.open(url(path), write=True) as store:
        store.put_many(Demand(f"{n}", "长" * 500) for n in range(200))
    assert output(code, path) == ["created"]
    assert path.with_name("s.db-wal").stat().st_size > 0
    damage(path)
    with pytest.raises(Unavailable, match="已损坏") as refused:
        Store.open(url(path), write=True)
    assert refused.value.details["found"] != "ok"
    assert not path.with_name("s.db.writer.pid").exists()


def test_another_programs_file_is_left_alone(path: Path) -> None:
    path.parent.mkdir()
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE customers (id)")
    other.close()
    for write in (True, False):
        with pytest.raises(Unavailable, match="别的程序"):
            Store.open(url(path), write=write)
    path.write_bytes(b"PK\x03\x04" + b"not a database " * 400)
    with pytest.raises(Unavailable, match="已损坏"):
        Store.open(url(path), write=True)


@pytest.mark.parametrize("wrong", ["sqlite://", "sqlite:///", "sqlite:///:memory:", "mysql://x/y", "somewhere"])
def test_an_unusable_url_is_refused(wrong: str) -> None:
    with pytest.raises(InvalidInput):
        Store.open(wrong, write=True)


def test_a_network_drive_is_recognised(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    here = tmp_path.resolve()
    mounts.write_text(f"/dev/sda / ext4 rw 0 0\nserver:/x {here.parent} nfs4 rw 0 0\ntmpfs {here}/local tmpfs rw 0 0\n")
    (here / "local").mkdir()
    assert network_filesystem(here, mounts) == "nfs4"
    assert network_filesystem(here / "local", mounts) == ""
    assert network_filesystem(Path("/"), mounts) == ""
    assert network_filesystem(here, tmp_path / "no such table") == ""


def test_a_network_drive_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matcher.store.sqlite.network_filesystem", lambda folder: "cifs")
    with pytest.raises(Unavailable, match="网络盘上（cifs）"):
        Store.open(url(path), write=True)
    assert not path.exists()


@pytest.mark.parametrize(
    ("version", "affected"),
    [
        ("3.6.23", False),
        ("3.7.0", True),
        ("3.40.1", True),
        ("3.44.5", True),
        ("3.44.6", False),
        ("3.45.0", True),
        ("3.50.6", True),
        ("3.50.7", False),
        ("3.51.2", True),
        ("3.51.3", False),
        ("3.54.1", False),
    ],
)
def test_the_versions_with_the_wal_fault(version: str, affected: bool) -> None:
    assert sqlite_affected(version) is affected
    assert ("已知缺陷" in sqlite_version_note(version)) is affected
    assert version in sqlite_version_note(version)


def test_the_known_revision_follows_every_commit(path: Path) -> None:
    with Store.open(url(path), write=True) as store:
        assert store.known_revision() == store.revision() == 0
        store.put(Solution("S1", "方案"))
        assert store.known_revision() == store.revision() == 1
        with store.writing() as writer:
            writer.put(Solution("S2", "方案"))
            assert store.known_revision() == 1
        assert store.known_revision() == 2
        with pytest.raises(ZeroDivisionError):
            _write_and_fail(store)
        assert store.known_revision() == 2


def _write_and_fail(store: Store) -> None:
    with store.writing() as writer:
        writer.put(Solution("S3", "方案"))
        raise ZeroDivisionError


def test_a_reader_looks_for_itself(path: Path) -> None:
    """Another process writes, so nothing is taken as known."""
    with Store.open(url(path), write=True) as store, Store.open(url(path), write=False) as reader:
        assert reader.known_revision() == 0
        store.put(Solution("S1", "方案"))
        assert reader.known_revision() == 1
