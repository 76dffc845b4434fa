"""What stands around the tables of a form: title, year, labels with their values, goals."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from scorer.forms.layout.grid import Line, Span, derived, inline_pairs, is_figure
from scorer.forms.layout.money import said_unit
from scorer.forms.layout.vocabulary import Label, heading, is_funds_block, is_note, label_field, squash
from scorer.model import EMPTY, Cell, Goal

LONGEST_LINE = 80  # a longer paragraph is running text, neither title nor label
MOST_GOALS = 200

_TITLE = re.compile(r"自评|绩效.{0,20}(?:表|评价|报告|情况)|评价表|评分表|情况表")
_TABLE_TITLE = re.compile(r"表\d{0,2}(?:\([^()]{0,30}\))?$")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:年|[-—－~至]\d{2,4}年|度)")
_YEAR_LINE = re.compile(r"[(（\[]?((?:19|20)\d\d)年?度?[)）\]]?")
_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_CHINESE_YEAR = re.compile(r"[一二][〇○零０0一二三四五六七八九]{3}年")
_MONEY_UNITS = ("元", "万元", "千元", "亿元", "人民币元", "人民币万元")


@dataclass(slots=True)
class Head:
    """The labels of a form and their values, as they are met; the first value of a label stays."""

    values: dict[Label, Cell] = field(default_factory=dict)
    title: Cell = EMPTY
    years: list[int] = field(default_factory=list)
    money_unit: str = ""
    notes: list[Cell] = field(default_factory=list)

    def take(self, line: Line, before: bool) -> None:
        """Reads a line outside of all tables of figures; `before`: it stands before the indicators."""
        if line.table is None or len(line.own) == 1:
            self._take_single(line, before)
        self._take_labels(line, before)

    def _take_single(self, line: Line, before: bool) -> None:
        cell = line.own[0].cell
        bare = squash(cell.text[: LONGEST_LINE * 2])
        if is_note(cell.text):
            self.notes.append(cell)
        if not before or len(bare) > LONGEST_LINE:
            return
        self.money_unit = self.money_unit or (said_unit(cell.text) if "单位" in bare else "")
        year = year_in(cell.text)
        whole = _YEAR_LINE.fullmatch(bare)
        if whole:
            self.years.append(int(whole.group(1)))
        elif _TITLE.search(bare) and not label_field(cell.text) and not inline_label(cell):
            # 附件, the report's title and the form's title may follow one another: the last 表 is the form's
            if not self.title or is_table_title(cell.text) or not is_table_title(self.title.text):
                self.title = cell
            if year:
                self.years.append(year)

    def _take_labels(self, line: Line, before: bool) -> None:
        for label, value in label_values(line, paragraph_limit=LONGEST_LINE if before else 0):
            text = squash(value.text)
            if label == "unit" and text in _MONEY_UNITS:
                self.money_unit = self.money_unit or text.removeprefix("人民币")
            elif label == "total" and not is_figure(value.text):
                continue
            elif label == "note":
                if value:
                    self.notes.append(value)
            elif label and not self.values.get(label):
                self.values[label] = value

    def value(self, label: Label) -> Cell:
        return self.values.get(label, EMPTY)

    @property
    def unit(self) -> Cell:
        return self.value("unit")

    def year(self) -> int | None:
        """The year of the form: of its title, a line or label of its own, else of the project's name."""
        if self.years:
            return self.years[0]
        said = re.search(r"(?:19|20)\d\d", squash(self.value("year").text))
        return int(said.group()) if said else year_in(self.value("project").text)


def is_table_title(text: str) -> bool:
    """Does a line end as the title of a table does: …自评表, …自评表（2022年度）?"""
    return bool(_TABLE_TITLE.search(squash(text[: LONGEST_LINE * 2])))


def year_in(text: str) -> int | None:
    """The first year that a heading names: 2022年度…, 二〇二二年度."""
    bare = squash(text[:200])
    found = _YEAR.search(bare)
    if found:
        return int(found.group(1))
    chinese = _CHINESE_YEAR.search(bare)
    return int(chinese.group()[:4].translate(_DIGITS)) if chinese else None


def label_values(line: Line, paragraph_limit: int = LONGEST_LINE) -> list[tuple[Label, Cell]]:
    """The labels of a line with their values: beside them, or behind a colon in the same cell."""
    found: list[tuple[Label, Cell]] = []
    if line.table is None:
        cell = line.own[0].cell
        return _inline(cell) if len(cell.text) <= paragraph_limit else []
    waiting: tuple[Label, Span] | None = None
    for span in line.spans:
        if not span.own:
            continue
        label = label_field(span.text)
        if label:
            if waiting:
                found.append((waiting[0], _blank_right(line, waiting[1])))
            waiting = (label, span)
        elif waiting:
            found.append((waiting[0], span.cell))
            waiting = None
        else:
            found.extend(_inline(span.cell))
    if waiting:
        found.append((waiting[0], _blank_right(line, waiting[1])))
    return found


def _inline(cell: Cell) -> list[tuple[Label, Cell]]:
    return [(label_field(label), value) for label, value in inline_pairs(cell) if label_field(label)]


def inline_label(cell: Cell) -> Label:
    pairs = _inline(cell)
    return pairs[0][0] if pairs else ""


def _blank_right(line: Line, span: Span) -> Cell:
    """The empty cell that a label's value should stand in, for its place; in plain text the label's own line."""
    cell = line.at(span.last + 1)
    if cell:
        return EMPTY
    return derived(span.cell, "") if not cell.source.at and span.cell.source.at.startswith("L") else cell


# --------------------------------------------------------------------------------------------------------------- goals


def read_goals(lines: Sequence[Line], at: int, stops: Collection[int]) -> tuple[list[Goal], int] | None:
    """The goals that begin at a line, and the line behind them; `stops` are lines that begin something else."""
    line = lines[at]
    if line.table is None or len(line.own) < 2:
        return None
    labels = [(label_field(span.text), span) for span in line.own]
    actual = next((span for label, span in labels if label == "goal_actual"), None)
    targets = [span for label, span in labels if label == "goal_target"]
    if actual is None and targets and "完成情况" in line.own[-1].text and len(squash(line.own[-1].text)) < 20:
        actual = line.own[-1]  # 年度总体目标完成情况综述
    if actual is None:
        return None
    known = ("goal_target", "goal_actual", "goal_block")
    others = [span for label, span in labels if label not in known and span is not actual]
    if others:
        return _beside(line, at)
    targets = targets or [span for label, span in labels if label == "goal_block"][-1:]
    if not targets:
        return None
    goals: list[Goal] = []
    end = at + 1
    while end < len(lines) and end - at <= MOST_GOALS and end not in stops:
        below = lines[end]
        if below.table is not line.table or any(_ends_goals(span, targets[0]) for span in below.own[:2]):
            break
        planned = [cell for span in targets if (cell := _under(below, span, actual.first))]
        done = _under(below, actual, len(below.cells))
        if planned or done:
            goals.append(Goal(planned[-1] if planned else EMPTY, done))
        elif below.own:
            break
        end += 1
    return goals, end


def _beside(line: Line, at: int) -> tuple[list[Goal], int] | None:
    """年度绩效目标 | words | 实际完成情况 | words, all in one line."""
    values = dict(reversed(label_values(line)))
    target = values.get("goal_target") or values.get("goal_block") or EMPTY
    done = values.get("goal_actual", EMPTY)
    return ([Goal(target, done)], at + 1) if target else None


def _under(line: Line, over: Span, limit: int) -> Cell:
    last = max(over.last, over.first if over.cell.colspan > 1 else limit - 1)
    for span in line.own:
        if over.first <= span.first <= last and span.first < limit:
            return span.cell
    return EMPTY


def _ends_goals(span: Span, target: Span) -> bool:
    label = label_field(span.text)
    if label == "goal_block" and span.first < target.first:
        return False
    return bool(label) or is_funds_block(span.text) or is_note(span.text)


def after_colon(cell: Cell) -> Cell:
    """What stands behind the colon of a label's own cell: 「总分：98」 gives 98, `EMPTY` without one."""
    pairs = inline_pairs(cell)
    return pairs[0][1] if pairs and label_field(pairs[0][0]) else EMPTY


def in_brackets(cell: Cell) -> Cell:
    """The points that a label names in brackets: 「总分（100分）」 gives 100."""
    found = re.search(r"[(\[](\d{1,3}(?:\.\d{1,2})?)分?[)\]]$", squash(cell.text[:60]))
    return derived(cell, found.group(1)) if found and heading(cell.text) else EMPTY
