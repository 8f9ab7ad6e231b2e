"""Who an actor is to people: the name of an account, the label of a key, and what works without anybody."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import Request

from api.parts import Parts
from matcher.store import CONSOLE, SYSTEM


def people(request: Request, parts: Parts) -> Mapping[str, str]:
    """Actor as events name it → the name shown. An actor that is not in it is shown as it is."""
    texts = request.app.state.shell.texts
    nobody = {actor.name: texts(f"people.{actor.name}") for actor in (SYSTEM, CONSOLE)}
    keys = {key.prefix: key.label for key in parts.store.keys.list() if key.label}
    accounts = {account.actor().name: account.name for account in parts.store.accounts.list()}
    return nobody | keys | accounts
