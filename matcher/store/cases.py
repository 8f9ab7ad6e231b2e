"""Typical cases: written from a landed pair, published as evidence for its solution, taken back again."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import insert, update

from matcher.engagement import Case, CaseState
from matcher.errors import Conflict
from matcher.model import Kind
from matcher.store import followup_tables as tables
from matcher.store.followup import FollowUp
from matcher.store.followup_log import log, next_number, said
from matcher.store.writer import Writer
from matcher.workflow import Stage


class CaseWriter(FollowUp):
    """What a block of `Store.writing()` can do to cases."""

    def __init__(self, writer: Writer) -> None:
        super().__init__(writer)
        self._writer = writer

    def draft(self, engagement: str, title: str, text: str) -> Case:
        """A case of a landed pair, not yet published. Conflict for a pair that has not landed."""
        pair = self.engagement(engagement)
        if pair.stage is not Stage.LANDED:
            raise Conflict("只有已落地的对接才能写成典型案例。", stage=pair.stage.value)
        case = Case(
            number=next_number(self._writer, "case", "C"),
            engagement=engagement,
            demand_id=pair.demand_id,
            solution_id=pair.solution_id,
            title=said(title, "案例名称", needed=True),
            text=said(text, "案例内容", needed=True),
            state=CaseState.DRAFT,
            created_at=self._writer.now,
            published_at=None,
        )
        row = {field: getattr(case, field) for field in Case.__slots__} | {"state": case.state.value}
        self._connection.execute(insert(tables.cases).values(row))
        self._log(case, "", "新建案例")
        return case

    def rewrite(self, number: str, title: str, text: str) -> Case:
        """The case in other words; a published one is matched by them at once."""
        case = self.case(number)
        changed = replace(case, title=said(title, "案例名称", needed=True), text=said(text, "案例内容", needed=True))
        if changed == case:
            return case
        self._save(changed)
        self._log(changed, case.state.value, "修改案例")
        return changed

    def publish(self, number: str) -> Case:
        """From now on the case counts as evidence for its solution. NotFound when that has been removed."""
        case = self.case(number)
        if case.state is CaseState.PUBLISHED:
            return case
        published = replace(case, state=CaseState.PUBLISHED, published_at=self._writer.now)
        self._writer.get(Kind.SOLUTION, case.solution_id)
        self._save(published)
        self._log(published, case.state.value, "发布案例")
        return published

    def withdraw(self, number: str) -> Case:
        """The case no longer counts. Conflict when it was not published."""
        case = self.case(number)
        if case.state is not CaseState.PUBLISHED:
            raise Conflict("这个案例没有发布，不需要撤回。", state=case.state.value)
        withdrawn = replace(case, state=CaseState.WITHDRAWN)
        self._save(withdrawn)
        self._log(withdrawn, case.state.value, "撤回案例")
        return withdrawn

    def _save(self, case: Case) -> None:
        table = tables.cases
        before = self.case(case.number)
        row = {"title": case.title, "text": case.text, "state": case.state.value, "published_at": case.published_at}
        self._connection.execute(update(table).where(table.c.number == case.number).values(row))
        counts = CaseState.PUBLISHED in (before.state, case.state)
        if counts and self._writer.get_many(Kind.SOLUTION, [case.solution_id]):
            self._writer.touch(Kind.SOLUTION, case.solution_id)

    def _log(self, case: Case, start: str, says: str) -> None:
        log(
            self._writer,
            "case",
            case.engagement,
            case.demand_id,
            start=start,
            to=case.state.value,
            says=f"{says}：{case.title}",
        )
