"""Comma, tab or semicolon separated text (.csv .tsv): one Table without name, places ``R3C2`` counted from 1."""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterator

from scorer.forms.files import limits
from scorer.forms.files.encoding import decode
from scorer.model import Cell, Document, Source, Table

SEPARATORS = (",", "\t", ";", "|")
SNIFFED_CHARACTERS = 20_000
ARMOURED = re.compile(r'="([^"]{0,200})"')
"""How exports keep a spreadsheet program from changing a figure: ="0012"."""


def read(path: str, data: bytes) -> Document:
    """The rows of a delimited text. `ReadError` when it is no text or passes the limits."""
    text = decode(path, data).lstrip("\ufeff")
    digest = hashlib.sha256(data).hexdigest()
    separator, text = _separator(text)
    rows: list[list[str]] = []
    filled = 0
    for row in _rows(path, text, separator):
        if len(row) > limits.COLUMNS:
            raise limits.too_much(
                path, f"第 {len(rows) + 1} 行的列数 ", len(row), limits.COLUMNS, "请检查分隔符，或删去表格以外的内容"
            )
        filled += sum(1 for value in row if value)
        if filled > limits.CELLS:
            raise limits.too_much(path, "有内容的单元格数", "", limits.CELLS, "请只保留自评表后再读")
        rows.append(row)
    while rows and not any(value.strip() for value in rows[-1]):
        rows.pop()
    if not rows:
        raise limits.refusal(path, "文件里没有文字", "请核对是否导出了内容")
    columns = max(map(len, rows))
    if len(rows) * columns > limits.GRID:
        raise limits.too_much(path, "表格范围", f"{len(rows)} 行 × {columns} 列", f"{limits.GRID} 格", "请删去多余的分隔符")
    cells = tuple(_cells(path, rows, columns))
    return Document(path, digest, "csv", (Table("", cells, len(rows), columns),))


def _cells(path: str, rows: list[list[str]], columns: int) -> Iterator[Cell]:
    for row, values in enumerate(rows):
        for column, value in enumerate(values):
            if len(value) > limits.CELL_CHARACTERS:
                raise limits.too_much(
                    path, f"R{row + 1}C{column + 1} 的字数 ", len(value), limits.CELL_CHARACTERS, "请检查引号是否成对"
                )
            armoured = ARMOURED.fullmatch(value)
            text = armoured[1] if armoured else value.replace("\r\n", "\n").replace("\r", "\n")
            yield Cell(text, Source(path, "", f"R{row + 1}C{column + 1}"), row, column)
        # A row that ends early lacks cells, not places.
        for column in range(len(values), columns if columns <= 256 else 0):
            yield Cell("", Source(path, "", f"R{row + 1}C{column + 1}"), row, column)


def _rows(path: str, text: str, separator: str) -> Iterator[list[str]]:
    previous = csv.field_size_limit(max(limits.CELL_CHARACTERS * 2, csv.field_size_limit()))
    try:
        yield from csv.reader(_lines(text), delimiter=separator)
    except csv.Error as error:
        raise limits.refusal(path, "分隔文本的结构有误（引号不成对或单元格过长）", "请用 WPS 或 Excel 重新导出") from error
    finally:
        csv.field_size_limit(previous)


def _lines(text: str) -> Iterator[str]:
    """Lines with their ends, at \\n and \\r\\n only: other line separators of Unicode belong to the cells."""
    start = 0
    if "\n" not in text:
        text = text.replace("\r", "\n")
    while start < len(text):
        end = text.find("\n", start)
        if end < 0:
            end = len(text) - 1
        yield text[start : end + 1]
        start = end + 1


def _separator(text: str) -> tuple[str, str]:
    """The separator and the text without a `sep=` line.

    The separator is the one that stands in the most lines, the same number of times in them; quoted ones do not count.
    """
    stated = re.match(r"sep=([,;\t|])\r?\n", text, re.IGNORECASE)
    if stated:
        return stated[1], "\n" + text[stated.end() :]
    sample = text[:SNIFFED_CHARACTERS]
    pieces = sample.split('"')[0::2]
    lines = "".join(pieces).splitlines()[:200]

    def weight(separator: str) -> tuple[int, int]:
        counts = [line.count(separator) for line in lines]
        found = [count for count in counts if count]
        usual = max(set(found), key=lambda count: (found.count(count), count)) if found else 0
        return (found.count(usual) if usual else 0, usual)

    best = max(SEPARATORS, key=lambda separator: (*weight(separator), -SEPARATORS.index(separator)))
    return (best if weight(best)[0] else ","), text
