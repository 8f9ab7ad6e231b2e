"""The filters of the desk: what can be chosen, how many of the nearest records have it, and what was chosen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from api.asking import filters_of
from api.pages.forms import Form
from api.schemas.ranking import FiltersIn
from matcher.errors import InvalidInput
from matcher.filters import Filter
from matcher.taxonomy import Taxonomy

FACETS = (
    ("regions", "region"),
    ("industries", "industry"),
    ("technologies", "technology"),
    ("qualifications", "qualification"),
)
"""Field of the form → facet, in the order shown."""

OFFERED = 8
"""Values of a facet that are offered, the most frequent; chosen ones stay in any case."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One value with the number of near records that have it."""

    value: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """One filter with several values: the name of its form field and its choices, most frequent first."""

    field: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class DeskFilters:
    """All filters as the page shows them; `active` counts those in use."""

    facets: tuple[Facet, ...]
    maturities: tuple[Choice, ...]
    maturity: str
    budget: str
    active: int


def asked_filters(form: Form, taxonomy: Taxonomy) -> tuple[Filter, ...]:
    """The engine's filters that a form asks for. InvalidInput for an unknown word or a budget that is no figure."""
    return filters_of(
        FiltersIn(
            **{field: list(form.all(field)) for field, _ in FACETS},
            maturity_at_least=form["maturity"] or None,
            budget_within=_budget(form["budget"]),
        ),
        taxonomy,
    )


def desk_filters(taxonomy: Taxonomy, tags: Sequence[frozenset[str]], form: Form | None) -> DeskFilters:
    """What can be chosen, counted among the records nearest to the query; these are their tags."""
    chosen = {field: form.all(field) if form else () for field, _ in FACETS}
    maturity, budget = (form["maturity"], form["budget"]) if form else ("", "")
    facets = tuple(Facet(field, _choices(tags, facet, chosen[field])) for field, facet in FACETS)
    counts = _counts(tags, "maturity")
    names = taxonomy.names["maturity"]
    # At least this ripe: a level counts itself and every riper one.
    maturities = tuple(
        Choice(name, sum(counts[riper] for riper in names[at:]), name == maturity) for at, name in enumerate(names)
    )
    active = sum(map(len, chosen.values())) + bool(maturity) + bool(budget)
    return DeskFilters(facets, maturities, maturity, budget, active)


def _choices(tags: Sequence[frozenset[str]], facet: str, chosen: Sequence[str]) -> tuple[Choice, ...]:
    counts = _counts(tags, facet)
    ordered = sorted(counts, key=lambda value: (-counts[value], value))
    offered = dict.fromkeys([*ordered[:OFFERED], *chosen])
    return tuple(Choice(value, counts[value], value in chosen) for value in offered)


def _counts(tags: Sequence[frozenset[str]], facet: str) -> Counter[str]:
    start = facet + ":"
    return Counter(tag[len(start) :] for own in tags for tag in own if tag.startswith(start))


def _budget(text: str) -> float | None:
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1e10:
        raise InvalidInput("报价上限应是不小于 0 的数字，单位万元。")
    return value
