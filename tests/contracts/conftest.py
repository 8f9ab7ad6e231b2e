"""The stores that every store contract runs on: SQLite, and PostgreSQL where a server program is installed."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import sqlalchemy
from sqlalchemy import create_engine, text


@pytest.fixture(params=["sqlite", "postgresql"])
def any_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path.as_posix()}/home/s.db"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def postgres_url(server: str) -> str:
    """The URL of an empty PostgreSQL database."""
    admin = create_engine(server)
    with admin.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    admin.dispose()
    return server


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The URL of a throw-away server; any trouble in starting it is a skip with its reason."""
    pytest.importorskip("psycopg", reason="the PostgreSQL driver is not installed")
    programs = _programs()
    if programs is None:
        pytest.skip("no PostgreSQL server program (initdb, postgres) on this machine")
    folder = Path(tempfile.mkdtemp(prefix="scenematch-pg-"))
    process = None
    try:
        try:
            process, url = _start(programs, folder)
        except (OSError, subprocess.SubprocessError, KeyError, RuntimeError) as error:
            pytest.skip(f"PostgreSQL could not be started: {error}")
        yield url
    finally:
        if process is not None:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(20)
            process.kill()
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path | None:
    """The folder with initdb and postgres, the newest version first."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name.split(".")[0]))
    on_path = shutil.which("initdb")
    folders = [*reversed(debian), *([Path(os.path.realpath(on_path)).parent] if on_path else [])]
    return next((f for f in folders if (f / "initdb").is_file() and (f / "postgres").is_file()), None)


def _start(programs: Path, folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    """A running server in `folder`, as an ordinary user: PostgreSQL refuses to run as root."""
    who: dict[str, object] = {}
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        import pwd

        user = pwd.getpwnam("nobody")
        os.chown(folder, user.pw_uid, user.pw_gid)
        who = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    env = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(folder)}
    data, port = folder / "data", _free_port()
    initdb = [programs / "initdb", "-D", data, "-U", "tester", "-A", "trust", "-E", "UTF8", "--no-sync"]
    made = subprocess.run(initdb, cwd=folder, env=env, capture_output=True, timeout=120, **who)  # type: ignore[call-overload]
    if made.returncode:
        raise RuntimeError(made.stderr.decode(errors="replace")[-300:])
    options = {"listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": folder, "fsync": "off"}
    command = [programs / "postgres", "-D", data, *(word for n, v in options.items() for word in ("-c", f"{n}={v}"))]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=env, stdout=log, stderr=log, **who)  # type: ignore[call-overload]
    url = f"postgresql+psycopg://tester@127.0.0.1:{port}/postgres"
    engine = create_engine(url)
    try:
        for _ in range(150):
            with suppress(sqlalchemy.exc.OperationalError), engine.connect():
                return process, url
            if process.poll() is not None:
                break
            threading.Event().wait(0.1)
    finally:
        engine.dispose()
    process.kill()
    process.wait()
    raise RuntimeError((folder / "log").read_text(errors="replace")[-300:])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
