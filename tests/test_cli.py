"""The command line: Chinese words, exit codes, streams of any encoding, nothing overwritten, no traceback."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import scorer.evaluation
import scorer.forms
from scorer import ScorerError, __version__
from scorer.cli.app import run
from scorer.cli.options import app
from scorer.cli.usage import ChineseGroup
from scorer.model import Finding, ReadError, Report, Submission
from tests.sample_report import SAMPLE, WITHOUT_FORM

ROOT = Path(__file__).parent.parent
FORM = "自评表.toml"
ENGLISH = re.compile(
    r"(?<!scorer )\b(?!scorer)[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}"
    r"|\b(Usage|Options|Arguments|Commands|Error|Missing|Invalid)\b"
)


@pytest.fixture
def report(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands get a report made by hand: these tests are about the command line alone."""
    monkeypatch.setattr(scorer.forms, "read_what_can_be", lambda *files, sheet: ([Submission(unit="某县总工会")], []))
    monkeypatch.setattr(scorer.evaluation, "evaluate", lambda submission, indicator_set=None, **options: SAMPLE)


def scorer_process(*arguments: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """The command as a process of its own, for what depends on real streams."""
    inherited = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-m", "scorer", *arguments],
        cwd=cwd,
        env={**inherited, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        check=False,
        timeout=60,
    )


# ----------------------------------------------------------------------------------------------------- help and usage


def all_commands() -> list[list[str]]:
    import typer

    def names(command: object, before: list[str]) -> list[list[str]]:
        found = [before]
        for name, entry in getattr(command, "commands", {}).items():
            found += names(entry, [*before, name])
        return found

    return names(typer.main.get_command(app), [])


@pytest.mark.parametrize("command", all_commands(), ids=" ".join)
def test_help_is_chinese_and_complete(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*command, "--help"]) == 0
    text = capsys.readouterr().out
    assert text.startswith(f"用法：{' '.join(['scorer', *command])}")
    assert not ENGLISH.search(text)
    described = re.findall(r"^  (?:-|[A-Za-z\[]).*$", text, re.MULTILINE)
    assert described
    assert re.search(r"[\u4e00-\u9fff]{4}", text.split("\n\n")[1])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "用法：scorer 命令"),
        (["sets"], "用法：scorer sets 命令"),
        (["scroe", "a.xlsx"], "没有“scroe”这个命令；是否想用 score"),
        (["评分"], "可用的命令有"),
        (["score"], "缺少参数 FILE"),
        (["score", "a.xlsx", "--sett", "x"], "没有 --sett 这个选项；是否想用"),
        (["score", "a.xlsx", "-q"], "没有 -q 这个选项"),
        (["score", "a.xlsx", "--set"], "选项 --set 后面缺少值"),
        (["score", "a.xlsx", "--force=yes"], "选项 --force 后面不带值"),
        (["score", "a.xlsx", "--format", "dpf"], "没有“dpf”这种格式；可用的有 table、json"),
        (["score", "a.xlsx", "--fail-on", "fatal"], "没有“fatal”这种级别；可用的有 error、warning、note、never"),
        (["sets", "list", "x"], "多出了参数：x"),
        (["batch", "x", "-o", "y", "--workers", "0"], "选项 --workers 不对：不能小于 1"),
        (["batch", "x", "-o", "y", "--workers", "两个"], "选项 --workers 不对：应当是整数"),
        (["batch", "x", "-o", "y", "--seconds", "慢"], "选项 --seconds 不对：应当是数字"),
        (["batch", "x", "-o", ""], "结果文件夹的名称是空的"),
        (["batch", "1.xlsx", "2.xlsx", "-o", "y"], "多出了参数：2.xlsx。来源只能写一个；通配符要加引号"),
        (["score", "a.xlsx", "--select", "A101,Q9"], "“Q9”"),
        (["explain", "A1010"], "是否想查 A1"),
    ],
)
def test_wrong_use_is_explained_in_chinese(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == 2
    streams = capsys.readouterr()
    assert streams.out == ""
    assert said in streams.err
    assert not ENGLISH.search(streams.err)


@pytest.mark.parametrize(("name", "expanded"), [("batch", False), ("score", True)])
def test_wildcards_of_windows_are_left_to_batch(name: str, expanded: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    told: dict[str, object] = {}

    def main(self: object, **settings: object) -> int:
        told.update(settings)
        return 0

    monkeypatch.setattr(ChineseGroup, "main", main)
    monkeypatch.setattr(sys, "argv", ["scorer", name, "*.xlsx"])
    assert run() == 0
    assert told["windows_expand_args"] is expanded


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"scorer {__version__}\n"


def test_help_imports_nothing_heavy() -> None:
    heavy = ["numpy", "pydantic", "python_calamine", "docx", "xlsxwriter", "rich", "pdfplumber", "lxml", "tabulate"]
    code = f"import sys, scorer.cli.app; scorer.cli.app.run(['--help']); print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


# --------------------------------------------------------------------------------------------- score, check and output


@pytest.mark.usefixtures("report")
@pytest.mark.parametrize(
    ("level", "code"), [("error", 1), ("warning", 1), ("note", 1), ("never", 0)], ids=lambda value: str(value)
)
def test_exit_code_follows_fail_on(level: str, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["score", FORM, "--fail-on", level]) == code
    assert "复算总分 60.67" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("found", "level", "code"),
    [
        ("note", "note", 1),
        ("note", "warning", 0),
        ("note", "error", 0),
        ("warning", "note", 1),
        ("warning", "warning", 1),
        ("warning", "error", 0),
        (None, "note", 0),
    ],
)
def test_only_findings_at_the_level_or_above_count(
    found: str | None, level: str, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    findings = [] if found is None else [Finding.model_validate({**SAMPLE.findings[0].model_dump(), "level": found})]
    changed = SAMPLE.model_copy(update={"findings": tuple(findings)})
    monkeypatch.setattr(scorer.forms, "read_what_can_be", lambda *files, sheet: ([Submission()], []))
    monkeypatch.setattr(scorer.evaluation, "evaluate", lambda submission, indicator_set=None, **options: changed)
    assert run(["check", FORM, "--fail-on", level]) == code


@pytest.mark.usefixtures("report")
def test_check_prints_the_findings_without_the_tree(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", FORM]) == 1
    text = capsys.readouterr().out
    assert "A107" in text
    assert "复算总分" not in text


@pytest.mark.usefixtures("report")
def test_json_is_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["score", FORM, "--format", "json"]) == 1
    assert Report.model_validate_json(capsys.readouterr().out) == SAMPLE


@pytest.mark.usefixtures("report")
def test_options_reach_the_evaluation(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    seen: dict[str, object] = {}

    def evaluate(submission: Submission, indicator_set: object = None, **options: object) -> Report:
        seen.update(options, unit=submission.unit)
        return SAMPLE

    monkeypatch.setattr(scorer.evaluation, "evaluate", evaluate)
    run(["score", FORM, "--select", "A， E501", "--ignore", "A104,grade-differs"])
    wanted = {"unit": "某县总工会", "select": ["A", "E501"], "ignore": ["A104", "grade-differs"], "figures": False}
    assert seen == wanted
    run(["check", FORM, "--figures"])
    assert seen["figures"] is True


@pytest.mark.usefixtures("report")
@pytest.mark.parametrize(
    ("options", "start"),
    [(["-o", "结果.json"], "{"), (["-o", "结果.txt"], "某县总工会"), (["-o", "结果.txt", "--format", "json"], "{")],
)
def test_ending_of_the_output_decides_unless_a_format_is_given(
    options: list[str],
    start: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["score", FORM, *options]) == 1
    assert (tmp_path / options[1]).read_text(encoding="utf-8").startswith(start)
    assert capsys.readouterr().out == ""


@pytest.mark.usefixtures("report")
@pytest.mark.parametrize("name", ["html", "xlsx", "docx", "md", "csv"])
def test_every_format_is_written_by_its_ending(name: str, tmp_path: Path) -> None:
    output = tmp_path / f"报告.{name}"
    assert run(["score", FORM, "-o", str(output)]) == 1
    data = output.read_bytes()
    assert data.startswith(b"PK") if name in ("xlsx", "docx") else "某县总工会" in data.decode()


@pytest.mark.usefixtures("report")
def test_unknown_ending_names_the_known_ones(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["score", FORM, "-o", str(tmp_path / "报告.dcox")]) == 2
    assert ".docx" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("report")
def test_what_is_no_text_is_not_thrown_at_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert run(["score", FORM, "--format", "docx"]) == 2
    assert "-o 报告.docx" in capsys.readouterr().err


@pytest.mark.usefixtures("report")
def test_existing_output_is_refused_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "结果.json"
    output.write_text("旧的", encoding="utf-8")
    monkeypatch.setattr(scorer.forms, "read_what_can_be", lambda *files, sheet: pytest.fail("a form was read"))
    assert run(["score", FORM, "-o", str(output)]) == 2
    assert "已存在" in capsys.readouterr().err
    assert output.read_text(encoding="utf-8") == "旧的"


@pytest.mark.usefixtures("report")
def test_force_overwrites(tmp_path: Path) -> None:
    output = tmp_path / "结果.json"
    output.write_text("旧的", encoding="utf-8")
    assert run(["score", FORM, "-o", str(output), "--force"]) == 1
    assert json.loads(output.read_text(encoding="utf-8"))["total"] == "60.67"


# ------------------------------------------------------------------------------------------------------------- faults


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (ReadError("a.xlsx: 没有这个文件。"), 3, "错误：a.xlsx: 没有这个文件。"),
        (ScorerError("指标体系有误"), 2, "错误：指标体系有误"),
        (ZeroDivisionError("division by zero"), 2, "Z901 程序内部错误"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
@pytest.mark.parametrize("debug", [False, True])
def test_a_traceback_is_shown_only_to_those_who_ask(
    error: BaseException,
    code: int,
    said: str,
    debug: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(*files: str, sheet: str | None) -> Submission:
        raise error

    monkeypatch.setattr(scorer.forms, "read_what_can_be", fail)
    assert run(["score", FORM, *(["--debug"] if debug else [])]) == code
    streams = capsys.readouterr()
    assert said in streams.err
    assert streams.out == ""
    assert ("Traceback" in streams.err) == (debug and not isinstance(error, KeyboardInterrupt))


def test_missing_file_is_named_with_exit_code_3(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["score", "没有的表.toml"]) == 3
    assert "没有的表.toml" in capsys.readouterr().err


# -------------------------------------------------------------------------------------------------- streams, as a user

HEAD = "绩效自评复算与核对"


@pytest.mark.parametrize(
    ("environment", "encoding"),
    [
        ({"PYTHONIOENCODING": "gbk"}, "gbk"),
        ({"PYTHONIOENCODING": "utf-8"}, "utf-8"),
        ({"LANG": "C", "LC_ALL": "C"}, "utf-8"),
    ],
    ids=["gbk", "utf-8", "C"],
)
def test_help_prints_in_the_encoding_of_the_console(environment: dict[str, str], encoding: str) -> None:
    done = scorer_process("--help", **environment)
    assert (done.returncode, done.stderr) == (0, b"")
    assert HEAD in done.stdout.decode(encoding)


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "cp437"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    ],
    ids=["ascii", "cp437", "C-without-utf8"],
)
@pytest.mark.parametrize("arguments", [["--help"], ["explain", "A101"], ["score", "没有"]], ids=lambda words: words[0])
def test_a_console_without_chinese_gets_escapes_and_no_exception(
    environment: dict[str, str], arguments: list[str]
) -> None:
    done = scorer_process(*arguments, **environment)
    assert b"Traceback" not in done.stderr
    assert b"UnicodeEncodeError" not in done.stderr
    assert done.returncode in (0, 3)
    # click prints its help in UTF-8 where the locale claims ASCII
    assert b"\\u" in done.stdout + done.stderr or arguments == ["--help"]


@pytest.mark.usefixtures("report")
def test_json_for_a_console_without_unicode_is_still_json(monkeypatch: pytest.MonkeyPatch) -> None:
    import io

    bare = io.TextIOWrapper(io.BytesIO(), encoding="gbk")
    monkeypatch.setattr(sys, "stdout", bare)
    run(["score", FORM, "--format", "json"])
    assert Report.model_validate_json(bare.buffer.getvalue().decode("ascii")) == SAMPLE


def test_a_reader_that_goes_away_ends_the_output_quietly() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "scorer", "--help"],
            cwd=ROOT,
            stdout=writing,
            stderr=subprocess.PIPE,
            check=False,
            timeout=60,
        )
    finally:
        os.close(writing)
    assert done.stderr == b""


# ------------------------------------------------------------------------------------------------------------- explain


def test_explain_lists_every_check_and_every_rule(capsys: pytest.CaptureFixture[str]) -> None:
    from scorer.checks import CHECKS
    from scorer.rules import RULES

    assert run(["explain"]) == 0
    text = capsys.readouterr().out
    assert [code for code in (*CHECKS, *RULES) if f"  {code}  " not in text] == []


@pytest.mark.parametrize("word", ["A101", "a101", "weights-differ-from-full-score"])
def test_explain_finds_a_check_by_code_or_name(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", word]) == 0
    text = capsys.readouterr().out
    assert text.startswith("A101  分值之和不等于满分")
    assert [name for name in ("为何重要", "依据", "例", "改法", "何时无法判定") if f"\n{name}\n" not in text] == []


def test_explain_describes_a_scoring_rule(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "proportion"]) == 0
    assert 'rule = { kind = "proportion" }' in capsys.readouterr().out


def test_form_without_indicators_has_no_total(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(scorer.forms, "read_what_can_be", lambda *files, sheet: ([Submission()], []))
    monkeypatch.setattr(scorer.evaluation, "evaluate", lambda submission, indicator_set=None, **options: WITHOUT_FORM)
    assert run(["score", "决算公开.txt"]) == 0
    assert "没有总分" in capsys.readouterr().out


def test_a_file_name_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["score", "表\x1b[31m\u202e.toml"]) == 3
    said = capsys.readouterr().err
    assert "文件不存在" in said
    assert "\x1b" not in said
    assert "\u202e" not in said
