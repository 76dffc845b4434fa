"""PDF files: ruled tables, tables over several pages, running text, scanned pages, locked and broken files."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from scorer.forms import read_document
from scorer.model import Document, Paragraph, ReadError
from tests.form_files import page_file, ruled

HEAD = ["三级指标", "年度指标值", "实际完成值", "分值", "得分"]
WIDTHS = [120, 80, 120, 50, 50]
FULL_LINES = "全年开展设备巡检四次，并按要求全部完成了整改"
"""Two lines that fill the third column: the row may go on overleaf."""


@pytest.fixture(autouse=True)
def _pdfplumber() -> None:
    pytest.importorskip("pdfplumber", reason="the extra pdf is not installed")


def read(tmp_path: Path, data: bytes) -> Document:
    path = tmp_path / "form.pdf"
    path.write_bytes(data)
    return read_document(path)


def shown(document: Document) -> list[object]:
    return [
        (block.source.at, block.text)
        if isinstance(block, Paragraph)
        else [[cell.text.replace("\n", "") for cell in line] for line in block.grid()]
        for block in document.blocks
    ]


OVER_PAGES = [
    (
        "a row goes on overleaf",
        [["培训人数", "≥50人", "55人", "10", "10"], ["设备维护", "及时维护", FULL_LINES, "10", "9"]],
        [["", "", "到位并验收合格", "", ""], ["满意度", "≥95%", "96.5%", "10", "10"]],
        [
            ["培训人数", "≥50人", "55人", "10", "10"],
            ["设备维护", "及时维护", FULL_LINES + "到位并验收合格", "10", "9"],
            ["满意度", "≥95%", "96.5%", "10", "10"],
        ],
    ),
    (
        "the header is repeated",
        [["培训人数", "≥50人", "55人", "10", "10"]],
        [HEAD, ["满意度", "≥95%", "96.5%", "10", "10"]],
        [["培训人数", "≥50人", "55人", "10", "10"], ["满意度", "≥95%", "96.5%", "10", "10"]],
    ),
    (
        "a sparse row of its own",
        [["当年拨款", "10", "10", "", ""]],
        [["其他资金", "", "", "", ""]],
        [["当年拨款", "10", "10", "", ""], ["其他资金", "", "", "", ""]],
    ),
]


@pytest.mark.parametrize(
    ("first", "second", "rows"), [case[1:] for case in OVER_PAGES], ids=[case[0] for case in OVER_PAGES]
)
def test_table_over_two_pages(
    tmp_path: Path, first: list[list[str]], second: list[list[str]], rows: list[list[str]]
) -> None:
    pages = [
        [("text", (200, 50), "项目支出绩效自评表"), *ruled([HEAD, *first], WIDTHS, 80), ("text", (280, 800), "- 1 -")],
        [*ruled(second, WIDTHS, 50), ("text", (280, 800), "- 2 -")],
    ]
    assert shown(read(tmp_path, page_file(pages))) == [("L1", "项目支出绩效自评表"), [HEAD, *rows]]


def test_level_cut_within_its_brackets_is_one(tmp_path: Path) -> None:
    """A merged cell runs over the page break; its words too."""

    def level(words: str, top: float) -> list[tuple[str, tuple[float, ...]] | tuple[str, tuple[float, ...], str]]:
        rest = ruled([["带动增收", "≥80万元"], ["受益户数", "≥160户"]], [100, 100], top, left=110)
        frame = [(50, top, 110, top), (50, top, 50, top + 40), (50, top + 40, 110, top + 40)]
        return [*(("line", edges) for edges in frame), ("text", (52, top + 12), words), *rest]  # type: ignore[list-item]

    table = read(tmp_path, page_file([level("效益(30", 700), level("分)", 50)])).tables[0]
    assert [(cell.text, cell.rowspan) for cell in table.cells if cell.column == 0] == [("效益(30\n分)", 4)]


def test_places_are_grid_positions(tmp_path: Path) -> None:
    merged = ruled([HEAD], WIDTHS, 100) + ruled([["合计", "98"]], [320, 100], 120)
    table = read(tmp_path, page_file([merged])).tables[0]
    assert [(cell.source.place, cell.text, cell.colspan) for cell in table.cells][-2:] == [
        ("表1!R2C1", "合计", 3),
        ("表1!R2C4", "98", 2),
    ]


def test_tables_that_do_not_belong_together_stay_apart(tmp_path: Path) -> None:
    pages = [ruled([HEAD], WIDTHS, 80), ruled([["甲", "乙"]], [100, 60], 50)]
    assert [table.name for table in read(tmp_path, page_file(pages)).tables] == ["表1", "表2"]


def test_wrapped_lines_are_one_paragraph(tmp_path: Path) -> None:
    line = "本项目全年共培训基层干部三百余人次举办专题讲座十二期覆盖全部乡镇和街道办事处"
    text = [("text", (70, 100), line), ("text", (50, 116), "所辖村居。"), ("text", (70, 132), "二、下一段")]
    assert shown(read(tmp_path, page_file([text]))) == [("L1", line + "所辖村居。"), ("L3", "二、下一段")]


def test_a_heading_below_a_full_last_line_is_a_paragraph(tmp_path: Path) -> None:
    line = "本项目全年共培训基层干部三百余人次举办专题讲座十二期覆盖全部乡镇和街道办事处。"
    text = [("text", (50, 100), line), ("text", (50, 116), "二、基本支出决算情况说明")]
    assert shown(read(tmp_path, page_file([text]))) == [("L1", line), ("L2", "二、基本支出决算情况说明")]


def test_scanned_page_is_said_to_be_one(tmp_path: Path) -> None:
    document = read(tmp_path, page_file([[("text", (50, 100), "有字的一页")], [("image", ())]]))
    assert [doubt.message for doubt in document.doubts] == ["第 2 页是扫描图片，没有文字，未读入"]


REFUSED = [
    (page_file([[("image", ())]]), "扫描件"),
    (page_file([[]]), "没有文字"),
    (b"%PDF-1.4\n" + b"garbage " * 50, "已损坏"),
    (page_file([[("text", (50, 100), "甲")]])[:400], "PDF"),
]


@pytest.mark.parametrize(("data", "cause"), REFUSED)
def test_unreadable_pdf_is_refused_in_plain_words(tmp_path: Path, data: bytes, cause: str) -> None:
    with pytest.raises(ReadError, match=cause):
        read(tmp_path, data)


def test_locked_pdf(tmp_path: Path) -> None:
    data = page_file([[("text", (50, 100), "甲")]])
    lock = b"<</Filter/Standard/V 1/R 2/P -4/O(%s)/U(%s)>>" % (b"x" * 32, b"y" * 32)
    data = data.replace(b"/Root 1 0 R", b"/Root 1 0 R/ID[(abc)(abc)]/Encrypt " + lock)
    with pytest.raises(ReadError, match="密码"):
        read(tmp_path, data)


def test_without_pdfplumber_the_message_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pdfplumber", None)
    with pytest.raises(ReadError, match=r"请在源码文件夹中运行 pip install '\.\[pdf\]'，或 pip install 'jixiao-scorer\[pdf\]'"):
        read(tmp_path, page_file([[("text", (50, 100), "甲")]]))
