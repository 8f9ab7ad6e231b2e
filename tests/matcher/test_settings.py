"""Settings: every variable is read, blank means default, mistakes are named."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

from matcher.errors import InvalidInput
from matcher.settings import REPOSITORY, SETTINGS, Settings


def test_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = Settings.from_env({"PATH": "x", "SCENEMATCH_PORT": "  "})
    home = tmp_path / "var"
    assert settings == Settings(
        home=home,
        database_url=f"sqlite:///{home.as_posix()}/scenematch.db",
        index_url=f"faiss:///{home.as_posix()}/index",
        encoder=REPOSITORY / "data" / "models" / "default",
        context=REPOSITORY / "data" / "models" / "context",
        data=REPOSITORY / "data",
        reranker=None,
        office="粤港澳大湾区应用场景创新中心",
        alert_seconds=2,
        alert_unanswered_days=7,
        alert_deadline_days=14,
        alert_stalled_days=14,
        host="127.0.0.1",
        port=8765,
        https=False,
        password_policy="dengbao",
        password_days=90,
        anchors=home / "anchors",
        hosts="",
    )
    assert settings.database_path == home / "scenematch.db"
    assert settings.writer_lock == home / "scenematch.db.writer.lock"
    assert settings.index_folder == home / "index"
    assert settings.cache_folder == home / "cache"
    assert not home.exists()


def test_every_variable_is_read(tmp_path: Path) -> None:
    env = {
        "SCENEMATCH_HOME": str(tmp_path / "家 {x}"),
        "SCENEMATCH_DATABASE_URL": "postgresql+psycopg://u:p@db/scenematch",
        "SCENEMATCH_INDEX_URL": "milvus://host:19530",
        "SCENEMATCH_ENCODER": str(tmp_path / "bge"),
        "SCENEMATCH_CONTEXT": str(tmp_path / "context"),
        "SCENEMATCH_DATA": str(tmp_path / "data"),
        "SCENEMATCH_RERANKER": str(tmp_path / "reranker"),
        "SCENEMATCH_OFFICE": "某市场景中心",
        "SCENEMATCH_ALERT_SECONDS": "5",
        "SCENEMATCH_ALERT_UNANSWERED_DAYS": "3",
        "SCENEMATCH_ALERT_DEADLINE_DAYS": "10",
        "SCENEMATCH_ALERT_STALLED_DAYS": "21",
        "SCENEMATCH_HOST": "0.0.0.0",
        "SCENEMATCH_PORT": "80",
        "SCENEMATCH_HTTPS": "on",
        "SCENEMATCH_PASSWORD_POLICY": "asvs",
        "SCENEMATCH_PASSWORD_DAYS": "30",
        "SCENEMATCH_AUDIT_ANCHORS": str(tmp_path / "anchors"),
        "SCENEMATCH_HOSTS": "match.example.org, 10.0.0.5",
    }
    assert list(env) == [setting.name for setting in SETTINGS]
    settings = Settings.from_env(env)
    read = [getattr(settings, field.name) for field in fields(Settings)]
    assert ["on" if value is True else str(value) for value in read] == list(env.values())
    assert settings.database_path is None
    assert settings.writer_lock is None
    assert settings.index_folder == tmp_path / "家 {x}" / "index"


def test_paths_follow_home_and_data(tmp_path: Path) -> None:
    settings = Settings.from_env({"SCENEMATCH_HOME": str(tmp_path / "{h}"), "SCENEMATCH_DATA": str(tmp_path / "{d}")})
    assert settings.database_path == tmp_path / "{h}" / "scenematch.db"
    assert settings.encoder == tmp_path / "{d}" / "models" / "default"
    assert settings.context == tmp_path / "{d}" / "models" / "context"


def test_off_means_no_context_model() -> None:
    assert Settings.from_env({"SCENEMATCH_CONTEXT": "off"}).context is None


def test_relative_paths_start_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SCENEMATCH_HOME", "a/../b")
    monkeypatch.setenv("SCENEMATCH_DATABASE_URL", "sqlite:///b/x.db")
    monkeypatch.setenv("SCENEMATCH_INDEX_URL", "faiss:///elsewhere")
    settings = Settings.from_env()
    assert settings.home == tmp_path / "b"
    assert settings.database_path == tmp_path / "b" / "x.db"
    assert settings.index_folder == tmp_path / "elsewhere"


@pytest.mark.parametrize("port", ["0", "65536", "-1", "80.0", "八十", "８０", "1e3", "0x50"])
def test_a_bad_port_is_named(port: str) -> None:
    with pytest.raises(InvalidInput, match=r"SCENEMATCH_PORT 应是 1 到 65535") as refused:
        Settings.from_env({"SCENEMATCH_PORT": port})
    assert refused.value.details == {"setting": "SCENEMATCH_PORT"}


@pytest.mark.parametrize("name", ["SCENEMATCH_DATABASE_URL", "SCENEMATCH_INDEX_URL"])
def test_a_url_without_a_scheme_is_named_and_not_shown(name: str) -> None:
    with pytest.raises(InvalidInput, match=name) as refused:
        Settings.from_env({name: "user:secret@host"})
    assert "secret" not in str(refused.value)


def test_settings_do_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings.from_env({}).port = 1  # type: ignore[misc]


def test_every_setting_says_in_chinese_what_it_is() -> None:
    assert all(any("一" <= letter <= "龥" for letter in setting.help_zh) for setting in SETTINGS)
