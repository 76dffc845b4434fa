"""What every writer promises: widths, the whole truth about a total, the published JSON, files written whole."""

import json
import os
import unicodedata
from decimal import Decimal
from pathlib import Path

import pytest
import wcwidth
from hypothesis import given
from hypothesis import strategies as st

from scorer import ScorerError, write_report
from scorer.model import Place, Report, points_text
from scorer.report import WRITERS, format_of, save
from scorer.report.sentences import share_words
from scorer.report.width import cleaned, cut, width_of, wrap
from tests.sample_report import SAMPLE, WITHOUT_FORM

SNAPSHOTS = Path(__file__).parent / "cases" / "report"


def assert_snapshot(name: str, text: str) -> None:
    """Compare with a stored text; run with UPDATE_SNAPSHOTS=1 to accept the new one, and read the difference."""
    path = SNAPSHOTS / name
    if os.environ.get("UPDATE_SNAPSHOTS"):
        path.write_text(text, encoding="utf-8", newline="\n")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "report", "options"),
    [
        ("table.txt", SAMPLE, {}),
        ("table-120.txt", SAMPLE, {"width": 120}),
        ("findings.txt", SAMPLE, {"findings_only": True}),
        ("without-form.txt", WITHOUT_FORM, {}),
    ],
)
def test_table_reads_as_stored(name: str, report: Report, options: dict[str, object]) -> None:
    text = write_report(report, "table", **options)
    assert isinstance(text, str)
    assert_snapshot(name, text)


@pytest.mark.parametrize("width", [60, 80, 97, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    text = write_report(SAMPLE, width=width)
    assert isinstance(text, str)
    assert max(width_of(line) for line in text.splitlines()) <= width


def test_the_width_of_a_character_is_what_the_library_says() -> None:
    """Most are told without it, for the sake of the start."""
    asked = [chr(code) for code in range(0xA0, 0x10000) if unicodedata.category(chr(code)) not in ("Cn", "Cs")]
    assert [one for one in asked if width_of(one) != max(wcwidth.wcwidth(one), wcwidth.wcswidth(f"0{one}") - 1, 0)] == []


@given(st.text(max_size=80), st.text(max_size=200), st.text(max_size=40))
def test_no_text_of_a_stranger_breaks_the_layout(name: str, message: str, quote: str) -> None:
    line = SAMPLE.lines[4].model_copy(update={"path": ("产出指标", "数量指标", name), "target": message, "actual": quote})
    finding = SAMPLE.findings[0].model_copy(
        update={"message": message, "path": (name,), "where": (Place(file=name, at="F12", quote=quote),)}
    )
    report = SAMPLE.model_copy(update={"lines": (*SAMPLE.lines, line), "findings": (finding,)})
    text = write_report(report)
    assert isinstance(text, str)
    assert all(width_of(line) <= 80 for line in text.splitlines())
    assert not any(character < " " or "\x7f" <= character < "\xa0" for character in text.replace("\n", ""))


def test_a_total_comes_with_how_much_of_it_was_recomputed() -> None:
    text = str(write_report(SAMPLE))
    assert "复算总分 60.67 / 100.00（自评 98.00）" in text
    assert "其中复算 60.00 分、采信自评 20.00 分、未能计分 20.00 分" in text.replace("\n", "")


def test_without_a_form_there_is_no_total_and_that_is_said() -> None:
    text = str(write_report(WITHOUT_FORM))
    assert "没有总分" in text
    assert "复算总分" not in text


def test_every_place_of_a_finding_stands_with_its_words() -> None:
    text = str(write_report(SAMPLE))
    assert "自评表.docx 表1!R21C4 “8”" in text
    assert "自评表.docx 表1!R21C6 “10”" in text


def test_colour_only_when_asked_for() -> None:
    plain, painted = str(write_report(SAMPLE)), str(write_report(SAMPLE, colour=True))
    assert "\x1b" not in plain
    assert "\x1b[31;1m" in painted
    assert painted.replace("\x1b[0m", "").replace("\x1b[1m", "").replace("\x1b[31;1m", "").replace(
        "\x1b[33;1m", ""
    ).replace("\x1b[36;1m", "") == plain


def test_table_prints_on_a_chinese_windows_console() -> None:
    str(write_report(SAMPLE)).encode("gbk")


def test_json_is_the_published_contract() -> None:
    data = json.loads(write_report(SAMPLE, "json"))
    assert list(data) == [
        *("schema", "tool", "submission", "set", "total", "full", "low", "high", "claimed_total", "grade"),
        *("claimed_grade", "recomputed_weight", "judged_weight", "missing_weight", "lines", "findings", "tallies"),
        "notes",
    ]
    assert data["schema"] == "scorer.report/1"
    assert data["submission"]["files"][0] == {"path": "自评表.docx", "sha256": "ab" * 32}
    assert (data["total"], data["full"], data["missing_weight"]) == ("60.67", "100.00", "20.00")
    assert data["lines"][4] == {
        "path": ["产出指标", "数量指标", "培训场次"],
        "leaf": True,
        "weight": "10.00",
        "target": "≥12场",
        "actual": "8",
        "claimed": "10.00",
        "points": "6.67",
        "low": "6.67",
        "high": "6.67",
        "status": "recomputed",
        "rule": "proportion",
        "words": "8 ÷ 12 = 66.67%，未完成目标，得 6.67",
        "where": {"file": "自评表.docx", "at": "表1!R20C3", "quote": ""},
    }
    assert data["findings"][0]["where"][1] == {"file": "自评表.docx", "at": "表1!R21C6", "quote": "10"}
    assert data["tallies"][-1]["not_run"] == "需要同批的多份提交件"


def test_json_reads_back_as_the_same_report() -> None:
    assert Report.model_validate_json(write_report(SAMPLE, "json")) == SAMPLE


@pytest.mark.parametrize("format", [name for name in WRITERS if name != "pdf"])  # that one needs an extra and fonts
def test_same_report_same_bytes(format: str) -> None:
    assert write_report(SAMPLE, format) == write_report(SAMPLE.model_copy(deep=True), format)


def test_unknown_format_names_the_known_ones() -> None:
    with pytest.raises(ScorerError, match="table、json"):
        write_report(SAMPLE, "dpf")


@pytest.mark.parametrize(("path", "name"), [("a.json", "json"), ("A.JSON", "json"), ("a.txt", "table"), ("a.bin", None)])
def test_ending_asks_for_a_format(path: str, name: str | None) -> None:
    assert format_of(path) == name


@pytest.mark.parametrize(
    ("value", "shown"),
    [("0.125", "0.13"), ("0.135", "0.14"), ("2.345", "2.35"), ("89.995", "90.00"), ("-0.005", "-0.01"), ("1E+3", "1000.00")],
)
def test_points_are_rounded_half_up_and_never_to_even(value: str, shown: str) -> None:
    assert points_text(Decimal(value)) == shown


def test_report_is_saved_as_utf8(tmp_path: Path) -> None:
    text = write_report(SAMPLE, path=tmp_path / "报告.txt")
    assert (tmp_path / "报告.txt").read_bytes() == str(text).encode()
    assert [entry.name for entry in tmp_path.iterdir()] == ["报告.txt"]


def test_existing_file_is_kept_without_force(tmp_path: Path) -> None:
    path = tmp_path / "报告.txt"
    path.write_text("手工改过", encoding="utf-8")
    with pytest.raises(ScorerError, match="已存在"):
        write_report(SAMPLE, path=path)
    assert path.read_text(encoding="utf-8") == "手工改过"
    write_report(SAMPLE, path=path, force=True)
    assert "复算总分" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("where", [".", "没有这个文件夹/报告.txt"])
def test_unwritable_places_are_said_in_chinese(tmp_path: Path, where: str) -> None:
    with pytest.raises(ScorerError, match=r"是文件夹|无法写入"):
        save("内容", tmp_path / where)
    assert list(tmp_path.iterdir()) == []


def test_failed_save_leaves_the_old_file_and_no_litter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "报告.txt"
    path.write_text("旧的", encoding="utf-8")

    def refuse(self: Path, target: Path) -> Path:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(ScorerError, match="无法写入"):
        save("新的", path, force=True)
    assert [(entry.name, entry.read_text(encoding="utf-8")) for entry in tmp_path.iterdir()] == [("报告.txt", "旧的")]


# ----------------------------------------------------------------------------------------------- columns of a terminal


@given(st.text(alphabet="指标，。%0123456789abc é≥", max_size=60), st.integers(4, 40))
def test_wrapping_loses_nothing_but_blanks(text: str, width: int) -> None:
    lines = wrap(cleaned(text), width)
    assert "".join(lines).replace(" ", "") == cleaned(text).replace(" ", "")
    assert all(width_of(line) <= width for line in lines)


@given(st.text(max_size=60), st.integers(4, 40), st.integers(1, 3))
def test_wrapping_keeps_to_its_number_of_lines(text: str, width: int, lines: int) -> None:
    wrapped = wrap(cleaned(text), width, lines)
    assert len(wrapped) <= lines
    assert all(width_of(line) <= width for line in wrapped)


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("困难职工帮扶", 6, ["困难职", "工帮扶"]),
        ("得分 66.67", 8, ["得分", "66.67"]),
        ("帮扶，慰问", 4, ["帮", "扶，", "慰问"]),
        ("慰问（帮扶）", 6, ["慰问", "（帮", "扶）"]),
        ("慰问“送温暖”", 5, ["慰问", "“送温", "暖”"]),
        ("abcdefgh", 4, ["abcd", "efgh"]),
    ],
)
def test_lines_break_where_a_reader_expects(text: str, width: int, lines: list[str]) -> None:
    assert wrap(text, width) == lines


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [("帮扶职工", 8, "帮扶职工"), ("帮扶职工人数", 8, "帮扶职…"), ("abc", 3, "abc"), ("abcd", 3, "ab…"), ("帮", 1, "…")],
)
def test_cut_says_that_something_was_left_out(text: str, width: int, shown: str) -> None:
    assert cut(text, width) == shown


def test_control_characters_of_a_file_never_reach_the_terminal() -> None:
    assert cleaned("合\x1b[2J计\r\n\u202e98\x9b\x07") == "合 [2J计 98"


@pytest.mark.parametrize(("judged", "inapplicable", "said"), [("0", False, True), ("0", True, False), ("80", False, False)])
def test_a_form_that_lists_less_than_the_full_score_is_not_held_against_it_in_silence(
    judged: str, inapplicable: bool, said: bool
) -> None:
    weights = {"recomputed_weight": Decimal(20), "judged_weight": Decimal(judged), "missing_weight": Decimal(0)}
    (first, *_) = SAMPLE.leaves()
    lines = (first.model_copy(update={"status": "inapplicable"} if inapplicable else {"status": "recomputed"}),)
    words = share_words(SAMPLE.model_copy(update={**weights, "full": Decimal(100), "lines": lines}))
    assert ("表中列出的分值合计 20.00 分，比满分 100.00 少 80.00 分" in words) == said
    assert ("少" in words) == said
