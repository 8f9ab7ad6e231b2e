"""Who is asking: a person with a session or a program with an API key, told to the routes as one value."""

from __future__ import annotations

from dataclasses import dataclass

from matcher.store import Actor, Role


@dataclass(frozen=True, slots=True)
class Caller:
    """One caller, let in. `name` is shown to people; `actor` goes into the audit table.

    `organization` binds a member to its own records and is empty for everybody else. `secret` is what the caller's
    browser session is known by, empty for an API key: forms and flash messages are signed with it.
    """

    name: str
    role: Role
    actor: Actor
    organization: str = ""
    account: str = ""
    secret: str = ""

    @property
    def principal(self) -> str:
        """Whom an idempotency key belongs to."""
        return self.actor.name
