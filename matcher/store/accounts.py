"""People who log in: their accounts, the lock after wrong passwords, and the link by which the first one is made.

Passwords come here as hashes only; what a good password is and how it is hashed is the door's business.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, false, func, insert, select, update

from matcher.errors import Conflict, InvalidInput, Locked, NotFound, Unauthorized
from matcher.store.access_tables import accounts, attempts, sessions, setup_links
from matcher.store.codec import checked
from matcher.store.database import Database
from matcher.store.values import ACCOUNT_ROLES, SYSTEM, Account, Actor, Role
from matcher.store.writer import Writer

LOGIN = re.compile(r"[\w.@-]{2,32}")

LOCK = timedelta(minutes=15)
"""How long failures count, and how long a lock lasts."""

ACCOUNT_TRIES, SOURCE_TRIES = 5, 20
"""Wrong passwords for one account, and from one address, before a lock."""

SETUP_FOR = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Credentials:
    """An account with the hash of its password; leaves this module only to be verified."""

    account: Account
    password_hash: str


class Accounts:
    """Accounts and their locks. `now` is an aware datetime; every change is in the audit table in its own commit."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # ── reading ─────────────────────────────────────────────────────────────────────────────────────────────────
    def get(self, login: str) -> Account:
        """The account. NotFound."""
        with self._database.reading() as connection:
            return _account(_row(connection, login))

    def list(self) -> tuple[Account, ...]:
        """All accounts, disabled ones too, by login."""
        with self._database.reading() as connection:
            return tuple(_account(row) for row in connection.execute(select(accounts).order_by(accounts.c.login)))

    def locked(self, now: datetime) -> dict[str, datetime]:
        """Login → until when it is locked."""
        with self._database.reading() as connection:
            rows = connection.execute(select(attempts).where(attempts.c.key.startswith("account:"))).all()
        return {
            row.key.removeprefix("account:"): row.locked_until
            for row in rows
            if row.locked_until and row.locked_until > now
        }

    def any(self) -> bool:
        """Whether anybody has an account yet."""
        with self._database.reading() as connection:
            return connection.execute(select(accounts.c.login).limit(1)).one_or_none() is not None

    # ── making and changing ─────────────────────────────────────────────────────────────────────────────────────
    def create(
        self,
        login: str,
        name: str,
        role: Role,
        password_hash: str,
        *,
        now: datetime,
        organization: str = "",
        must_change: bool = True,
        actor: Actor = SYSTEM,
    ) -> Account:
        """A new account. Conflict when the login is taken; InvalidInput for a login, role or organisation."""
        with self._database.writing() as connection:
            writer = Writer(connection, now, actor)
            return _create(connection, login, name, role, password_hash, now, organization, must_change, writer)

    def set_password(
        self, login: str, password_hash: str, *, now: datetime, must_change: bool = False, actor: Actor = SYSTEM
    ) -> None:
        """A new password; every session of the account ends. NotFound."""
        with self._database.writing() as connection:
            _row(connection, login)
            values = {"password_hash": password_hash, "password_at": now, "must_change": must_change}
            connection.execute(update(accounts).where(accounts.c.login == login).values(values))
            _end_sessions(connection, login)
            _forgive(connection, login)
            Writer(connection, now, actor).audit("account.password", f"account:{login}")

    def rehash(self, login: str, password_hash: str) -> None:
        """The same password under newer settings of the hash; nothing else changes."""
        with self._database.writing() as connection:
            connection.execute(update(accounts).where(accounts.c.login == login).values(password_hash=password_hash))

    def change(
        self, login: str, *, name: str, role: Role, organization: str, now: datetime, actor: Actor = SYSTEM
    ) -> Account:
        """Another name, role or organisation; a change of what the account may do ends its sessions.

        NotFound; InvalidInput; Conflict when no administrator would be left.
        """
        name, organization = _checked(login, name, role, organization)
        with self._database.writing() as connection:
            before = _account(_row(connection, login))
            if before.role == "admin" and role != "admin":
                _keep_an_admin(connection, login)
            values = {"name": name, "role": role, "organization": organization}
            connection.execute(update(accounts).where(accounts.c.login == login).values(values))
            if (before.role, before.organization) != (role, organization):
                _end_sessions(connection, login)
            detail = f"role={before.role}→{role}" if before.role != role else ""
            Writer(connection, now, actor).audit("account.change", f"account:{login}", detail=detail)
            return _account(_row(connection, login))

    def disable(self, login: str, disabled: bool, *, now: datetime, actor: Actor = SYSTEM) -> None:
        """Switch an account off, ending its sessions, or on again. NotFound; Conflict: the last administrator."""
        with self._database.writing() as connection:
            if _account(_row(connection, login)).role == "admin" and disabled:
                _keep_an_admin(connection, login)
            connection.execute(update(accounts).where(accounts.c.login == login).values(disabled=disabled))
            if disabled:
                _end_sessions(connection, login)
            action = "account.disable" if disabled else "account.enable"
            Writer(connection, now, actor).audit(action, f"account:{login}")

    def unlock(self, login: str, *, now: datetime, actor: Actor = SYSTEM) -> None:
        """Forget the wrong passwords of an account. NotFound."""
        with self._database.writing() as connection:
            _row(connection, login)
            _forgive(connection, login)
            Writer(connection, now, actor).audit("account.unlock", f"account:{login}")

    # ── logging in ──────────────────────────────────────────────────────────────────────────────────────────────
    def try_login(self, login: str, source: str, now: datetime) -> Credentials | None:
        """What to verify the password against, None for an account that is unknown or disabled.

        The attempt is counted before it is verified, so a hundred at once get no further than five. Locked when the
        account or the address had too many; whether the account exists makes no difference to that.
        """
        checked(login + source)
        with self._database.writing() as connection:
            row = connection.execute(select(accounts).where(accounts.c.login == login)).one_or_none()
            spared = row is not None and row.role == "admin" and not _other_admins(connection, login, now)
            keys = [(f"source:{source}", SOURCE_TRIES)]
            # The last administrator who can still log in is not locked out by somebody else's guesses.
            keys += [] if spared else [(f"account:{login[:32]}", ACCOUNT_TRIES)]
            until = max((_locked(connection, key, now) or now for key, _ in keys), default=now)
            if until > now:
                minutes = -(-(until - now).seconds // 60)
                raise Locked(f"登录失败次数太多，请 {minutes} 分钟后再试；着急时请管理员解锁。", minutes=minutes)
            for key, most in keys:
                _count(connection, key, most, now)
        return None if row is None or row.disabled else Credentials(_account(row), row.password_hash)

    def succeeded(self, login: str, source: str, *, now: datetime, actor: Actor) -> None:
        """The password was right: forget the failures, and say so in the audit table."""
        with self._database.writing() as connection:
            _forgive(connection, login)
            connection.execute(delete(attempts).where(attempts.c.key == f"source:{source}"))
            connection.execute(update(accounts).where(accounts.c.login == login).values(last_login=now))
            Writer(connection, now, actor).audit("login", f"account:{login}")

    def failed(self, login: str, *, now: datetime, actor: Actor) -> None:
        """The password was wrong, or the account unknown or disabled; the count was made already."""
        with self._database.writing() as connection:
            known = connection.execute(select(accounts.c.login).where(accounts.c.login == login)).one_or_none()
            # People sometimes type their password into the field of the name, so an unknown name is not written down.
            Writer(connection, now, actor).audit("login", f"account:{login if known else '?'}", result="refused")

    # ── the first account ───────────────────────────────────────────────────────────────────────────────────────
    def setup_link(self, now: datetime) -> str | None:
        """A one-time secret for making the first account, None when there is one already. Earlier ones die."""
        with self._database.writing() as connection:
            connection.execute(delete(setup_links))
            if connection.execute(select(accounts.c.login).limit(1)).one_or_none() is not None:
                return None
            token = secrets.token_urlsafe(24)
            connection.execute(insert(setup_links).values(hash=_digest(token), expires_at=now + SETUP_FOR))
        return token

    def is_setup_link(self, token: str, now: datetime) -> bool:
        """Whether this secret still opens the set-up page."""
        with self._database.reading() as connection:
            return _setup_stands(connection, token, now)

    def set_up(self, token: str, login: str, name: str, password_hash: str, *, now: datetime, actor: Actor) -> Account:
        """The first administrator. Unauthorized when the link was used, is too old or another account exists."""
        with self._database.writing() as connection:
            if not _setup_stands(connection, token, now):
                raise Unauthorized("这个初始化链接已经用过或已过期；请重新启动服务，使用窗口里显示的新链接。")
            connection.execute(delete(setup_links))
            writer = Writer(connection, now, actor)
            return _create(connection, login, name, "admin", password_hash, now, "", False, writer)


def _create(
    connection: Connection,
    login: str,
    name: str,
    role: Role,
    password_hash: str,
    now: datetime,
    organization: str,
    must_change: bool,
    writer: Writer,
) -> Account:
    name, organization = _checked(login, name, role, organization)
    if connection.execute(select(accounts.c.login).where(accounts.c.login == login)).one_or_none():
        raise Conflict(f"用户名“{login}”已经有人使用，请换一个。", login=login)
    row = {"login": login, "name": name, "role": role, "organization": organization, "password_hash": password_hash}
    times = {"password_at": now, "created_at": now, "last_login": None}
    connection.execute(insert(accounts).values(**row, **times, must_change=must_change, disabled=False))
    writer.audit("account.create", f"account:{login}", detail=f"role={role}")
    return _account(_row(connection, login))


def _checked(login: str, name: str, role: Role, organization: str) -> tuple[str, str]:
    """Name and organisation as they are stored. InvalidInput."""
    if not LOGIN.fullmatch(login):
        raise InvalidInput("用户名应为 2 到 32 个字，可用汉字、字母、数字和 . _ - @。", field="login")
    if role not in ACCOUNT_ROLES:
        raise InvalidInput(f"没有“{role}”这个角色；可用的有 {'、'.join(ACCOUNT_ROLES)}。", field="role")
    name, organization = checked(name).strip() or login, checked(organization).strip()
    if len(name) > 100 or len(organization) > 500:
        raise InvalidInput("姓名最多 100 个字，单位名称最多 500 个字。", field="name")
    if role == "member" and not organization:
        raise InvalidInput("会员单位的账号必须写明单位名称。", field="organization")
    return name, organization if role == "member" else ""


def _row(connection: Connection, login: str) -> Row[Any]:
    row = connection.execute(select(accounts).where(accounts.c.login == checked(login))).one_or_none()
    if row is None:
        raise NotFound(f"没有用户名为“{login[:40]}”的账号。", login=login)
    return row


def _account(row: Row[Any]) -> Account:
    values = row._mapping
    return Account(**{name: values[name] for name in Account.__slots__})


def _end_sessions(connection: Connection, login: str) -> None:
    connection.execute(delete(sessions).where(sessions.c.login == login))


def _keep_an_admin(connection: Connection, login: str) -> None:
    query = select(func.count()).where(
        accounts.c.role == "admin", accounts.c.disabled == false(), accounts.c.login != login
    )
    if not connection.execute(query).scalar_one():
        raise Conflict("这是最后一个能用的管理员账号，不能停用或改为其他角色；请先另设一个管理员。", login=login)


def _other_admins(connection: Connection, login: str, now: datetime) -> bool:
    """Whether another administrator could log in at this moment."""
    query = select(accounts.c.login).where(
        accounts.c.role == "admin", accounts.c.disabled == false(), accounts.c.login != login
    )
    others = connection.execute(query).scalars().all()
    return any(_locked(connection, f"account:{other}", now) is None for other in others)


def _locked(connection: Connection, key: str, now: datetime) -> datetime | None:
    until = connection.execute(select(attempts.c.locked_until).where(attempts.c.key == key)).scalar_one_or_none()
    return until if until is not None and until > now else None


def _count(connection: Connection, key: str, most: int, now: datetime) -> None:
    """One more failure, a lock at the last allowed one. Counts whose time has passed start anew."""
    row = connection.execute(select(attempts).where(attempts.c.key == key)).one_or_none()
    fresh = row is None or now - row.since > LOCK
    failures = 1 if row is None or fresh else row.failures + 1
    values = {
        "failures": failures,
        "since": now if row is None or fresh else row.since,
        "locked_until": now + LOCK if failures >= most else None,
    }
    connection.execute(delete(attempts).where((attempts.c.key == key) | (attempts.c.since < now - 2 * LOCK)))
    connection.execute(insert(attempts).values(key=key, **values))


def _forgive(connection: Connection, login: str) -> None:
    connection.execute(delete(attempts).where(attempts.c.key == f"account:{login}"))


def _setup_stands(connection: Connection, token: str, now: datetime) -> bool:
    query = select(setup_links.c.expires_at).where(setup_links.c.hash == _digest(token))
    until = connection.execute(query).scalar_one_or_none()
    taken = connection.execute(select(accounts.c.login).limit(1)).one_or_none() is not None
    return until is not None and until > now and not taken


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
