"""Sums of free tables in workbooks: what the cells store decides, not what they show."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook

from scorer import Report, evaluate, read_submission


def checked(folder: Path, parts: list[float], whole: float, shown: str) -> Report:
    book = Workbook()
    sheet = book.active
    sheet.append(["科室", "费用（元）"])
    for number, part in enumerate(parts, 1):
        sheet.append([f"{'一二三四'[number - 1]}科", part])
        sheet.cell(number + 1, 2).number_format = shown
    sheet.append(["合计", whole])
    book.save(folder / "a.xlsx")
    return evaluate(read_submission(folder / "a.xlsx"), select=["N201"])


@pytest.mark.parametrize("shown", ["0", "0.0", "0.00"])
def test_parts_shown_with_fewer_places_than_their_total(tmp_path: Path, shown: str) -> None:
    report = checked(tmp_path, [12.3456, 45.6789, 7.4999], 65.5244, shown)
    assert not report.findings
    assert report.tallies[0].sound == 1


def test_stored_parts_that_do_not_add_up(tmp_path: Path) -> None:
    report = checked(tmp_path, [12.3456, 45.6789, 7.4999], 66.5244, "0.0")
    assert [finding.code for finding in report.findings] == ["N201"]
