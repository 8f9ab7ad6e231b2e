"""Logging in and staying in: names and passwords become sessions, and a browser's cookie becomes its session again."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Request, Response

from api.passwords import Passwords
from matcher.errors import Forbidden, InvalidInput, Unauthorized
from matcher.store import Account, Actor, Session, Store, utc_now

KEPT_S = 1.0
"""How long a session just read is taken as good. One ended through this process is dead at once all the same."""

MOST = 1024

WRONG = "用户名或密码不对。"


@dataclass(frozen=True, slots=True)
class Entrance:
    """How browsers come in; `https` says whether they do so over TLS, which decides the cookie's name and flags."""

    store: Store
    passwords: Passwords
    https: bool
    known: Recent

    def login(self, login: str, password: str, source: str, agent: str) -> tuple[str, Account]:
        """A new session's secret and its account. Unauthorized for a wrong name or password, Locked after too many."""
        login = login.strip()
        found = self.store.accounts.try_login(login, source, utc_now())
        if not self.passwords.fits(password, found.password_hash if found else None) or found is None:
            self.store.accounts.failed(login, now=utc_now(), actor=Actor("", "", source))
            raise Unauthorized(WRONG)
        if self.passwords.outdated(found.password_hash):
            self.store.accounts.rehash(login, self.passwords.rehash(password))
        actor = found.account.actor(source)
        self.store.accounts.succeeded(login, source, now=utc_now(), actor=actor)
        return self.store.sessions.open(login, now=utc_now(), source=source, agent=agent), found.account

    def recent(self, secret: str) -> Session | None:
        """The session when it was read within KEPT_S. Reads no database."""
        return self.known.get(secret)

    def find(self, secret: str) -> Session | None:
        """The session behind a cookie, read from the database; None for one that has ended."""
        known = self.known.open()  # taken first: a session ended meanwhile is then remembered where nobody looks
        session = self.store.sessions.find(secret, utc_now())
        if session is not None:
            self.known.put(known, secret, session)
        return session

    def forget(self) -> None:
        """Read every session anew; to be called after ending one or changing an account."""
        self.known.clear()

    def must_change(self, account: Account) -> bool:
        """Whether the password must be changed before anything else."""
        return account.must_change or self.passwords.policy.expired(account.password_at, utc_now())

    def change_password(self, account: Account, old: str, new: str, *, source: str, agent: str) -> str:
        """A new password; all sessions end, and the secret of a new one comes back. InvalidInput; Locked."""
        if says := self.passwords.policy.problem(new, account.login):
            raise InvalidInput(says, field="new")
        found = self.store.accounts.try_login(account.login, source, utc_now())
        if found is None or not self.passwords.fits(old, found.password_hash):
            raise InvalidInput("现在的密码不对。", field="old")
        if old == new:
            raise InvalidInput("新密码不能与现在的相同。", field="new")
        hashed = self.passwords.accept(new, account.login, "new")
        self.store.accounts.set_password(account.login, hashed, now=utc_now(), actor=account.actor(source))
        self.forget()
        return self.store.sessions.open(account.login, now=utc_now(), source=source, agent=agent)

    @property
    def cookie(self) -> str:
        """The cookie's name. `__Host-` makes browsers refuse one that was not sent over TLS by this very host."""
        return "__Host-scenematch" if self.https else "scenematch"

    def give(self, response: Response, secret: str) -> None:
        """Let the browser keep the secret, out of scripts' reach, until it is closed."""
        response.set_cookie(self.cookie, secret, path="/", secure=self.https, httponly=True, samesite="lax")

    def take_back(self, response: Response) -> None:
        """Let the browser forget the secret."""
        response.delete_cookie(self.cookie, path="/", secure=self.https, httponly=True, samesite="lax")


class Recent:
    """Sessions that were read a moment ago, by the hash of their secret. Safe to use from many threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: dict[bytes, tuple[Session, float]] = {}

    def get(self, secret: str) -> Session | None:
        """One that was read within KEPT_S."""
        found = self._known.get(_digest(secret))
        return found[0] if found is not None and self._clock() < found[1] else None

    def open(self) -> dict[bytes, tuple[Session, float]]:
        """What is remembered at this moment, for `put`."""
        return self._known

    def put(self, known: dict[bytes, tuple[Session, float]], secret: str, session: Session) -> None:
        """Remember a session, unless everything was forgotten since `open`."""
        if len(known) >= MOST:
            known.clear()
        known[_digest(secret)] = (session, self._clock() + KEPT_S)

    def clear(self) -> None:
        """Forget all."""
        self._known = {}


def source_of(request: Request) -> str:
    """The address a request came from; that of the proxy where there is one."""
    return request.client.host if request.client else ""


def check_origin(request: Request) -> None:
    """Forbidden when a browser says that the request was made by another site."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site not in (None, "same-origin", "none"):
        raise Forbidden("这个请求来自别的网站，已拒绝。")
    # "null" is what sandboxed and redirected pages send; ours never do.
    if origin is not None and origin.partition("://")[2] != request.headers.get("host", ""):
        raise Forbidden("这个请求来自别的网站，已拒绝。")


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
