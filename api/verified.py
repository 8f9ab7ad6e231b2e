"""Keys that were checked a moment ago, so that a busy client does not cost a database read per request."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable

from matcher.store import KeyInfo, Keys, utc_now

KEPT_S = 1.0
"""How long a checked key is taken as good. A key revoked through this process is dead at once all the same."""

MOST = 1024


class Verified:
    """`Keys.verify` with a short memory. Tokens are remembered by hash only. Safe to call from many threads."""

    def __init__(self, keys: Keys, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._keys, self._clock = keys, clock
        self._known: dict[bytes, tuple[KeyInfo, float]] = {}

    def recent(self, token: str) -> KeyInfo | None:
        """The key when it was checked within KEPT_S and has not expired since. Reads no database."""
        found = self._known.get(_digest(token))
        if found is None or self._clock() >= found[1] or utc_now() >= found[0].expires_at:
            return None
        return found[0]

    def check(self, token: str) -> KeyInfo:
        """The key, read from the database. Unauthorized."""
        known = self._known  # taken first: a key revoked meanwhile is then remembered where nobody looks
        key = self._keys.verify(token, utc_now())
        if len(known) >= MOST:
            known.clear()
        known[_digest(token)] = (key, self._clock() + KEPT_S)
        return key

    def forget(self) -> None:
        """Check every key anew; to be called after revoking one."""
        self._known = {}


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
