"""Who an actor is to people: the name of an account, the label of a key."""

from __future__ import annotations

from collections.abc import Mapping

from api.parts import Parts


def people(parts: Parts) -> Mapping[str, str]:
    """Actor as events name it → the name shown. An actor that is not in it is shown as it is."""
    keys = {key.prefix: key.label for key in parts.store.keys.list() if key.label}
    accounts = {account.actor().name: account.name for account in parts.store.accounts.list()}
    return keys | accounts
