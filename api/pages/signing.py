"""What a page hands to its browser and takes back: form tokens and flash messages, signed with the session's secret.

Nothing is stored for them. A form token has a fresh random half each time, so a compressed page never repeats it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets

import orjson

FIELD = "csrf_token"
HEADER = "X-CSRF-Token"

Flash = tuple[str, str]
"""(kind, sentence); the kind is success, info, warning or danger."""


def form_token(secret: str) -> str:
    """A token for the forms of one page of this session; "" without a session."""
    if not secret:
        return ""
    nonce = secrets.token_urlsafe(12)
    return f"{nonce}.{_sign(secret, 'form', nonce.encode())}"


def is_form_token(token: str, secret: str) -> bool:
    """Whether this session's page gave this token out."""
    nonce, _, signature = token.partition(".")
    return bool(secret) and hmac.compare_digest(signature.encode(), _sign(secret, "form", nonce.encode()).encode())


def pack_flash(flash: Flash, secret: str) -> str:
    """A message for the next page, as a cookie's value."""
    body = base64.urlsafe_b64encode(orjson.dumps(flash))
    return f"{body.decode()}.{_sign(secret, 'flash', body)}"


def unpack_flash(value: str, secret: str) -> Flash | None:
    """The message, None when it was not signed with this secret."""
    body, _, signature = value.partition(".")
    if not secret or not hmac.compare_digest(signature.encode(), _sign(secret, "flash", body.encode()).encode()):
        return None
    try:
        kind, says = orjson.loads(base64.urlsafe_b64decode(body))
    except (ValueError, binascii.Error):
        return None
    return str(kind), str(says)


def _sign(secret: str, purpose: str, what: bytes) -> str:
    return hmac.new(secret.encode(), purpose.encode() + b"\0" + what, hashlib.sha256).hexdigest()
