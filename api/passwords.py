"""Passwords: what a good one is, by profile, and how it is kept (argon2id), without letting logins starve the rest."""

from __future__ import annotations

import re
import secrets
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from threading import BoundedSemaphore, Lock
from typing import TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from matcher.errors import InvalidInput, Unavailable
from matcher.settings import Settings

T = TypeVar("T")

LONGEST = 128
"""Letters; checked before hashing, so that nobody makes us hash a book."""

AT_ONCE, WAITING = 2, 20
"""Hashes computed at the same moment, and callers waiting for one; more are told to come back."""

KINDS = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^A-Za-z0-9]")

COMMON = frozenset(
    {"password", "passw", "passwd", "pass", "p", "admin", "administrator", "root", "qwerty", "qwertyuiop", "qwer"}
    | {"asdfgh", "asdf", "zxcvbn", "qazwsx", "welcome", "letmein", "iloveyou", "abc", "abcdef", "aa", "woaini"}
    | {"scenematch", "changjing", "guangdong", "shenzhen", "guangzhou", "huawei", "test", "user", "guest"}
)
"""What people put digits and signs around; compared without those."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What a password must be. `kinds` counts lower case, capitals, digits and other signs; `days` 0 means for good."""

    shortest: int
    kinds: int
    days: int

    def problem(self, password: str, login: str) -> str:
        """What is wrong with it, in Chinese; "" when it is good."""
        found = sum(bool(re.search(kind, password)) for kind in KINDS)
        plain = re.sub(r"[^a-z]", "", password.casefold())
        checks = (
            (len(password) < self.shortest, f"密码至少要 {self.shortest} 位。"),
            (len(password) > LONGEST, f"密码最多 {LONGEST} 位。"),
            (found < self.kinds, f"大写字母、小写字母、数字、符号四类中至少要有 {self.kinds} 类。"),
            (login.casefold() in password.casefold(), "密码里不能包含用户名。"),
            (len(set(password)) < 5, "密码里重复的字符太多。"),
            (plain in COMMON or _runs(password), "这个密码太常见，容易被猜到。"),
        )
        return next((says for wrong, says in checks if wrong), "")

    def expired(self, password_at: datetime, now: datetime) -> bool:
        """Whether it must be changed by now."""
        return bool(self.days) and now - password_at > timedelta(days=self.days)

    def describe(self) -> str:
        """The rule in one Chinese sentence, for the form."""
        kinds = f"，大写字母、小写字母、数字、符号至少三类，{self.days} 天更换一次" if self.kinds else "，不限字符种类"
        return f"至少 {self.shortest} 位{kinds}；不要包含用户名。"


def policy_of(settings: Settings) -> Policy:
    """The profile named in the settings."""
    profiles: Mapping[str, Callable[[], Policy]] = {
        "dengbao": lambda: Policy(8, 3, settings.password_days),
        "asvs": lambda: Policy(15, 0, 0),
    }
    return profiles[settings.password_policy]()


def generated() -> str:
    """A random password that fits every profile, without letters that look alike."""
    letters = "".join(set(string.ascii_letters + string.digits) - set("0O1lI"))
    while True:
        made = "-".join("".join(secrets.choice(letters) for _ in range(5)) for _ in range(3))
        if not Policy(15, 4, 0).problem(made, "\0"):
            return made


class Passwords:
    """Hash and verify, two at a time. Safe to call from many threads."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, type=Type.ID)
        self._turn, self._lock, self._waiting = BoundedSemaphore(AT_ONCE), Lock(), 0
        self._nobody = self._hasher.hash(secrets.token_urlsafe(16))

    def accept(self, password: str, login: str, field: str = "password") -> str:
        """The hash of a password that keeps the policy. InvalidInput says what is wrong with it."""
        if says := self.policy.problem(password, login):
            raise InvalidInput(says, field=field)
        return self._in_turn(lambda: self._hasher.hash(password))

    def fits(self, password: str, password_hash: str | None) -> bool:
        """Whether it is the right one. None, for an unknown account, takes as long and is never right."""
        if len(password) > LONGEST:
            return False
        right = self._in_turn(lambda: self._verify(password_hash or self._nobody, password))
        return right and password_hash is not None

    def outdated(self, password_hash: str) -> bool:
        """Whether the hash was made with other settings than today's."""
        return self._hasher.check_needs_rehash(password_hash)

    def rehash(self, password: str) -> str:
        """A fresh hash of a password that was just found right."""
        return self._in_turn(lambda: self._hasher.hash(password))

    def _verify(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False

    def _in_turn(self, work: Callable[[], T]) -> T:
        with self._lock:
            if self._waiting >= WAITING:
                raise Unavailable("同时登录的人太多，请过几秒再试。")
            self._waiting += 1
        try:
            with self._turn:
                return work()
        finally:
            with self._lock:
                self._waiting -= 1


def _runs(password: str) -> bool:
    """Whether it is little more than one run: 12345678a, abcdefgh1."""
    steps = [ord(b) - ord(a) for a, b in pairwise(password)]
    return sum(step in (-1, 0, 1) for step in steps) >= max(5, len(password) - 4)
