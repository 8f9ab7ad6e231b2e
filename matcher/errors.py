"""Everything the engine raises on purpose.

    MatcherError
    ├── InvalidInput        what was sent cannot be used; says what to do                  400/422
    │   ├── UnreadableFile       a workbook, CSV or JSONL file that cannot be read              422
    │   │   └── UnsafeFile           macros, external links, a document type: not even tried    422
    │   └── IdempotencyMismatch  an idempotency key used before, for another body          422
    ├── TooLarge            over a documented limit                                        413
    ├── NotFound            no such record, generation or key                              404
    ├── Conflict            the id exists, or a build is already running                   409
    │   └── Cancelled            work that was stopped because somebody asked for it            409
    │   ├── IllegalMove          the workflow has no such step from here                    409
    │   └── ChangedMeanwhile     somebody else changed it since it was read                 409
    ├── Unauthorized        no key, unknown key, expired key                               401
    ├── Locked              too many wrong passwords; says how long to wait                429
    ├── Forbidden           the caller's role lacks the permission                         403
    │   └── PasswordExpired      the password must be changed before anything else             403
    ├── Unavailable         no index yet, too much changed since, the disk is full         503
    │   ├── InUse           the database is locked by another process                      503
    │   └── StaleIndex      the published generation was built by other parts (encoder …)  503
    ├── BrokenGeneration    a file is missing, truncated or altered                        503
    ├── RejectedGeneration  verification found it worse than the floor; nothing published  409
    └── UnsafeModel         a model folder that could run code; refused before loading     500

Every error carries a stable `code` for machines and a Chinese message for people that says what to do.
"""

from __future__ import annotations

from collections.abc import Mapping


class MatcherError(Exception):
    """Base of the family. `code` is stable; `str(error)` is Chinese and fit to be shown; `details` is for machines."""

    code = "error"

    def __init__(self, message: str, **details: object) -> None:
        super().__init__(message)
        self.details: Mapping[str, object] = details


class InvalidInput(MatcherError):
    code = "invalid_input"


class UnreadableFile(InvalidInput):
    code = "unreadable_file"


class UnsafeFile(UnreadableFile):
    code = "unsafe_file"


class IdempotencyMismatch(InvalidInput):
    code = "idempotency_mismatch"


class TooLarge(MatcherError):
    code = "too_large"


class NotFound(MatcherError):
    code = "not_found"


class Conflict(MatcherError):
    code = "conflict"


class IllegalMove(Conflict):
    code = "illegal_move"


class ChangedMeanwhile(Conflict):
    code = "changed_meanwhile"


class Cancelled(Conflict):
    code = "cancelled"


class Unauthorized(MatcherError):
    code = "unauthorized"


class Locked(MatcherError):
    code = "locked"


class Forbidden(MatcherError):
    code = "forbidden"


class PasswordExpired(Forbidden):
    code = "password_expired"


class Unavailable(MatcherError):
    code = "unavailable"


class InUse(Unavailable):
    """Another process holds what only one may hold; the code is that of everything unavailable."""


class StaleIndex(Unavailable):
    code = "stale_index"


class BrokenGeneration(MatcherError):
    code = "broken_generation"


class RejectedGeneration(MatcherError):
    code = "rejected_generation"


class UnsafeModel(MatcherError):
    code = "unsafe_model"
