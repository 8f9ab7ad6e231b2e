"""Where everything is: one frozen object read from the environment, driven by the table below."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from matcher.errors import InvalidInput
from matcher.patience import Patience

REPOSITORY = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Setting:
    """One environment variable. `default` may name {repository}, {home} and {data}."""

    name: str
    default: str
    help_zh: str


SETTINGS: tuple[Setting, ...] = (
    Setting("SCENEMATCH_HOME", "./var", "全部运行数据（数据库、索引、缓存）所在的文件夹；备份它就备份了一切"),
    Setting(
        "SCENEMATCH_DATABASE_URL",
        "sqlite:///{home}/scenematch.db",
        "数据库地址；单机用 sqlite:///文件，多机用 postgresql+psycopg://用户:密码@主机/库名",
    ),
    Setting(
        "SCENEMATCH_INDEX_URL",
        "faiss:///{home}/index",
        "向量索引地址；faiss:///文件夹 表示把各代索引放在该文件夹，milvus://主机:端口 表示由 Milvus 服务器检索",
    ),
    Setting("SCENEMATCH_ENCODER", "{data}/models/default", "文本编码模型所在的文件夹"),
    Setting("SCENEMATCH_CONTEXT", "{data}/models/context", "通读全文的语境模型所在的文件夹；off 表示不使用"),
    Setting("SCENEMATCH_DATA", "{repository}/data", "行业、技术、同义词等可读数据所在的文件夹"),
    Setting("SCENEMATCH_RERANKER", "", "精排模型所在的文件夹；留空表示不使用"),
    Setting("SCENEMATCH_OFFICE", "粤港澳大湾区应用场景创新中心", "本中心的名称，用于补正通知等文书的落款"),
    Setting("SCENEMATCH_ALERT_SECONDS", "2", "每隔几秒看一次有没有新登记的记录需要提醒；0 表示不看"),
    Setting("SCENEMATCH_ALERT_UNANSWERED_DAYS", "7", "需求登记多少天后仍没有合适方案就提醒"),
    Setting("SCENEMATCH_ALERT_DEADLINE_DAYS", "14", "距需求的期限还有多少天时提醒"),
    Setting("SCENEMATCH_ALERT_STALLED_DAYS", "14", "对接多少天没有进展就提醒"),
    Setting("SCENEMATCH_HOST", "127.0.0.1", "服务监听的地址；127.0.0.1 只允许本机访问"),
    Setting("SCENEMATCH_PORT", "8765", "服务监听的端口，1 到 65535"),
    Setting("SCENEMATCH_HTTPS", "off", "用户是否经 https 访问（由前面的 nginx 等转发）；on 时登录信息只经 https 发送"),
    Setting(
        "SCENEMATCH_PASSWORD_POLICY",
        "dengbao",
        "密码规则；dengbao 按等级保护要求（8 位以上、三类字符、定期更换），asvs 按 OWASP ASVS（15 位以上、不强制更换）",
    ),
    Setting("SCENEMATCH_PASSWORD_DAYS", "90", "dengbao 规则下密码多少天后必须更换，1 到 3650"),
    Setting("SCENEMATCH_AUDIT_ANCHORS", "{home}/anchors", "每天存一次审计校验点的文件夹；放到另一块磁盘更稳妥"),
    Setting("SCENEMATCH_HOSTS", "", "允许用来访问的主机名或地址，用逗号隔开；留空只认本机和监听的地址，* 表示不限"),
)
"""Every setting there is, in the order the documentation lists them."""

_SQLITE = "sqlite:///"


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings, checked; every path is absolute. Nothing is created by reading them."""

    home: Path
    database_url: str
    index_url: str
    encoder: Path
    context: Path | None
    data: Path
    reranker: Path | None
    office: str
    alert_seconds: int
    alert_unanswered_days: int
    alert_deadline_days: int
    alert_stalled_days: int
    host: str
    port: int
    https: bool
    password_policy: str
    password_days: int
    anchors: Path
    hosts: str

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> Settings:
        """The settings named in `env`; blank ones take their default. InvalidInput names the variable at fault.

        Relative paths start at the current folder. In a `sqlite:///` or `faiss:///` URL everything behind the third
        slash is the path, so an absolute one has four slashes on Linux.
        """
        raw = {s.name: env.get(s.name, "").strip() for s in SETTINGS}
        defaults = {s.name: s.default for s in SETTINGS}
        home = _path(raw["SCENEMATCH_HOME"] or defaults["SCENEMATCH_HOME"])
        data = _path(raw["SCENEMATCH_DATA"] or defaults["SCENEMATCH_DATA"].format(repository=REPOSITORY))
        read = {
            name: value or defaults[name].format(repository=REPOSITORY, home=home.as_posix(), data=data)
            for name, value in raw.items()
        }
        return cls(
            home=home,
            database_url=_url("SCENEMATCH_DATABASE_URL", read),
            index_url=_url("SCENEMATCH_INDEX_URL", read),
            encoder=_path(read["SCENEMATCH_ENCODER"]),
            context=None if read["SCENEMATCH_CONTEXT"] == "off" else _path(read["SCENEMATCH_CONTEXT"]),
            data=data,
            reranker=_path(read["SCENEMATCH_RERANKER"]) if read["SCENEMATCH_RERANKER"] else None,
            office=read["SCENEMATCH_OFFICE"],
            alert_seconds=_whole("SCENEMATCH_ALERT_SECONDS", read, least=0),
            alert_unanswered_days=_whole("SCENEMATCH_ALERT_UNANSWERED_DAYS", read),
            alert_deadline_days=_whole("SCENEMATCH_ALERT_DEADLINE_DAYS", read),
            alert_stalled_days=_whole("SCENEMATCH_ALERT_STALLED_DAYS", read),
            host=read["SCENEMATCH_HOST"],
            port=_port("SCENEMATCH_PORT", read),
            https=_one_of("SCENEMATCH_HTTPS", read, ("off", "on")) == "on",
            password_policy=_one_of("SCENEMATCH_PASSWORD_POLICY", read, ("dengbao", "asvs")),
            password_days=_number("SCENEMATCH_PASSWORD_DAYS", read, 3650),
            anchors=_path(read["SCENEMATCH_AUDIT_ANCHORS"]),
            hosts=read["SCENEMATCH_HOSTS"],
        )

    @property
    def patience(self) -> Patience:
        """How long the centre waits before it wants to be reminded."""
        return Patience(self.alert_unanswered_days, self.alert_deadline_days, self.alert_stalled_days)

    @property
    def database_path(self) -> Path | None:
        """The SQLite file, or None for a database server."""
        return _path(self.database_url[len(_SQLITE) :]) if self.database_url.startswith(_SQLITE) else None

    @property
    def index_folder(self) -> Path:
        """Where the generations are. For an index server too: its generations' manifests are kept in HOME/index."""
        scheme, _, path = self.index_url.partition(":///")
        return _path(path) if scheme == "faiss" and path else self.home / "index"

    @property
    def cache_folder(self) -> Path:
        """The private folder of the word segmenter's cache and of vectors already computed."""
        return self.home / "cache"

    @property
    def uploads_folder(self) -> Path:
        """Uploaded lists and their reports, for as long as they are kept."""
        return self.home / "uploads"

    @property
    def writer_lock(self) -> Path | None:
        """Held by the one process that writes to SQLite (the store takes it); None for a database server."""
        path = self.database_path
        return path.with_name(path.name + ".writer.lock") if path else None


def _path(text: str) -> Path:
    return Path(os.path.abspath(os.path.expanduser(text)))


def _url(name: str, read: Mapping[str, str]) -> str:
    if "://" not in read[name]:
        raise InvalidInput(f"环境变量 {name} 应是“类型://位置”形式的地址。", setting=name)
    return read[name]


def _whole(name: str, read: Mapping[str, str], least: int = 1, most: int = 3650) -> int:
    text = read[name]
    if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
        raise InvalidInput(f"环境变量 {name} 应是 {least} 到 {most} 之间的整数，现在是“{text[:20]}”。", setting=name)
    return int(text)


def _port(name: str, read: Mapping[str, str]) -> int:
    return _number(name, read, 65535)


def _number(name: str, read: Mapping[str, str], most: int) -> int:
    text = read[name]
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= most):
        raise InvalidInput(f"环境变量 {name} 应是 1 到 {most} 之间的整数，现在是“{text}”。", setting=name)
    return int(text)


def _one_of(name: str, read: Mapping[str, str], known: tuple[str, ...]) -> str:
    if read[name] not in known:
        raise InvalidInput(f"环境变量 {name} 只能是 {' 或 '.join(known)}，现在是“{read[name]}”。", setting=name)
    return read[name]
