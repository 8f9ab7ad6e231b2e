"""Records to profiles: the same face for both sides, tagged from form fields and from the text itself."""

from __future__ import annotations

from collections.abc import Callable

from matcher.dirt import masked
from matcher.model import Demand, Profile, Record, Solution
from matcher.taxonomy import Taxonomy

PROFILE_VERSION = "profile-3"


REGION = "region:"

MERGED = "merged"
"""State of a record that was merged into another one."""

ABSENT = frozenset({"withdrawn", "closed", "void", MERGED})
"""States of a record that is kept but neither matched nor found."""


def takes_part(record: Record) -> bool:
    """Whether a record is matched: an incomplete one is, a withdrawn, closed or voided one is not."""
    return record.status not in ABSENT


def profile_of(record: Record, taxonomy: Taxonomy, normalise: Callable[[str], str]) -> Profile:
    """The profile of a record. Contacts, prices and organisation names are not part of its text: they must neither be
    indexed nor explain a match."""
    kept = texts_of(record)
    tags = taxonomy.tag("\n".join(map(normalise, kept.values())), [normalise(label) for label in _labels(record)])
    home = taxonomy.tag("", [normalise(record.region)]) if record.region else frozenset()
    return Profile(
        id=record.id,
        kind=record.kind,
        fields=kept,
        tags=_placed(tags, home),
        money=record.budget if isinstance(record, Demand) else record.price,
    )


def texts_of(record: Record) -> dict[str, str]:
    """The texts of the record's profile, which spans are offsets into; fields without text are left out.

    Personal data and leftovers of web pages are masked in them, character for character: see matcher.dirt.
    """
    fields = _demand(record) if isinstance(record, Demand) else _solution(record)
    return {name: masked(text) for name, text in fields.items() if text.strip()}


def _placed(tags: frozenset[str], home: frozenset[str]) -> frozenset[str]:
    """Where the form names a region, only that is the record's region; other places in its text (a case in 佛山) are
    "place:" tags. Where it names none, the places of the text stand in."""
    own = frozenset(tag for tag in home if tag.startswith(REGION))
    if not own:
        return tags
    mentioned = {f"place:{tag[len(REGION) :]}" for tag in tags - own if tag.startswith(REGION)}
    return frozenset(tag for tag in tags if not tag.startswith(REGION)) | own | mentioned


def _demand(record: Demand) -> dict[str, str]:
    return {
        "title": record.title,
        "body": _lines(record.description, record.current_base, record.target, record.site, record.scale),
        "labels": _words(record.keywords, record.industries),
        "needs": record.requirements,
        "cases": "",
    }


def _solution(record: Solution) -> dict[str, str]:
    return {
        "title": record.title,
        "body": _lines(record.description, record.scenes),
        "labels": _words(record.technologies, record.industries),
        "needs": record.indicators,
        "cases": record.cases,
    }


def _labels(record: Record) -> list[str]:
    """The form words that name a tag."""
    shared = [*record.industries, record.region]
    if isinstance(record, Demand):
        return [label for label in (*shared, *record.keywords) if label]
    return [label for label in (*shared, *record.technologies, record.maturity, *record.qualifications) if label]


def _lines(*parts: str) -> str:
    return "\n".join(part for part in parts if part.strip())


def _words(*groups: tuple[str, ...]) -> str:
    return "、".join(dict.fromkeys(word for group in groups for word in group))
