"""One contract for the store, run on SQLite and, where a server binary is installed, on PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy
from sqlalchemy import inspect, text

from matcher.errors import Conflict, InvalidInput, NotFound, Unauthorized, Unavailable
from matcher.model import Contact, Deadline, Demand, Kind, Money, Record, Solution
from matcher.store import Actor, Changes, Page, Saved, Store
from matcher.store.schema import metadata

NOW = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
D, S = Kind.DEMAND, Kind.SOLUTION
LIU = Contact("刘工", "13800000000", "liu@example.com")
STAFF = Actor("sm0001", "staff")

DEMAND = Demand(
    id="粤需-001",
    title="中框外观检测",
    organization="东莞市某精密五金有限公司",
    org_type="企业",
    industries=("3C电子", "汽车"),
    region="广东省东莞市",
    site="长安厂区",
    description="划伤、碰凹，漏检率 100%_人工",
    requirements="漏检率≤0.3%",
    target="减人",
    current_base="两条线",
    scale="46人",
    budget=Money(80.0, 180.5, "CNY", "", "80-180.5万元"),
    deadline=Deadline(date(2026, 12, 31), "year", "2026年底"),
    cooperation=("设备采购",),
    keywords=("AOI", "质检"),
    source="a.xlsx",
    batch="2026-1",
)
SOLUTION = Solution(
    id="S001",
    title="视觉检测平台",
    vendor="某科技公司",
    industries=("3C电子",),
    technologies=("机器视觉",),
    region="深圳",
    description="缺陷检测",
    scenes="外观",
    indicators="漏检率0.2%",
    cases="三家",
    maturity="规模化应用",
    trl=9,
    price=Money(raw="面议"),
    delivery="2个月",
    qualifications=("ISO27001",),
    batch="2026-1",
)


class Clock:
    """Time that moves when told to."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


class StoreContract:
    """What every store keeps, whatever holds the rows."""

    @pytest.fixture
    def url(self) -> str:
        raise NotImplementedError

    @pytest.fixture
    def clock(self) -> Clock:
        return Clock()

    @pytest.fixture
    def store(self, url: str, clock: Clock) -> Iterator[Store]:
        with Store.open(url, write=True, clock=clock) as store:
            yield store

    # ── records ─────────────────────────────────────────────────────────────────────────────────────────────────
    @pytest.mark.parametrize("record", [DEMAND, SOLUTION, Demand("a", ""), Solution("b", "t", trl=0)])
    def test_a_record_comes_back_as_it_went(self, store: Store, record: Record) -> None:
        assert store.add(replace(record, contact=LIU)) == replace(record, contact=LIU)
        assert store.get(record.kind, record.id) == record
        assert store.contact(record.kind, record.id) == LIU

    def test_a_fresh_store_is_empty(self, store: Store) -> None:
        assert store.revision() == 0
        assert store.page(D) == Page((), 0)
        assert store.get_many(S, ["S001"]) == {}
        assert store.changes_since(D, 0) == Changes(0, (), ())
        assert store.keys.list() == ()
        assert store.check() == ()

    def test_add_refuses_an_id_that_exists(self, store: Store) -> None:
        store.add(DEMAND)
        with pytest.raises(Conflict, match="已经存在") as refused:
            store.add(replace(DEMAND, title="另一个"))
        assert refused.value.details == {"kind": "demand", "id": "粤需-001"}
        assert store.get(D, DEMAND.id) == DEMAND
        store.add(Solution(DEMAND.id, "另一个书架上可以同号"))
        assert store.revision() == 2

    def test_put_says_what_it_did_and_counts_only_changes(self, store: Store) -> None:
        assert store.put(DEMAND) == "created"
        assert store.put(DEMAND) == "unchanged"
        assert store.put(replace(DEMAND, budget=Money(80, 180.5, "CNY", "", "80-180.5万元"))) == "unchanged"
        assert store.put(replace(DEMAND, status="closed")) == "updated"
        assert store.put(replace(DEMAND, status="closed", contact=LIU)) == "updated"
        assert store.put(replace(DEMAND, status="closed", contact=LIU)) == "unchanged"
        assert store.revision() == 3

    def test_an_empty_contact_keeps_the_stored_one(self, store: Store) -> None:
        store.add(replace(DEMAND, contact=LIU))
        assert store.put(store.get(D, DEMAND.id)) == "unchanged"
        assert store.put(replace(DEMAND, title="新")) == "updated"
        assert store.contact(D, DEMAND.id) == LIU
        store.forget_contact(D, DEMAND.id)
        assert store.contact(D, DEMAND.id) == Contact()
        assert store.get(D, DEMAND.id).title == "新"

    def test_put_many_is_one_revision(self, store: Store) -> None:
        store.put(DEMAND)
        saved = store.put_many([SOLUTION, DEMAND, replace(DEMAND, id="b"), Solution("", "无号"), Demand("", "无号")])
        assert saved == Saved(("S001", "粤需-001", "b", "S-000001", "D-000001"), created=4, updated=0, unchanged=1)
        assert store.revision() == 2
        assert store.put_many([]) == Saved((), 0, 0, 0)
        assert store.put_many([DEMAND, replace(DEMAND, title="改")]) == Saved((DEMAND.id,) * 2, 0, 1, 1)
        assert store.get(D, DEMAND.id).title == "改"
        assert store.put_many([Demand("r", "一"), Demand("r", "二"), Demand("r", "二")]) == Saved(("r",) * 3, 1, 1, 1)
        assert store.get(D, "r").title == "二"

    def test_many_more_than_one_query_holds(self, store: Store) -> None:
        records = [Demand(f"n{i:04d}", str(i)) for i in range(1203)]
        assert store.put_many(records).created == 1203
        assert store.put_many(records).unchanged == 1203
        ids = [r.id for r in reversed(records)]
        assert list(store.get_many(D, ids).values()) == records[::-1]
        with store.read_snapshot() as snapshot:
            assert list(snapshot.records(D)) == [(record, 1) for record in records]

    def test_get_many_keeps_the_order_asked(self, store: Store) -> None:
        store.put_many([Demand(id, id) for id in "abc"])
        store.remove(D, "b")
        assert list(store.get_many(D, ["c", "x", "b", "a", "c"])) == ["c", "a"]

    def test_not_found(self, store: Store) -> None:
        for look in (store.get, store.contact, store.remove, store.forget_contact):
            with pytest.raises(NotFound, match="没有编号为“x”的解决方案"):
                look(S, "x")
        assert store.revision() == 0

    def test_remove_leaves_a_tombstone_and_no_personal_data(self, store: Store, url: str) -> None:
        store.add(replace(DEMAND, contact=LIU))
        store.remove(D, DEMAND.id)
        with pytest.raises(NotFound):
            store.get(D, DEMAND.id)
        with pytest.raises(NotFound):
            store.remove(D, DEMAND.id)
        assert store.page(D) == Page((), 0)
        assert store.changes_since(D, 1) == Changes(2, (), (DEMAND.id,))
        assert store.add(DEMAND) == DEMAND
        assert store.contact(D, DEMAND.id) == Contact()
        assert store.changes_since(D, 1) == Changes(3, (DEMAND,), ())

    @pytest.mark.parametrize(
        "bad",
        [
            Demand("a\0", "t"),
            Demand(" a", "t"),
            Demand("a\nb", "t"),
            Demand("a" * 129, "t"),
            Demand("a", "\ud800"),
            Demand("a", "t", description="x\0y"),
            Demand("a", "t", keywords=("\udfff",)),
            Demand("a", "t", budget=Money(low=float("nan"))),
            Demand("a", "t", budget=Money(high=float("inf"))),
            Demand("a", "t", deadline=Deadline(raw="\ud800")),
            Demand("a", "t", contact=Contact(phone="\0")),
            Demand("a", "t", contact=Contact(person="\ud800")),
        ],
    )
    def test_what_no_database_can_hold_is_refused_and_leaves_nothing(self, store: Store, bad: Demand) -> None:
        with pytest.raises(InvalidInput):
            store.put_many([DEMAND, bad])
        assert (store.revision(), store.page(D).total, store.audit_lines()) == (0, 0, ())

    @pytest.mark.parametrize("odd", ["\0", "a\0b", "\ud800"])
    def test_odd_characters_in_a_question_are_no_accident(self, store: Store, odd: str) -> None:
        store.add(DEMAND)
        assert store.get_many(D, [odd, DEMAND.id]) == {DEMAND.id: DEMAND}
        for ask in (store.get, store.contact, store.remove):
            with pytest.raises(NotFound):
                ask(D, odd)
        for name in ("text", "industry", "region", "status", "batch", "after"):
            with pytest.raises(InvalidInput, match="无效字符"):
                store.page(D, **{name: odd})  # type: ignore[arg-type]
        with pytest.raises(InvalidInput):
            store.recall(odd, "p", "h")
        with pytest.raises(InvalidInput):
            store.keys.revoke(odd, now=NOW)

    # ── numbers ─────────────────────────────────────────────────────────────────────────────────────────────────
    def test_numbers_are_never_given_twice(self, store: Store) -> None:
        store.put_many([Demand("D-000001", "来自表格"), Demand("D-000003", "来自表格")])
        assert store.next_id(D) == "D-000002"
        assert store.next_id(D) == "D-000004"
        assert store.add(Demand("", "t")).id == "D-000005"
        store.remove(D, "D-000005")
        assert store.next_id(D) == "D-000006"
        assert store.next_id(S) == "S-000001"
        assert store.put_many([Demand("", "t"), Demand("D-000007", "t")]).ids == ("D-000008", "D-000007")

    def test_numbering_passes_a_long_imported_list(self, store: Store) -> None:
        store.put_many(Solution(f"S-{n:06d}", "t") for n in range(1, 1101))
        assert store.next_id(S) == "S-001101"

    # ── lists ───────────────────────────────────────────────────────────────────────────────────────────────────
    def test_ids_are_in_code_point_order(self, store: Store) -> None:
        ids = ["a", "B", "b", "é", "z", "Z", "-", "中", "1", "10", "2"]
        store.put_many(Demand(id, "t") for id in ids)
        assert [d.id for d in store.page(D).items] == sorted(ids)
        assert [d.id for d in store.changes_since(D, 0).upserts] == sorted(ids)

    def test_filters(self, store: Store) -> None:
        other = Demand("x", "ＡＧＶ 调度", "港务集团", industries=("港口",), region="深圳", batch="2", status="closed")
        store.put_many([DEMAND, other])

        def ids(**filters: str) -> list[str]:
            page = store.page(D, **filters)  # type: ignore[arg-type]
            assert page.total == len(page.items)
            return [record.id for record in page.items]

        both = ["x", "粤需-001"]
        assert ids() == both
        assert ids(text="agv") == ["x"]
        assert ids(text="港务") == ["x"]
        assert ids(text="粤需") == ["粤需-001"]
        assert ids(text="100%_") == ["粤需-001"]
        assert ids(text="100__") == []
        assert ids(text="%") == ["粤需-001"]
        assert ids(industry="３c电子") == ["粤需-001"]
        assert ids(industry="电子") == []
        assert ids(region="东莞") == ["粤需-001"]
        assert ids(status="open") == ["粤需-001"]
        assert ids(batch="2") == ["x"]
        assert ids(batch="2", status="open") == []

    def test_pages(self, store: Store) -> None:
        store.put_many(Demand(f"{n:02d}", "t") for n in range(25))
        first, rest = store.page(D, limit=10), store.page(D, offset=20, limit=10)
        assert [d.id for d in first.items] == [f"{n:02d}" for n in range(10)]
        assert [d.id for d in store.page(D, after="09", limit=10).items] == [f"{n:02d}" for n in range(10, 20)]
        assert [d.id for d in rest.items] == ["20", "21", "22", "23", "24"]
        assert first.total == rest.total == store.page(D, after="09").total == store.count(D) == 25
        for wrong in ({"limit": 0}, {"limit": 1001}, {"offset": -1}):
            with pytest.raises(InvalidInput):
                store.page(D, **wrong)  # type: ignore[arg-type]
        with pytest.raises(InvalidInput):
            store.page(D, text="长" * 201)

    # ── one state ───────────────────────────────────────────────────────────────────────────────────────────────
    def test_a_snapshot_does_not_see_later_commits(self, store: Store) -> None:
        store.put_many([Demand("a", "一"), Demand("b", "一")])
        with store.read_snapshot() as snapshot:
            assert snapshot.revision == 1
            store.put(Demand("a", "二"))
            store.remove(D, "b")
            assert [(r.title, n) for r, n in snapshot.records(D)] == [("一", 1), ("一", 1)]
            assert snapshot.changes_since(D, 1) == Changes(1, (), ())
        assert store.changes_since(D, 1) == Changes(3, (Demand("a", "二"),), ("b",))

    def test_an_exception_in_the_block_leaves_nothing(self, store: Store) -> None:
        store.add(SOLUTION)
        with suppress(ZeroDivisionError), store.writing(STAFF) as writer:
            writer.add(DEMAND)
            writer.remove(S, SOLUTION.id)
            writer.remember("k", "p", "h", "r")
            assert writer.get(D, DEMAND.id) == DEMAND
            assert writer.revision == 2
            raise ZeroDivisionError
        assert store.revision() == 1
        assert store.count(D) == 0
        assert store.get(S, SOLUTION.id) == SOLUTION
        assert store.recall("k", "p", "h") is None
        assert [line.action for line in store.audit_lines()] == ["create"]

    def test_a_block_is_one_revision(self, store: Store) -> None:
        with store.writing() as writer:
            writer.put(Demand("a", "一"))
            writer.add(Solution("", "一"))
            writer.put(Demand("a", "二"))
        assert store.revision() == 1
        assert store.changes_since(D, 0) == Changes(1, (Demand("a", "二"),), ())

    def test_many_threads(self, store: Store) -> None:
        seen: list[list[str]] = []

        def work(name: int) -> None:
            ids = []
            for _ in range(8):
                ids.append(store.add(Demand("", f"线程{name}")).id)
                assert store.get(D, ids[-1]).title == f"线程{name}"
            seen.append(ids)

        threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(id for ids in seen for id in ids) == [f"D-{n:06d}" for n in range(1, 49)]
        with store.read_snapshot() as snapshot:
            assert sorted(n for _, n in snapshot.records(D)) == list(range(1, 49))
        assert [line.seq for line in store.audit_lines()] == list(range(48, 0, -1))

    # ── audit and idempotency ───────────────────────────────────────────────────────────────────────────────────
    def test_every_change_leaves_one_line(self, store: Store, clock: Clock) -> None:
        store.add(DEMAND, actor=STAFF)
        store.put(DEMAND, actor=STAFF)
        clock.now += timedelta(seconds=1)
        store.put_many([DEMAND, SOLUTION, Demand("b", "t")], actor=STAFF)
        store.put(replace(DEMAND, title="改"))
        store.remove(D, "b", actor=STAFF)
        store.audit("export", "demand", actor=STAFF, result="refused", detail="rows=3")
        lines = store.audit_lines()[::-1]
        assert [(line.actor, line.action, line.object, line.result, line.detail) for line in lines] == [
            ("sm0001", "create", "demand:粤需-001", "ok", ""),
            ("sm0001", "import", "demand", "ok", "created=1 unchanged=1"),
            ("sm0001", "import", "solution", "ok", "created=1"),
            ("system", "update", "demand:粤需-001", "ok", ""),
            ("sm0001", "remove", "demand:b", "ok", ""),
            ("sm0001", "export", "demand", "refused", "rows=3"),
        ]
        assert [line.at for line in lines[:2]] == [NOW, NOW + timedelta(seconds=1)]
        assert {line.role for line in lines} == {"staff", "system"}
        assert [line.seq for line in store.audit_lines(limit=2, before=lines[3].seq)] == [lines[2].seq, lines[1].seq]

    @pytest.mark.parametrize("attack", ["UPDATE audit SET actor = 'x'", "DELETE FROM audit"])
    def test_the_audit_table_only_grows(self, store: Store, attack: str) -> None:
        store.add(DEMAND)
        with (
            pytest.raises(sqlalchemy.exc.DBAPIError, match="append-only"),
            store._database.writing() as connection,
        ):
            connection.execute(text(attack))
        assert [line.actor for line in store.audit_lines()] == ["system"]

    def test_a_response_is_remembered_for_a_day(self, store: Store, clock: Clock) -> None:
        store.remember("k", "sm1", "hash", "答复")
        assert store.recall("k", "sm1", "hash") == "答复"
        assert store.recall("k", "sm2", "hash") is None
        with pytest.raises(InvalidInput, match="Idempotency-Key"):
            store.recall("k", "sm1", "other")
        clock.now += timedelta(days=1)
        assert store.recall("k", "sm1", "hash") is None
        store.remember("k", "sm1", "other", "新答复")
        assert store.recall("k", "sm1", "other") == "新答复"

    # ── keys ────────────────────────────────────────────────────────────────────────────────────────────────────
    def test_a_key_opens_until_it_expires_or_is_revoked(self, store: Store) -> None:
        info, token = store.keys.create("staff", 30, now=NOW, label="前台", actor=STAFF)
        assert token.startswith(info.prefix + ".")
        assert (info.role, info.label, info.expires_at) == ("staff", "前台", NOW + timedelta(days=30))
        seen = store.keys.verify(token, NOW + timedelta(minutes=5))
        assert seen == info
        assert store.keys.list() == (replace(info, last_used=NOW + timedelta(minutes=5)),)
        store.keys.verify(token, NOW + timedelta(minutes=64))
        assert store.keys.list()[0].last_used == NOW + timedelta(minutes=5)
        store.keys.verify(token, NOW + timedelta(minutes=65))
        assert store.keys.list()[0].last_used == NOW + timedelta(minutes=65)
        with pytest.raises(Unauthorized, match="过期"):
            store.keys.verify(token, NOW + timedelta(days=30))
        for _ in range(2):
            assert store.keys.revoke(info.prefix, now=NOW).revoked
        with pytest.raises(Unauthorized, match="停用"):
            store.keys.verify(token, NOW)
        with pytest.raises(NotFound):
            store.keys.revoke("sm0000", now=NOW)
        assert store.audit_lines()[-1].detail == "role=staff days=30"

    def test_a_wrong_key_is_refused(self, store: Store) -> None:
        info, token = store.keys.create("admin", 1, now=NOW)
        _, other = store.keys.create("admin", 1, now=NOW)
        wrong = [
            "",
            ".",
            info.prefix,
            info.prefix + ".",
            token[:-1],
            token + "x",
            "sm0." + token.split(".")[1],
            "\ud800",
        ]
        wrong += [info.prefix + "." + other.split(".")[1], "\0", token.upper()]
        for bad in wrong:
            with pytest.raises(Unauthorized, match="密钥无效"):
                store.keys.verify(bad, NOW)
        with pytest.raises(InvalidInput):
            store.keys.create("root", 1, now=NOW)  # type: ignore[arg-type]
        for days in (0, 3651):
            with pytest.raises(InvalidInput):
                store.keys.create("viewer", days, now=NOW)

    def test_the_secret_is_not_in_the_database(self, store: Store) -> None:
        _, token = store.keys.create("admin", 1, now=NOW)
        secret = token.split(".")[1]
        with store._database.reading() as connection:
            for table in metadata.tables.values():
                assert secret not in repr(connection.execute(table.select()).all())

    # ── opening ─────────────────────────────────────────────────────────────────────────────────────────────────
    def test_reopened_it_has_everything(self, url: str) -> None:
        with Store.open(url, write=True) as store:
            store.add(replace(DEMAND, contact=LIU))
            _, token = store.keys.create("viewer", 1, now=NOW)
        with Store.open(url, write=True) as store:
            assert store.get(D, DEMAND.id) == DEMAND
            assert store.contact(D, DEMAND.id) == LIU
            assert store.keys.verify(token, NOW).role == "viewer"
            assert store.revision() == 1

    def test_a_reader_follows_the_writer_and_cannot_write(self, store: Store, url: str) -> None:
        _, token = store.keys.create("viewer", 1, now=NOW)
        with Store.open(url, write=False) as reader:
            assert reader.revision() == 0
            store.add(DEMAND)
            assert reader.revision() == 1
            assert reader.get(D, DEMAND.id) == DEMAND
            assert reader.keys.verify(token, NOW).role == "viewer"
            with pytest.raises(Unavailable, match="只读"):
                reader.add(SOLUTION)

    def test_reading_an_empty_place_says_what_to_do(self, url: str) -> None:
        with pytest.raises(Unavailable, match="scenematch import"):
            Store.open(url, write=False)

    def test_a_newer_schema_is_refused(self, url: str) -> None:
        with Store.open(url, write=True) as store, store._database.writing() as connection:
            connection.execute(text("INSERT INTO schema_version VALUES (999, 'future', '')"))
        for write in (True, False):
            with pytest.raises(Unavailable, match="不能降级"):
                Store.open(url, write=write)

    def test_an_older_schema_is_refused_for_reading(self, url: str) -> None:
        with Store.open(url, write=True) as store, store._database.writing() as connection:
            connection.execute(text("UPDATE schema_version SET version = version - 100"))
        with pytest.raises(Unavailable, match="旧版本"):
            Store.open(url, write=False)

    def test_the_migrations_make_the_tables_that_queries_expect(self, store: Store) -> None:
        with store._database.reading() as connection:
            found = {
                name: [(c["name"], c["nullable"]) for c in inspect(connection).get_columns(name)]
                for name in inspect(connection).get_table_names()
            }
        found = {name: columns for name, columns in found.items() if not name.startswith("sqlite_")}
        assert found == {t.name: [(c.name, bool(c.nullable)) for c in t.columns] for t in metadata.sorted_tables}


class TestSqlite(StoreContract):
    @pytest.fixture
    def url(self, tmp_path: Path) -> str:
        return f"sqlite:///{tmp_path.as_posix()}/home/场景 100%.db"


class TestPostgres(StoreContract):
    @pytest.fixture
    def url(self, postgres_url: str) -> str:
        return postgres_url

    def test_a_server_that_is_gone_is_named(self) -> None:
        pytest.importorskip("psycopg")
        with pytest.raises(Unavailable, match="连不上数据库服务器"):
            Store.open("postgresql+psycopg://nobody@127.0.0.1:1/x", write=False)
