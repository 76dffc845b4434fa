"""How fast forms are read: every .xlsx beside openpyxl, every .docx beside python-docx, in one run, and a thick workbook.

    python -m tests.bench.bench_forms [FOLDER …]

Without a folder, forms are made on the spot. A comparison whose library is not installed is left out, and said.
"""

from __future__ import annotations

import gc
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import docx
import xlsxwriter

from scorer.forms import read_document

HEAD = ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "偏差原因分析及改进措施"]
ROWS = 24
SHEETS = 200
TURNS = 5


def write_sheet(book: Any, name: str) -> None:
    percent, text = book.add_format({"num_format": "0.00%"}), book.add_format({"text_wrap": True, "border": 1})
    sheet = book.add_worksheet(name)
    sheet.merge_range(0, 0, 0, len(HEAD) - 1, "项目支出绩效自评表（2023年度）", text)
    for column, title in enumerate(HEAD):
        sheet.write_string(1, column, title, text)
    sheet.merge_range(2, 0, ROWS + 1, 0, "产出指标", text)
    for row in range(2, ROWS + 2):
        for column, value in enumerate(["数量指标", f"培训基层干部人数之{row}", f"≥{row * 10}人"], 1):
            sheet.write_string(row, column, value, text)
        sheet.write_number(row, 4, 0.9 + row / 1000, percent)
        sheet.write_number(row, 5, 5)
        sheet.write_number(row, 6, 4.5)
        sheet.write_blank(row, 7, None, text)


def write_forms(folder: Path) -> None:
    for number in range(10):
        book = xlsxwriter.Workbook(str(folder / f"form{number}.xlsx"))
        write_sheet(book, "自评表")
        book.close()
        document = docx.Document()
        grid = document.add_table(ROWS, len(HEAD))
        for row in range(ROWS):
            for column, cell in enumerate(grid.rows[row].cells):
                cell.text = HEAD[column] if not row else f"第{row}行{column}"
        document.save(str(folder / f"form{number}.docx"))


def write_thick(path: Path) -> None:
    book = xlsxwriter.Workbook(str(path))
    for number in range(SHEETS):
        write_sheet(book, f"项目{number + 1}")
    book.close()


def by_openpyxl(path: Path) -> object:
    import openpyxl

    return [[cell.value for cell in row] for sheet in openpyxl.load_workbook(path) for row in sheet.iter_rows()]


def by_python_docx(path: Path) -> object:
    return [[cell.text for cell in row.cells] for table in docx.Document(str(path)).tables for row in table.rows]


def seconds(read: Callable[[Path], object], paths: list[Path]) -> float:
    """The median over the turns of the mean time of one file; the first turn warms up and does not count."""
    turns = []
    for _ in range(TURNS + 1):
        gc.collect()
        started = perf_counter()
        for path in paths:
            read(path)
        turns.append((perf_counter() - started) / len(paths))
    return statistics.median(turns[1:])


def compare(kind: str, paths: list[Path], other: str, read: Callable[[Path], object]) -> None:
    if not paths:
        return
    ours = seconds(read_document, paths)
    print(f"{kind}: {len(paths)} files, {ours * 1000:.2f} ms a form", end="")
    try:
        theirs = seconds(read, paths)
    except ImportError:
        print(f"  ({other} is not installed)")
        return
    print(f"; {other} {theirs * 1000:.2f} ms, {theirs / ours:.1f} times as long")


def main(folders: list[str]) -> None:
    with tempfile.TemporaryDirectory() as name:
        made = Path(name)
        if not folders:
            write_forms(made)
        places = [Path(folder) for folder in folders] or [made]
        compare("xlsx", sorted(path for place in places for path in place.rglob("*.xlsx")), "openpyxl", by_openpyxl)
        compare("docx", sorted(path for place in places for path in place.rglob("*.docx")), "python-docx", by_python_docx)
        for ending in ("csv", "txt"):
            compare_alone = sorted(path for place in places for path in place.rglob(f"*.{ending}"))
            if compare_alone:
                print(f"{ending}: {len(compare_alone)} files, {seconds(read_document, compare_alone) * 1000:.2f} ms a form")
        thick = made / "thick.xlsx"
        write_thick(thick)
        print(f"xlsx with {SHEETS} sheets: {seconds(read_document, [thick]):.2f} s")


if __name__ == "__main__":
    main(sys.argv[1:])
