"""Sessions of browsers: 256 random bits, of which only the SHA-256 is stored; they end by rest, by age, or by hand."""

from __future__ import annotations

import hashlib
import secrets
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update

from matcher.errors import NotFound, Unavailable
from matcher.store.access_tables import accounts, sessions
from matcher.store.codec import checked, storable
from matcher.store.database import Database
from matcher.store.values import SYSTEM, Account, Actor, Session
from matcher.store.writer import Writer

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=1)
"""`seen_at` is right to the minute: a request that only reads should not cost a commit."""

ID_LENGTH = 16
"""How much of the hash names a session in a list."""


class Sessions:
    """Open, find and end sessions. `now` is an aware datetime."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, login: str, *, now: datetime, source: str = "", agent: str = "") -> str:
        """A new session and the secret its browser keeps; dead sessions of everybody are swept."""
        token = secrets.token_urlsafe(32)
        row = {"hash": _digest(token), "login": login, "source": source, "agent": checked(agent)[:200]}
        dead = (sessions.c.seen_at < now - IDLE) | (sessions.c.created_at < now - LONGEST)
        with self._database.writing() as connection:
            connection.execute(delete(sessions).where(dead))
            connection.execute(insert(sessions).values(**row, created_at=now, seen_at=now))
        return token

    def find(self, token: str, now: datetime) -> Session | None:
        """The session behind a secret with its account, None when unknown, ended, too old, or the account disabled."""
        if not storable(token):
            return None
        query = (
            select(sessions, accounts)
            .join_from(sessions, accounts, sessions.c.login == accounts.c.login)
            .where(sessions.c.hash == _digest(token))
        )
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        values = row._mapping
        account = Account(**{name: values[accounts.c[name]] for name in Account.__slots__})
        created, seen = values[sessions.c.created_at], values[sessions.c.seen_at]
        if account.disabled or now - seen > IDLE or now - created > LONGEST:
            return None
        found = Session(
            _digest(token)[:ID_LENGTH], account, created, seen, values[sessions.c.source], values[sessions.c.agent]
        )
        self._seen(token, found, now)
        return found

    def of(self, login: str, now: datetime) -> tuple[Session, ...]:
        """The sessions of one account that are still good, the newest first."""
        query = (
            select(sessions, accounts)
            .join_from(sessions, accounts, sessions.c.login == accounts.c.login)
            .where(sessions.c.login == login, sessions.c.seen_at >= now - IDLE, sessions.c.created_at >= now - LONGEST)
            .order_by(sessions.c.created_at.desc(), sessions.c.hash)
        )
        with self._database.reading() as connection:
            rows = [row._mapping for row in connection.execute(query)]
        return tuple(
            Session(
                row[sessions.c.hash][:ID_LENGTH],
                Account(**{name: row[accounts.c[name]] for name in Account.__slots__}),
                row[sessions.c.created_at],
                row[sessions.c.seen_at],
                row[sessions.c.source],
                row[sessions.c.agent],
            )
            for row in rows
        )

    def end(self, token: str, *, now: datetime, actor: Actor = SYSTEM) -> None:
        """Log out: the secret is worth nothing from now on."""
        with self._database.writing() as connection:
            connection.execute(delete(sessions).where(sessions.c.hash == _digest(token)))
            Writer(connection, now, actor).audit("logout", f"account:{actor.name}")

    def revoke(self, login: str, id: str, *, now: datetime, actor: Actor = SYSTEM) -> None:
        """End one session of an account by its id from the list. NotFound."""
        own = (sessions.c.login == login) & sessions.c.hash.startswith(checked(id), autoescape=True)
        with self._database.writing() as connection:
            if len(id) != ID_LENGTH or not connection.execute(delete(sessions).where(own)).rowcount:
                raise NotFound("这个登录已经结束。", session=id)
            Writer(connection, now, actor).audit("session.revoke", f"account:{login}")

    def _seen(self, token: str, found: Session, now: datetime) -> None:
        if not self._database.writable or now - found.seen_at < SEEN_EVERY:
            return
        # A request must not wait for a long import, nor fail, because of the time of last use.
        with suppress(Unavailable), self._database.writing(wait_s=0) as connection:
            connection.execute(update(sessions).where(sessions.c.hash == _digest(token)).values(seen_at=now))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
