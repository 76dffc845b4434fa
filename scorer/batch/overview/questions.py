"""The workbook of findings: a row a finding, with columns for what people decide about it, to be read back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import BinaryIO

from scorer.batch.decisions import GONE_SHEET, IDENTITY, NUMBERS, SHEET, VERDICTS, Decision, Standing
from scorer.batch.identity import identities
from scorer.batch.overview import figures
from scorer.batch.overview.risk import SEPARATORS, Row
from scorer.batch.overview.workbook import ROWS_MOST, Book, fitting
from scorer.model import Finding
from scorer.report.sentences import LEVELS, place_words

COLUMNS = (
    *(("序号", 7), ("编号", 10), ("单位", 22), ("项目", 22), ("年度", 7), ("级别", 7), ("代码", 7), ("问题", 20)),
    *(("指标", 26), ("说明", 50), ("出处", 40), ("结论", 10), ("理由", 30), ("变化", 14)),
    *((IDENTITY, 12), (NUMBERS, 12)),
)
VERDICT_COLUMN = next(place for place, (name, _) in enumerate(COLUMNS) if name == "结论")
FATES = {"same": "", "changed": "内容已变", "new": "新", "": ""}
EXPLAINED = (
    "在“结论”一列选 属实、不成立、已说明、待核实，“不成立”要写理由；存好后加 --decisions 再运行一次 scorer batch，"
    "内容没有变的结论照旧，变了的会标出原结论请重新确认。行可以筛选、排序，最后两列用来辨认，请勿改动。"
)


class Questions:
    """The workbook written as the submissions come; `close` finishes it."""

    def __init__(self, target: BinaryIO) -> None:
        self._book = Book(target)
        self._page = self._book.start(SHEET, [width for _, width in COLUMNS])
        self._page.freeze_panes(1, 3)
        self._page.repeat_rows(0)
        self._page.set_row(0, 30)
        self._page.set_column(len(COLUMNS) - 2, len(COLUMNS) - 1, 12, None, {"hidden": True})
        for column, (heading, _) in enumerate(COLUMNS):
            self._page.write_string(0, column, heading, self._book.style("heading"))
        self._page.write_comment(0, VERDICT_COLUMN, EXPLAINED, {"x_scale": 3, "y_scale": 1.5})
        self._count = 0

    def add(self, row: Row, findings: Sequence[Finding], settled: Sequence[Standing]) -> None:
        """The findings of a submission, each with what holds for it."""
        for finding, identity, one in zip(findings, identities(findings), settled, strict=True):
            if self._count >= ROWS_MOST:
                return
            self._count += 1
            alone = len({place.file for place in finding.where}) <= 1
            named = [place.model_copy(update={"file": SEPARATORS.split(place.file)[-1]}) for place in finding.where]
            quoted = [(place_words(place, alone), f"“{place.quote}”" if place.quote else "") for place in named]
            places = "；".join(f"{at} {quote}".strip() for at, quote in quoted)
            told = FATES[one.fate] if not one.stale else f"原结论：{one.stale}（内容已变）"
            values = (
                *(row.number, row.id, row.unit, row.project, row.year, LEVELS[finding.level], finding.code),
                *(figures.title(finding.code), " › ".join(finding.path), finding.message, places, one.verdict, one.reason, told),
                f"{identity.content} {identity.subject} {identity.ordinal}",
                json.dumps(dict(finding.numbers), ensure_ascii=False, sort_keys=True),
            )
            for column, value in enumerate(values):
                self._book.write(self._page, self._count, column, fitting(value) if isinstance(value, str) else value)

    def close(self, gone: Sequence[tuple[str, Decision]] = ()) -> None:
        """Finish the sheet with its choices and filter, and list the verdicts on findings that are there no more."""
        if not self._count:
            self._page.write_string(1, 0, "没有发现不一致的数字。", self._book.style("plain"))
        last = max(self._count, 1)
        self._page.data_validation(1, VERDICT_COLUMN, last, VERDICT_COLUMN, {"validate": "list", "source": list(VERDICTS)})
        self._page.autofilter(0, 0, last, len(COLUMNS) - 1)
        if gone:
            page = self._book.start(GONE_SHEET, (12, 8, 60, 10, 40))
            for column, heading in enumerate(("编号", "代码", "说明", "原结论", "理由")):
                page.write_string(0, column, heading, self._book.style("heading"))
            for number, (short, one) in enumerate(gone, 1):
                for column, value in enumerate((short, one.code, one.message, one.verdict, one.reason)):
                    self._book.write(page, number, column, fitting(value))
        self._book.close()
