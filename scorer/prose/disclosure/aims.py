"""Which amounts of the tables a subject of the explanations speaks of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from scorer.prose.disclosure.amounts import Amount
from scorer.prose.disclosure.heads import squeezed
from scorer.prose.disclosure.sheets import Item, Sheet
from scorer.prose.disclosure.statements import Record

_TABLE_OF = {
    "overall": 1,
    "income": 2,
    "expenditure": 3,
    "fiscal": 4,
    "general": 5,
    "basic": 6,
    "official": 7,
    "fund": 8,
    "capital": 9,
}
_LEFT = {
    "general": r"一般公共预算.{0,6}财政拨款.{0,3}",
    "fund": r"政府性基金.{0,6}财政拨款.{0,3}",
    "capital": r"国有资本经营.{0,6}财政拨款.{0,3}",
    "superior": r"上级补助收入",
    "business": r"事业收入",
    "operating": r"经营收入",
    "subsidiary": r"附属单位上[缴交]收入",
    "other": r"其他收入",
}


def plain_subject(name: str) -> str:
    """A name of the classification as it compares: without 支出 at its end, blanks and marks."""
    return re.sub(r"(?:支出|\((?:类|款|项)\))+$", "", squeezed(name))


@dataclass(frozen=True)
class Targets:
    """The tables of one publication by number."""

    sheets: Mapping[int, Sheet]

    def of(self, record: Record) -> list[Amount]:
        """The amounts that a record's final amount has to equal one of; none where the table says nothing of it."""
        found = self._item(record) if record.key[0] == "item" else self._subject(record)
        return [amount for amount in found if amount is not None]

    def budgets(self, record: Record) -> list[Amount]:
        """The budget of a subject in the tables: only that of 三公 has one."""
        sheet = self.sheets.get(7)
        if record.section != "official" or sheet is None or not sheet.items or sheet.empty:
            return []
        amount = sheet.items[0].amounts.get(f"budget.{record.key[1]}")
        return [amount] if amount is not None else []

    def table(self, record: Record) -> Sheet | None:
        return self.sheets.get(_TABLE_OF[record.section])

    def empty(self, record: Record) -> Sheet | None:
        """The table of a record where it is printed without any data."""
        sheet = self.table(record)
        return sheet if sheet is not None and sheet.empty and not sheet.unread else None

    def reason(self, record: Record) -> str:
        number = _TABLE_OF[record.section]
        if self.sheets.get(number) is None:
            return f"没有读到公开{number:02d}表"
        if record.key[0] == "item":
            return f"公开{number:02d}表中没有同名科目，或不止一行"
        return "表中没有对应的数"

    def wholes(self, record: Record, words: str) -> list[Amount]:
        """What a share is of: as its words say, else the total that the section is about."""
        if "本年支出" in words:
            return self._all(self._total(3), self._line(1, r"本年支出合计"))
        if "本年收入" in words:
            return self._all(self._total(2), self._line(1, r"本年收入合计", 0))
        if words:
            return []
        section = record.section
        if record.key[0] == "item":
            return self._all(self._total({"general": 5, "fund": 8, "capital": 9}[section]))
        if section == "income":
            return self._all(self._total(2), self._line(1, r"本年收入合计", 0))
        if section == "expenditure":
            return self._all(self._total(3), self._line(1, r"本年支出合计"))
        if section == "official" and record.key[1] in ("abroad", "cars", "reception"):
            return self._all(self._official("final.total"))
        return []

    # -------------------------------------------------------------------------------------------------- one by one

    def _all(self, *amounts: Amount | None) -> list[Amount]:
        return [amount for amount in amounts if amount is not None]

    def _total(self, number: int, column: str = "total") -> Amount | None:
        sheet = self.sheets.get(number)
        line = sheet.total() if sheet is not None else None
        return line.amounts.get(column) if line is not None else None

    def _line(self, number: int, pattern: str, side: int | None = None, column: str = "total") -> Amount | None:
        sheet = self.sheets.get(number)
        line = sheet.line(pattern, side) if sheet is not None else None
        return line.amounts.get(column) if line is not None else None

    def _official(self, key: str) -> Amount | None:
        sheet = self.sheets.get(7)
        return sheet.items[0].amounts.get(key) if sheet is not None and sheet.items and not sheet.empty else None

    def _subject(self, record: Record) -> list[Amount | None]:
        section, name = record.key
        if section in ("overall", "fiscal"):
            number = 1 if section == "overall" else 4
            if name == "total":
                return [self._line(number, r"(?:收入|支出)?总计", 0), self._right(number, r"(?:收入|支出)?总计")]
            if name in ("income", "spent"):
                return [
                    self._line(number, r"(?:收入)?总计", 0)
                    if name == "income"
                    else self._right(number, r"(?:支出)?总计")
                ]
            return [self._line(number, r"本年收入合计" if name == "income.year" else r"本年支出合计")]
        if section == "income":
            if name == "total":
                return [self._total(2), self._line(1, r"本年收入合计", 0)]
            return [self._total(2, name), self._line(1, _LEFT[name], 0) if name in _LEFT else None]
        if section == "expenditure":
            return [self._total(3, name), self._line(1, r"本年支出合计") if name == "total" else None]
        if section == "general":
            whole = self._line(4, r"本年支出合计") if record.words.startswith("财政拨款") else None
            return [self._total(5), self._line(4, r"本年支出合计", None, "general"), whole]
        if section == "basic":
            return self._basic(name)
        if section == "official":
            return [self._official(f"final.{name}")]
        number = 8 if section == "fund" else 9
        return [self._total(number, {"spent": "total"}.get(name, name))]

    def _right(self, number: int, pattern: str) -> Amount | None:
        sheet = self.sheets.get(number)
        for item in sheet.items if sheet is not None else ():
            if item.side and re.fullmatch(pattern, item.plain) and "total" in item.amounts:
                return item.amounts["total"]
        return None

    def _basic(self, name: str) -> list[Amount | None]:
        if name == "total":
            return [self._total(5, "basic"), self._total(6)]
        pattern = r"人员经费合计" if name == "people" else r"(?:日常)?公用经费合计"
        line = self._line(6, pattern)
        return [
            line if line is not None and not line.blank else None,
            self._total(6, {"people": "person"}.get(name, name)),
        ]

    def _item(self, record: Record) -> list[Amount | None]:
        """The line of an item: by all its names, else by the last of them where only one line has it."""
        sheet = self.table(record)
        if sheet is None:
            return []
        _, first, second, third = record.key
        names = [plain_subject(name) for name in (first, second, third)]
        level = 7 if third else 5 if second else 3
        wanted = names[2] if third else names[1] if second else names[0]
        lines = [item for item in sheet.coded() if len(item.code) == level and plain_subject(item.plain) == wanted]
        if len(lines) > 1:
            by_code = {item.code: item for item in sheet.coded()}
            lines = [item for item in lines if _under(item, by_code, names)] or lines
        return [lines[0].amounts.get("total")] if len(lines) == 1 else []


def _under(item: Item, lines: Mapping[str, Item], names: list[str]) -> bool:
    """Whether the classes above a line have the names of the text; a name that is not given fits."""
    for length, name in ((3, names[0]), (5, names[1])):
        parent = lines.get(item.code[:length])
        if length < len(item.code) and name and parent is not None and plain_subject(parent.plain) != name:
            return False
    return True
