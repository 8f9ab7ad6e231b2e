"""One industry, one technology direction and one city for each record, so that every breakdown adds up."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache

from matcher.model import Demand, Profile, Record
from matcher.taxonomy import Taxonomy

OUTSIDE = "其他地区"
"""Known places that are neither in 广东 nor 香港 nor 澳门."""

PROVINCE = "广东"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record is counted; "" where nothing says so."""

    industry: str = ""
    direction: str = ""
    city: str = ""


NOWHERE = Place()


def place(record: Record, profile: Profile, taxonomy: Taxonomy) -> Place:
    """The record's own first industry and region before what its text implies; of several directions, the commonest.

    Districts count as their city. A place outside 广东, 香港 and 澳门 is 其他地区; the province as such is no city.
    """
    return Place(
        _industry(record, profile, taxonomy),
        _direction(profile, taxonomy),
        city(record.region, taxonomy) or _only_city(profile, taxonomy),
    )


def city(region: str, taxonomy: Taxonomy) -> str:
    """A region as a form has it → its city, 其他地区, or "" for a whole province or nothing known."""
    named = taxonomy.resolve("region", region) or taxonomy.region_of(region) if region.strip() else None
    if named is None or named == PROVINCE or not taxonomy.province(named):
        return ""
    return named if named in cities(taxonomy) else OUTSIDE


@cache
def cities(taxonomy: Taxonomy) -> tuple[str, ...]:
    """The 21 cities of 广东, then 香港 and 澳门, in the order of the table."""
    provinces = (PROVINCE, "香港", "澳门")
    names = taxonomy.names["region"]
    return tuple(name for name in names if name != PROVINCE and taxonomy.province(name) in provinces)


@cache
def directions(taxonomy: Taxonomy) -> tuple[str, ...]:
    """The technology directions, which have nothing above them, in the order of the table."""
    return tuple(name for name in taxonomy.names["technology"] if taxonomy.parent(name) is None)


def industry_of(record: Record, taxonomy: Taxonomy) -> str:
    """The first industry that the record's form names, "" when it names none the taxonomy knows."""
    found = (taxonomy.resolve("industry", label) for label in record.industries)
    return next((name for name in found if name), "")


def _industry(record: Record, profile: Profile, taxonomy: Taxonomy) -> str:
    if named := industry_of(record, taxonomy):
        return named
    tagged = profile.tagged("industry")
    return next((name for name in taxonomy.names["industry"] if name in tagged), "")


def _direction(profile: Profile, taxonomy: Taxonomy) -> str:
    votes = Counter(taxonomy.parent(name) or name for name in profile.tagged("technology"))
    order = directions(taxonomy)
    return min(votes, key=lambda name: (-votes[name], order.index(name)), default="")


def _only_city(profile: Profile, taxonomy: Taxonomy) -> str:
    """The one city that the text of a record without a region names; "" for none or several."""
    named = profile.tagged("region") & set(cities(taxonomy))
    return next(iter(named)) if len(named) == 1 else ""


def owner_of(record: Record) -> str:
    """The organisation that has the demand or offers the solution."""
    return record.organization if isinstance(record, Demand) else record.vendor
