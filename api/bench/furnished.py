"""An installation after a year of work: as many demands as solutions, pairs at every stage, batches, figures."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from api.bench.service import BATCH, Home
from indexer.bench.synthetic import Knowledge, demands, solutions
from indexer.workshop import finder, workshop
from matcher.engagement import Outcome, PilotPlan
from matcher.model import Demand, Kind, Record, Solution
from matcher.placing import Place, city, directions
from matcher.store import Actor, Role, Store, Writer
from matcher.store.cases import CaseWriter
from matcher.store.followup_writer import FollowUpWriter
from matcher.store.outlooks import Outlook, OutlookWriter
from matcher.store.repeats import Cursor, RepeatWriter
from matcher.taxonomy import Taxonomy
from matcher.workflow import Stage

WHO = Actor("bench-staff", "staff")
ROLES: tuple[Role, ...] = ("staff", "admin", "member")
BATCHES = ("第一批", "第二批", "第三批", "第四批")
PATHS = (
    (),
    (Stage.RECOMMENDED,),
    (Stage.RECOMMENDED, Stage.CONTACTING),
    (Stage.RECOMMENDED, Stage.CONTACTING, Stage.VERIFYING),
    (Stage.RECOMMENDED, Stage.CONTACTING, Stage.VERIFYING, Stage.LANDED),
    (Stage.EXCLUDED,),
)
"""How far pairs came, in turn."""

ONE_IN = 20
"""Every so many demands have a pair."""


@dataclass(frozen=True, slots=True)
class Furnished:
    """What addresses name: ids of records and pairs; and role → the secret of a session."""

    demands: Sequence[str]
    solutions: Sequence[str]
    pairs: Sequence[str]
    sessions: Mapping[Role, str]


def furnish(home: Home, knowledge: Knowledge, size: int) -> Furnished:
    """`size` demands and `size` solutions, filed, followed up and looked at, before the index is built."""
    chance = random.Random(size)
    needs = [_filed(demand, at) for at, demand in enumerate(demands(knowledge, size))]
    offers = list(solutions(knowledge, size))
    shop = workshop(home.settings)
    with Store.open(home.settings.database_url, write=True) as store:
        for records in (needs, offers):
            for start in range(0, size, BATCH):
                store.put_many(records[start : start + BATCH])
        with store.writing(WHO) as writer:
            pairs = [
                _pair(writer, demand.id, chance.choice(offers).id, PATHS[at % len(PATHS)])
                for at, demand in enumerate(needs[::ONE_IN])
            ]
        with store.writing(WHO) as writer:
            _look(writer, needs, offers, shop.parts.taxonomy, chance)
            for kind, last in ((Kind.DEMAND, needs[-1]), (Kind.SOLUTION, offers[-1])):
                RepeatWriter(writer).found(kind, [], [], Cursor(finder(shop).name, writer.revision, last.id))
        sessions = {role: _session(store, role, needs[0].organization) for role in ROLES}
    return Furnished([d.id for d in needs], [s.id for s in offers], pairs, sessions)


def _filed(demand: Demand, at: int) -> Demand:
    status = ("published", "published", "ready", "open")[at % 4]
    return replace(demand, batch=BATCHES[at % len(BATCHES)] if status == "published" else "", status=status)


def _pair(writer: Writer, demand: str, solution: str, path: Sequence[Stage]) -> str:
    book = FollowUpWriter(writer)
    number = book.shortlist(demand, solution, owner="李经理", grade=80).number
    for stage in path:
        book.move(number, stage, next_step="约时间看现场", reason="现场条件不符")
        if stage is Stage.VERIFYING:
            book.add_pilot(number, PilotPlan("一号车间", "两台套", None, None, Outcome.PASSED, "", ()))
    if Stage.LANDED in path:
        cases = CaseWriter(writer)
        cases.publish(cases.draft(number, "一号车间落地", "替代两班人工，运行三个月。").number)
    return number


def _look(
    writer: Writer, needs: Sequence[Demand], offers: Sequence[Solution], taxonomy: Taxonomy, chance: random.Random
) -> None:
    """What the lookout would have found, without its searches: figures only count it."""
    ways = directions(taxonomy)

    def outlook(record: Record, counterpart: str) -> Outlook:
        grade = chance.randint(20, 95)
        industry = taxonomy.resolve("industry", record.industries[0]) or "" if record.industries else ""
        where = Place(industry, chance.choice(ways), city(record.region, taxonomy))
        return Outlook(record.kind, record.id, counterpart, grade, grade >= 50, place=where)

    looked = [outlook(need, chance.choice(offers).id) for need in needs]
    looked += [outlook(offer, chance.choice(needs).id) for offer in offers]
    OutlookWriter(writer).put(looked)


def _session(store: Store, role: Role, organization: str) -> str:
    now = datetime.now(UTC)
    login = f"bench-{role}"
    store.accounts.create(login, login, role, "no hash", now=now, organization=organization, must_change=False)
    return store.sessions.open(login, now=now)
