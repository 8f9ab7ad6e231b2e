"""Writing the follow-up: each method one step of the work, checked against the workflow, with its event."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import orjson
from sqlalchemy import delete, insert, update

from matcher.engagement import Attachment, Engagement, Pilot, PilotPlan, Shown
from matcher.errors import ChangedMeanwhile, Conflict, InvalidInput
from matcher.model import Kind
from matcher.store import followup_rows as rows
from matcher.store import followup_tables as tables
from matcher.store.codec import checked
from matcher.store.followup import FollowUp
from matcher.store.followup_log import log, next_number, said
from matcher.store.writer import Writer
from matcher.workflow import NEXT_STEP, REASON, WITH_FILES_AND_PILOTS, Stage, pair_move

MOST_FILES = 50
"""Files of one pair."""


class FollowUpWriter(FollowUp):
    """What a block of `Store.writing()` can do to pairs; the writer's actor is who does it."""

    def __init__(self, writer: Writer) -> None:
        super().__init__(writer)
        self._writer = writer

    # ── pairs ───────────────────────────────────────────────────────────────────────────────────────────────────
    def shortlist(
        self, demand_id: str, solution_id: str, *, owner: str = "", grade: int | None = None, note: str = ""
    ) -> Engagement:
        """A new pair at 候选; without an owner its maker follows it up. NotFound for either record; Conflict when the
        pair exists, with its number and stage."""
        made = self._made(demand_id, solution_id, Stage.CANDIDATE, owner=owner, grade=grade)
        says = said(note, "说明")
        log(self._writer, "shortlist", made.number, demand_id, to=Stage.CANDIDATE.value, says=says)
        return made

    def exclude(
        self, demand_id: str, solution_id: str, reason: str, *, owner: str = "", grade: int | None = None
    ) -> Engagement:
        """The pair at 已排除, whether or not there was one: rankings of either for the other leave it out from now on.

        InvalidInput without a reason, IllegalMove for a landed pair, Conflict for one already excluded.
        """
        reason = said(reason, "排除的原因", needed=True)
        known = self.pair(demand_id, solution_id)
        if known is None:
            made = self._made(demand_id, solution_id, Stage.EXCLUDED, owner=owner, grade=grade, reason=reason)
            log(self._writer, "exclude", made.number, demand_id, to=Stage.EXCLUDED.value, says=reason)
            return made
        if known.stage is Stage.EXCLUDED:
            raise Conflict("这个方案已经排除过了。", number=known.number)
        return self.move(known.number, Stage.EXCLUDED, reason=reason)

    def move(
        self,
        number: str,
        to: Stage,
        *,
        reason: str = "",
        next_step: str = "",
        next_on: date | None = None,
        on: date | None = None,
        version: int | None = None,
    ) -> Engagement:
        """One step of the workflow. `reason` is also the place for any remark; `on` is the day it happened.

        IllegalMove, Forbidden, InvalidInput as `matcher.workflow` says; ChangedMeanwhile when `version` is not the
        present one.
        """
        now = self.engagement(number)
        _same(now, version)
        reason, next_step = said(reason, "原因"), said(next_step, "下一步")
        given = [need for need, value in ((REASON, reason), (NEXT_STEP, next_step)) if value]
        pair_move(now.stage, now.before, to, self._writer.actor.role, given)
        resting = to in (Stage.SHELVED, Stage.EXCLUDED, Stage.LANDED)
        moved = replace(
            now,
            stage=to,
            before=now.stage if to is Stage.SHELVED else None,
            reason=reason if to in (Stage.SHELVED, Stage.EXCLUDED) else "",
            next_step=next_step if next_step or resting else now.next_step,
            next_on=next_on if next_step or next_on or resting else now.next_on,
            moved_at=self._writer.now,
        )
        says = "；".join(part for part in (reason, f"下一步：{next_step}" if next_step else "") if part)
        log(self._writer, "move", number, now.demand_id, start=now.stage.value, to=to.value, says=says, on=on)
        return self._save(moved)

    def note(self, number: str, text: str, *, on: date | None = None) -> Engagement:
        """A dated note. InvalidInput when it is empty, too long, or of a day to come."""
        now = self.engagement(number)
        log(self._writer, "note", number, now.demand_id, says=said(text, "记事内容", needed=True), on=on)
        return self._save(now)

    def arrange(
        self,
        number: str,
        *,
        owner: str | None = None,
        next_step: str | None = None,
        next_on: date | None = None,
        version: int | None = None,
    ) -> Engagement:
        """Another owner, another next step with its day; None leaves as it was. A next step replaces the day too."""
        now = self.engagement(number)
        _same(now, version)
        changed = now
        if owner is not None:
            changed = replace(changed, owner=said(owner, "跟进人", needed=True))
        if next_step is not None:
            changed = replace(changed, next_step=said(next_step, "下一步"), next_on=next_on)
        elif next_on is not None:
            changed = replace(changed, next_on=next_on)
        if changed == now:
            return now
        log(self._writer, "plan", number, now.demand_id, says=_arranged(now, changed))
        return self._save(changed)

    # ── pilots ──────────────────────────────────────────────────────────────────────────────────────────────────
    def add_pilot(self, number: str, plan: PilotPlan) -> Pilot:
        """A pilot of a pair that is at least 对接中. Conflict before that; InvalidInput for a plan that cannot be."""
        now = self.engagement(number)
        if now.stage not in WITH_FILES_AND_PILOTS:
            raise Conflict(f"“{now.stage}”阶段还不能登记验证；请先开始对接。", stage=now.stage.value)
        _check(plan)
        at = self._writer.now
        pilot = Pilot(next_number(self._writer, "pilot", "V"), number, plan, at, at)
        row = {"number": pilot.number, "engagement": number, "plan": rows.plan_text(plan)}
        self._connection.execute(insert(tables.pilots).values(**row, created_at=at, updated_at=at))
        log(self._writer, "pilot", number, now.demand_id, to=plan.outcome.value, says=f"登记验证：{plan.place}")
        self._save(now)
        return pilot

    def change_pilot(self, number: str, plan: PilotPlan) -> Pilot:
        """The pilot with this plan in place of the old one. NotFound, InvalidInput."""
        old = self.pilot(number)
        _check(plan)
        if plan == old.plan:
            return old
        now = self.engagement(old.engagement)
        values = {"plan": rows.plan_text(plan), "updated_at": self._writer.now}
        self._connection.execute(update(tables.pilots).where(tables.pilots.c.number == number).values(values))
        start, to = old.plan.outcome.value, plan.outcome.value
        says = f"更新验证：{plan.place}"
        log(self._writer, "pilot", now.number, now.demand_id, start=start if start != to else "", to=to, says=says)
        self._save(now)
        return replace(old, plan=plan, updated_at=self._writer.now)

    # ── files ───────────────────────────────────────────────────────────────────────────────────────────────────
    def attach(self, number: str, *, name: str, type: str, size: int, sha256: str) -> Attachment:
        """A file's description under a number of its own. Conflict when the pair has 50 files or this very content."""
        now = self.engagement(number)
        there = self.attachments(number)
        if len(there) >= MOST_FILES:
            raise Conflict(f"一条对接最多保存 {MOST_FILES} 个附件；请先删除不用的。")
        if same := next((file for file in there if file.sha256 == sha256), None):
            raise Conflict(f"这个文件已经上传过，名为“{same.name}”。", number=same.number)
        file = Attachment(
            next_number(self._writer, "attachment", "F"),
            number,
            checked(name),
            type,
            size,
            sha256,
            self._writer.actor.name,
            self._writer.now,
        )
        row = {field: getattr(file, field) for field in Attachment.__slots__}
        self._connection.execute(insert(tables.attachments).values(row))
        log(self._writer, "file", number, now.demand_id, says=f"上传附件：{name}")
        self._save(now)
        return file

    def detach(self, number: str) -> Attachment:
        """The description is erased and returned, so that the caller can erase the content. NotFound."""
        file = self.attachment(number)
        now = self.engagement(file.engagement)
        self._connection.execute(delete(tables.attachments).where(tables.attachments.c.number == number))
        log(self._writer, "file", now.number, now.demand_id, says=f"删除附件：{file.name}")
        self._save(now)
        return file

    # ── rankings shown ──────────────────────────────────────────────────────────────────────────────────────────
    def remember_shown(
        self, demand_id: str, generation: str, suitable: bool, matches: tuple[tuple[str, int], ...]
    ) -> Shown | None:
        """Keep what was shown, unless the same solutions with the same grades were shown last. No audit line: it is
        nobody's act."""
        last = self.last_shown(demand_id)
        if last is not None and (last.suitable, last.matches) == (suitable, matches):
            return None
        row = {"demand_id": demand_id, "generation": generation, "suitable": suitable}
        text = orjson.dumps(matches).decode()
        self._connection.execute(insert(tables.shown).values(at=self._writer.now, matches=text, **row))
        return self.last_shown(demand_id)

    def _made(
        self,
        demand_id: str,
        solution_id: str,
        stage: Stage,
        *,
        owner: str = "",
        grade: int | None = None,
        reason: str = "",
    ) -> Engagement:
        self._writer.get(Kind.DEMAND, demand_id)
        self._writer.get(Kind.SOLUTION, solution_id)
        if known := self.pair(demand_id, solution_id):
            raise Conflict(
                f"这个方案已经在名单里（{known.number}，{known.stage}）。", number=known.number, stage=known.stage.value
            )
        at = self._writer.now
        made = Engagement(
            number=next_number(self._writer, "engagement", "E"),
            demand_id=demand_id,
            solution_id=solution_id,
            stage=stage,
            before=None,
            owner=said(owner, "跟进人") or self._writer.actor.name,
            next_step="",
            next_on=None,
            reason=reason,
            grade=grade,
            version=1,
            created_at=at,
            updated_at=at,
            moved_at=at,
        )
        self._connection.execute(insert(tables.engagements).values(rows.engagement_row(made)))
        return made

    def _save(self, engagement: Engagement) -> Engagement:
        saved = replace(engagement, version=engagement.version + 1, updated_at=self._writer.now)
        table = tables.engagements
        self._connection.execute(update(table).where(table.c.number == saved.number).values(rows.engagement_row(saved)))
        return saved


def _same(now: Engagement, version: int | None) -> None:
    if version is not None and version != now.version:
        raise ChangedMeanwhile(
            "在你打开之后，别人已经改动了这条对接；请刷新页面，看过最新情况再操作。", version=now.version
        )


def _check(plan: PilotPlan) -> None:
    """InvalidInput for a pilot without a place, with too long words, or that ends before it begins."""
    said(plan.place, "验证地点", needed=True)
    for name, text in (("验证规模", plan.scale), ("说明", plan.remark)):
        said(text, name)
    for measure in plan.measures:
        said(measure.requirement, "指标要求", needed=True)
        said(measure.measured, "实测结果")
    if plan.begins and plan.ends and plan.ends < plan.begins:
        raise InvalidInput("验证的结束日期早于开始日期，请改正。")


def _arranged(old: Engagement, new: Engagement) -> str:
    parts = []
    if new.owner != old.owner:
        parts.append(f"跟进人由{old.owner}改为{new.owner}")
    if (new.next_step, new.next_on) != (old.next_step, old.next_on):
        day = f"（{new.next_on.isoformat()}）" if new.next_on else ""
        parts.append(f"下一步：{new.next_step}{day}" if new.next_step else "取消了下一步")
    return "；".join(parts)
