"""The console command: quick, Chinese for people, JSON for programs, exit codes that can be relied on."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from api.cli import COMMANDS, main
from api.commands import demo, doctor
from api.sample_story import Calendar
from indexer.build import build
from matcher.model import Demand, Kind, Solution
from matcher.settings import Settings
from matcher.store import Store, utc_now

HEAVY = {"torch", "sentence_transformers", "pandas", "faiss", "numpy", "fastapi", "uvicorn", "sqlalchemy", "jieba"}
"""Packages that take long to import."""

CSV = "方案名称,供应商,方案说明\n焊点视觉检测,甲公司,自动识别虚焊\n,,\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty HOME that the command finds in its environment."""
    for name in ("SCENEMATCH_DATABASE_URL", "SCENEMATCH_INDEX_URL", "SCENEMATCH_ENCODER", "SCENEMATCH_DATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SCENEMATCH_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def filled(home: Path) -> Settings:
    settings = Settings.from_env()
    with Store.open(settings.database_url, write=True) as store:
        store.put_many(
            [
                Solution(
                    "S1",
                    "焊点视觉检测系统",
                    vendor="甲公司",
                    description="自动识别虚焊、偏焊",
                    indicators="漏检率≤0.3%",
                ),
                Solution("S2", "河道清洁无人船", description="打捞水面垃圾"),
                Demand("D1", "焊点外观检测", organization="乙厂", description="焊点靠人看"),
            ]
        )
    return settings


def said(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


def test_help_names_every_command_and_loads_nothing_heavy() -> None:
    code = (
        "import sys, api.cli\n"
        "try: api.cli.main(['--help'])\n"
        "except SystemExit as end: assert end.code == 0\n"
        f"print(sorted({HEAVY} & sys.modules.keys()), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", timeout=20, check=True)
    assert done.stderr.strip() == "[]"
    for command in COMMANDS:
        assert f"    {command.name} " in done.stdout
        assert command.help in done.stdout.replace("\n" + " " * 14, "")


@pytest.mark.parametrize("command", [command.name for command in COMMANDS])
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main([command, "--help"])
    assert end.value.code == 0
    help = capsys.readouterr().out
    assert help.startswith(f"用法：scenematch {command}")
    assert "显示这段说明" in help
    assert "show this help" not in help


@pytest.mark.parametrize(
    "words",
    [[], ["nonsense"], ["import"], ["token"], ["token", "create"], ["match", "--top-k", "x"], ["build", "--what"]],
)
def test_a_wrong_command_line_is_code_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(words)
    assert end.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith("命令写法不对：")
    assert not {"argument", "arguments", "invalid", "expected", "required"} & set(re.findall("[a-z]+", said))


def test_importing_reports_rows_and_files(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = tmp_path / "方案清单.csv", tmp_path / "坏.xlsx"
    good.write_text(CSV, "utf-8")
    bad.write_bytes(b"nonsense")
    assert main(["import", str(good), str(bad), "--json"]) == 1
    answer = said(capsys)
    assert [(f["file"], f["solutions"], f["created"]) for f in answer["files"]] == [("方案清单.csv", 1, 1)]
    assert [(e["file"], e["code"]) for e in answer["errors"]] == [("坏.xlsx", "unreadable_file")]
    assert main(["import", str(good), "--dry-run"]) == 0
    assert "只检查，没有保存" in capsys.readouterr().out
    with Store.open(Settings.from_env().database_url, write=False) as store:
        assert store.count(Kind.SOLUTION) == 1
        assert store.audit_lines(limit=1)[0].actor == "console"


def test_a_list_is_checked_without_being_filed(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "需求清单.csv"
    rows = "焊缝检测,甲厂,焊缝靠人看，夜班漏检多，要求先进水平\n,,\n夜间看护,乙院,老人夜间离床没人知道\n"
    file.write_text("需求名称,需求单位,需求描述\n" + rows, "utf-8")
    assert main(["check", str(file), "--json"]) == 0
    answer = said(capsys)
    assert (answer["report"]["dry_run"], answer["report"]["created"]) == (True, 2)
    assert [(each["row"], each["kind"], each["title"]) for each in answer["records"]] == [
        (2, "demand", "焊缝检测"),
        (4, "demand", "夜间看护"),
    ]
    assert [found["text"] for found in answer["records"][0]["completeness"]["vague"]] == ["先进水平"]
    assert main(["check", str(file), "--kind", "demand"]) == 0
    shown = capsys.readouterr().out
    worst = min(answer["records"], key=lambda each: each["completeness"]["score"])
    asks = worst["completeness"]["questions"][0]["asks"]
    told = [shown.index(text) for text in ("最不完整的在前", f"第 {worst['row']} 行 {worst['title']}", f"问：{asks}")]
    assert told == sorted(told)
    assert not Settings.from_env().database_path.exists()


def test_matching_at_the_console(filled: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["match", "焊点虚焊自动检测，漏检率≤0.5%", "--json", "--top-k", "2"]) == 0
    answer = said(capsys)
    assert answer["matches"][0]["id"] == "S1"
    assert answer["matches"][0]["requirements"][0]["status"] == "met"
    assert main(["match", "焊点虚焊自动检测，漏检率≤0.5%"]) == 0
    shown = capsys.readouterr().out
    assert "1. 焊点视觉检测系统（甲公司）" in shown
    assert "[满足] 漏检率≤0.5%" in shown
    record = tmp_path / "d.json"
    record.write_text(json.dumps({"title": "焊点检测", "organization": "乙厂"}), "utf-8")
    assert main(["match", "--file", str(record), "--json"]) == 0
    assert said(capsys)["matches"][0]["id"] == "S1"
    text = tmp_path / "s.txt"
    text.write_text("焊点视觉检测", "utf-8")
    assert main(["match", "--file", str(text), "--kind", "solution", "--json"]) == 0
    assert said(capsys)["matches"][0]["id"] == "D1"


@pytest.mark.parametrize(
    "words", [["match"], ["match", "x", "--file", "y"], ["match", "x", "--top-k", "0"], ["match", "--file", "none"]]
)
def test_a_question_that_cannot_be_asked(
    filled: Settings, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 1
    assert capsys.readouterr().err.startswith("未完成：")


def test_without_a_database_the_next_step_is_named(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["match", "焊点", "--json"]) == 1
    error = said(capsys)["error"]
    assert error["code"] == "unavailable"
    assert "scenematch import" in error["message"]
    assert main(["verify", "--json"]) == 1
    assert "scenematch build" in said(capsys)["error"]["message"]
    assert main(["rollback", "--json"]) == 1
    assert said(capsys)["error"]["code"] == "not_found"


def test_keys_are_created_listed_and_revoked(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["token", "create", "--role", "staff", "--days", "7", "--label", "前台", "--json"]) == 0
    made = said(capsys)
    settings = Settings.from_env()
    with Store.open(settings.database_url, write=False) as store:
        assert store.keys.verify(made["token"], utc_now()).role == "staff"
    assert main(["token", "list"]) == 0
    line = capsys.readouterr().out
    assert made["prefix"] in line
    assert "场景经理  有效" in line
    assert made["token"].partition(".")[2] not in line
    assert main(["token", "revoke", made["prefix"]]) == 0
    assert main(["token", "list", "--json"]) == 0
    capsys.readouterr()
    assert main(["token", "revoke", "sm-none", "--json"]) == 1
    assert said(capsys)["error"]["code"] == "not_found"
    assert main(["token", "create", "--role", "staff", "--days", "0"]) == 1


def test_the_doctor_says_what_to_do(filled: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--json"]) == 0
    findings = {finding["name"]: finding for finding in said(capsys)["findings"]}
    assert list(findings) == [name for name, _ in doctor.CHECKS]
    assert {name for name, finding in findings.items() if finding["state"] != "ok"} <= {"索引", "运行环境"}
    assert "scenematch build" in findings["索引"]["says"]
    assert "需求 1 条，方案 2 条" in findings["数据库"]["says"]


def test_the_doctor_finds_what_is_missing(
    home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SCENEMATCH_ENCODER", str(tmp_path / "no-model"))
    monkeypatch.setattr(doctor, "LEAST_FREE", 10**18)
    assert main(["doctor"]) == 1
    lines = capsys.readouterr().out.splitlines()
    problems = [line for line in lines if line.startswith("[有问题]")]
    assert [line.partition("：")[0] for line in problems] == ["[有问题] 编码模型", "[有问题] 数据库", "[有问题] 磁盘"]
    assert "make train" in problems[0]


@pytest.mark.parametrize(
    ("variables", "state", "says"),
    [
        ({}, "ok", "context@"),
        ({"SCENEMATCH_CONTEXT": "off"}, "note", "排序只看用词和词义"),
        ({"SCENEMATCH_CONTEXT": "nowhere"}, "problem", "没有语境模型"),
        ({"SCENEMATCH_ENCODER": "data/models/context"}, "note", "编码模型自己通读全文"),
    ],
)
def test_the_doctor_knows_the_context_model(
    filled: Settings,
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    variables: dict[str, str],
    state: str,
    says: str,
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, str(root / value) if "/" in value else value)
    main(["doctor", "--json"])
    found = next(f for f in said(capsys)["findings"] if f["name"] == "语境模型")
    assert (found["state"], says in found["says"]) == (state, True)


@pytest.mark.usefixtures("unhurried")
def test_the_doctor_asks_the_index_server(
    filled: Settings,
    light_data: Path,
    milvus_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("SCENEMATCH_DATA", str(light_data))

    def finding(url: str) -> tuple[str, str]:
        monkeypatch.setenv("SCENEMATCH_INDEX_URL", url)
        main(["doctor", "--json"])
        found = next(f for f in said(capsys)["findings"] if f["name"] == "向量服务器")
        return found["state"], found["says"]

    assert finding(f"faiss:///{filled.index_folder.as_posix()}") == ("ok", "没有使用，向量由本机检索")
    assert finding("milvus://jia:geheim@127.0.0.1:1") == (
        "problem",
        "向量服务器 127.0.0.1:1 不能用，请检查它是否在运行、地址和账号是否正确。",
    )
    state, says = finding(milvus_url)
    assert (state, says.endswith("lite.db 可以使用，但当前索引不在上面；请运行 scenematch build。")) == ("note", True)
    build(Settings.from_env())
    state, says = finding(milvus_url)
    assert (state, says.endswith("lite.db，当前索引的 3 条向量都在")) == ("ok", True)


def test_the_demo_key_is_new_each_time_and_the_old_one_dead(filled: Settings) -> None:
    with Store.open(filled.database_url, write=True) as store:
        first, second = demo._new_key(store), demo._new_key(store)
        assert first != second
        live = [key for key in store.keys.list() if not key.revoked]
    assert [(key.label, key.role) for key in live] == [("demo", "staff")]
    assert second.startswith(live[0].prefix)


def test_the_demo_fills_an_empty_store(home: Path, root: Path) -> None:
    settings = Settings.from_env()
    calendar = Calendar()
    with Store.open(settings.database_url, write=True, clock=calendar) as store:
        demo._fill(store, calendar, root / "data" / "samples")
        assert store.count(Kind.DEMAND) >= 50
        assert store.count(Kind.SOLUTION) >= 200


def test_matrix_products_get_one_thread_unless_somebody_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        monkeypatch.setenv(name, "3")
    monkeypatch.delenv("OPENBLAS_NUM_THREADS")
    with pytest.raises(SystemExit):
        main(["--help"])
    assert (os.environ["OPENBLAS_NUM_THREADS"], os.environ["OMP_NUM_THREADS"]) == ("1", "3")
