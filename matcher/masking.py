"""Personal data half covered, so that staff recognise whom they know and nobody else learns anything."""

from __future__ import annotations

import re

from matcher.model import Contact

_NUMBER = re.compile(r"[0-9０-９]{7,}|[0-9０-９]{3,4}[-－ ][0-9０-９]{3,4}[-－ ]?[0-9０-９]{3,4}")
_COVERED = "*"


def mask_person(name: str) -> str:
    """陈** for 陈小明, 欧阳** for 欧阳娜: the first letter stays, or two of a name of four."""
    name = name.strip()
    if not name:
        return ""
    kept = 2 if len(name) == 4 and all("\u4e00" <= letter <= "\u9fff" for letter in name) else 1
    return name[:kept] + _COVERED * 2


def mask_phone(phone: str) -> str:
    """138****5678; several numbers each by itself. A short extension or a number with words stays covered whole."""
    if not phone.strip():
        return ""
    shown = _NUMBER.sub(lambda found: _mask_number(found[0]), phone)
    return shown if shown != phone else _COVERED * 4


def mask_email(email: str) -> str:
    """w***@example.com: the first letter and the domain stay."""
    email = email.strip()
    if not email:
        return ""
    name, at, domain = email.partition("@")
    return f"{name[:1]}{_COVERED * 3}{at}{domain}" if at else _COVERED * 4


def masked(contact: Contact) -> Contact:
    """The contact as everybody may see it who may see the record."""
    return Contact(mask_person(contact.person), mask_phone(contact.phone), mask_email(contact.email))


def _mask_number(number: str) -> str:
    digits = [place for place, letter in enumerate(number) if letter.isdigit()]
    head, tail = (3, 4) if len(digits) >= 10 else (2, 2)
    covered = set(digits[head:-tail])
    return "".join(_COVERED if place in covered else letter for place, letter in enumerate(number))
