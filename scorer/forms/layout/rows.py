"""The rows of an indicator table: indicators, subtotals, the total, and what stands under it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from scorer.forms.layout.grid import Line, Span, derived, figures_in, is_figure, joined
from scorer.forms.layout.header import Columns
from scorer.forms.layout.names import is_enumerator, is_placeholder, name_and_weight, plain, says_points
from scorer.forms.layout.vocabulary import (
    BLANK_WORDS,
    FORWARD_WORDS,
    GRADES,
    QUALITATIVE_WORDS,
    REVERSE_WORDS,
    SIGN_WORDS,
    heading,
    is_note,
    is_subtotal,
    label_field,
    squash,
)
from scorer.model import EMPTY, Answer, Branch, Cell, Doubt, Source

LONGEST_LEVEL = 16  # a longer line is a sentence
DOUBT = "F612"  # a reading that a person should look at; the form itself may be in order
_GRADE_SAID = re.compile(rf"\(?(?:自评|评价|绩效)?(?:等级|等次|结果):?({'|'.join(GRADES)})\)?")
Direction = Literal["", "forward", "reverse", "qualitative"]


@dataclass(frozen=True, slots=True)
class Total:
    """The total row of a form: what is to be had, what is claimed, the grade printed beside it."""

    weight: Cell = EMPTY
    claimed: Cell = EMPTY
    grade: Cell = EMPTY


@dataclass(slots=True)
class Rows:
    """Reads the lines below a header one after the other. The same columns may go on in further tables."""

    columns: Columns
    answers: list[Answer] = field(default_factory=list)
    branches: list[Branch] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    notes: list[Cell] = field(default_factory=list)
    _heading: Cell = EMPTY
    _carried: list[Cell] = field(default_factory=list)
    _pending: Answer | None = None
    _weighed: set[tuple[tuple[str, ...], str]] = field(default_factory=set)

    # ---------------------------------------------------------------------------------------------- one line

    def take(self, line: Line) -> bool:
        """Reads an indicator or subtotal row, or a note. False: the line is none of these, or empty."""
        own = self.columns.written(line)
        if not own:
            return True
        first, margin = own[0], own[0].first <= self.columns.names[0]
        if margin and (is_note(first.text) or (self.notes and len(own) == 1)):
            self.notes.append(first.cell)
            return True
        subtotal = next((span for span in own if span.first <= self.columns.names[-1] and is_subtotal(span.text)), None)
        if subtotal is not None:
            self._take_subtotal(line, subtotal)
            return True
        if self._take_heading(line, own):
            return True
        self._take_row(line)
        return True

    def _take_heading(self, line: Line, own: Sequence[Span]) -> bool:
        """A level on a line of its own, over the whole width or above a flat list; any other wide line is a note."""
        first, names = own[0], self.columns.names
        flat = len(names) == 1 and first.first == names[0]
        wide = first.first <= names[0] and first.last > names[-1] and len(own) == 1
        name, weight = name_and_weight(first.text, True)
        if (wide or flat) and name.endswith("指标") and len(name) <= LONGEST_LEVEL:
            answer = self._answer(line, [first.cell])
            if not any((answer.target, answer.actual)) or wide:
                self.settle((name,))
                self._heading, self._carried = first.cell, []
                self._weigh((name,), weight, first.cell)
                if not wide and (answer.weight or answer.claimed) and not weight:
                    self.branches.append(Branch((name,), answer.weight, answer.claimed))
                return True
        if wide:
            self.notes.append(first.cell)
        return wide

    # ---------------------------------------------------------------------------------------------- indicators

    def _take_row(self, line: Line) -> None:
        cells, fresh = self._names(line)
        answer = self._answer(line, cells)
        written = any((answer.target, answer.actual, answer.weight, answer.claimed))
        if not fresh:
            self._take_nameless(line, answer)
            return
        leaf = cells[-1]
        if is_placeholder(leaf.text) and not any((answer.target, answer.actual, answer.claimed)):
            return
        deepest = fresh[-1] == len(self.columns.names) - 1
        if not deepest and not written:
            return  # a level alone: its indicators follow, or were never filled in
        self.settle(answer.path)
        if not deepest and not answer.target and not answer.actual:
            self._pending = answer
            return
        self.answers.append(answer)

    def _names(self, line: Line) -> tuple[list[Cell], list[int]]:
        """The cells that name the row, carried ones among them, and the levels that are written in this line."""
        names = self.columns.names
        fresh: list[int] = []
        for level, column in enumerate(names):
            cell = line.at(column)
            again = level > 0 and line.at(names[level - 1]) is cell
            if line.owned(column) and not again:
                fresh.append(level)
        levels = [*self._carried, *[EMPTY] * len(names)][: len(names)]
        for level in fresh:
            if squash(levels[level].text) != squash(line.at(names[level]).text):
                levels[level + 1 :] = [EMPTY] * (len(names) - level - 1)
            levels[level] = line.at(names[level])
        if fresh:
            levels[fresh[-1] + 1 :] = [EMPTY] * (len(names) - fresh[-1] - 1)
        self._carried = levels
        cells = [cell for cell in (self._heading, *levels) if cell]
        worded = [cell for cell in cells if not is_enumerator(cell.text)]
        return (worded or cells), fresh

    def _answer(self, line: Line, names: Sequence[Cell]) -> Answer:
        path: list[str] = []
        weight = self._cell(line, "weight")
        for index, cell in enumerate(names):
            leaf = index == len(names) - 1
            name, points = name_and_weight(cell.text, not leaf)
            if leaf and points and not says_points(cell.text) and not self._agrees(points, weight):
                name, points = plain(cell.text), ""
            path.append(name)
            if points and not leaf:
                self._weigh(tuple(path), points, cell)
            elif points and not weight:
                weight = derived(cell, points)
        for column, level in self.columns.level_weights:
            if line.owned(column) and level < len(path):
                self._weigh(tuple(path[: level + 1]), line.at(column).text.strip(), line.at(column))
        target, unit, direction = self._target(line)
        return Answer(
            path=tuple(path),
            names=tuple(names),
            weight=weight,
            target=target,
            actual=self._cell(line, "actual"),
            claimed=self._cell(line, "claimed"),
            reason=self._cell(line, "reason"),
            standard=self._standard(line),
            coefficient=self._cell(line, "coefficient"),
            reviewed=self._cell(line, "reviewed"),
            evidence=self._cell(line, "evidence"),
            unit=unit,
            direction=direction,
        )

    def _agrees(self, points: str, weight: Cell) -> bool:
        """A bare figure in brackets behind a name is its weight where the column of weights says the same.

        Without such a column it is one in a table of scores; a table without any points has no weights in its names.
        """
        if "weight" not in self.columns.fields:
            return "claimed" in self.columns.fields
        return bool(weight) and squash(weight.text).removesuffix("分") == points

    def _cell(self, line: Line, name: str) -> Cell:
        columns = self.columns.fields.get(name, ())
        cells: list[Cell] = []
        for column in columns:
            cell = line.at(column)
            if cell and not any(cell is other for other in cells):
                cells.append(cell)
        if len(cells) > 1:
            # where a row's cells do not stand exactly below the headings, each belongs to the one it covers most of
            cells = [cell for cell in cells if self.columns.owner(cell) == columns[0]] or cells
        if cells:
            return joined(cells)
        return line.at(columns[0]) if columns else EMPTY

    def _standard(self, line: Line) -> Cell:
        cell = self._cell(line, "standard")
        bands = [(word, line.at(column)) for word, column in self.columns.thresholds if line.at(column)]
        if cell or not bands:
            return cell
        return derived(bands[0][1], "；".join(f"{word}：{band.text.strip()}" for word, band in bands))

    def _target(self, line: Line) -> tuple[Cell, str, Direction]:
        """The target joined of sign, figure and unit, the unit alone, and the direction that the form says."""
        value = self._cell(line, "adjusted_target")
        value = value if squash(value.text) not in BLANK_WORDS else self._cell(line, "target") or value
        unit = squash(self._cell(line, "unit").text)
        unit = "" if unit in BLANK_WORDS else unit
        sign = ""
        direction: Direction = ""
        for column in self.columns.fields.get("sign", ()):
            word = squash(line.at(column).text)
            direction = _direction(word) or direction
            if word in SIGN_WORDS:
                sign = plain(line.at(column).text)
        written = value.text.strip()
        if squash(written) in BLANK_WORDS or not any(sign_or_unit for sign_or_unit in (sign, unit)):
            return value, unit, direction
        bare = squash(written)
        if not any(letter.isdigit() for letter in bare):
            return value, unit, direction
        before = "" if not sign or bare.startswith(tuple(SIGN_WORDS)) else sign
        after = "" if not unit or bare.endswith(unit) or not bare[-1].isdigit() else unit
        if not before and not after:
            return value, unit, direction
        return derived(value, f"{before}{written}{after}"), unit, direction

    def _take_nameless(self, line: Line, answer: Answer) -> None:
        """A row of values below a name that reaches over several rows, or one that lost its name."""
        fields = ("target", "actual", "weight", "claimed")
        own = [getattr(answer, name) for name in fields]
        own = [cell for cell in own if cell and cell.row == line.index]
        if not own or squash("".join(cell.text for cell in own)) in BLANK_WORDS:
            return
        if answer.path and (answer.target or answer.actual) and len(own) >= 2:
            self.answers.append(answer)
            self._doubt(line.source, f"「{answer.path[-1]}」下有不止一行数值，已各作一行读取", own[0].text)
        else:
            self._doubt(line.source, "这一行有数值而没有指标名称，未作为指标读取", own[0].text)

    # ---------------------------------------------------------------------------------------------- upper levels

    def _weigh(self, path: tuple[str, ...], weight: str, cell: Cell) -> None:
        if weight and (path, weight) not in self._weighed:
            self._weighed.add((path, weight))
            self.branches.append(Branch(path, derived(cell, weight) if cell.text.strip() != weight else cell))

    def settle(self, following: tuple[str, ...] | None = None) -> None:
        """A level with points and no values is a subtotal where indicators of it follow, else an indicator."""
        pending, self._pending = self._pending, None
        if pending is None:
            return
        size = len(pending.path)
        if following is not None and len(following) > size and following[:size] == pending.path:
            self.branches.append(Branch(pending.path, pending.weight, pending.claimed))
        else:
            self.answers.append(pending)

    def _take_subtotal(self, line: Line, span: Span) -> None:
        self.settle()
        names = self.columns.names
        bare = heading(span.text).removesuffix("小计")
        carried = [name_and_weight(cell.text, True)[0] for cell in (self._heading, *self._carried) if cell]
        path: tuple[str, ...] = ()
        for level, name in enumerate(carried):
            if bare and heading(name) == bare:
                path = tuple(part for part in carried[: level + 1] if part)
        if not path:
            left = sum(1 for column in names if column < span.first) + bool(self._heading)
            path = tuple(carried[: max(left, 1)])
        total = self.total(line, span)
        self.branches.append(Branch(path, total.weight, total.claimed))
        if not path:
            self._doubt(span.cell.source, "看不出这一小计属于哪一级指标", span.text)

    def total(self, line: Line, label: Span) -> Total:
        """The figures of a total or subtotal row, by their columns; where those do not tell, by their order."""
        weight_at = self.columns.fields.get("weight", ())
        claimed_at = self.columns.fields.get("claimed", ())
        weight, claimed, grade = EMPTY, EMPTY, EMPTY
        loose: list[Cell] = []
        own_words = "自评" in squash(label.text) or "得分" in squash(label.text)
        for span in line.own:
            if span.first <= label.first:
                continue
            inside = range(span.first, span.last + 1)
            if squash(span.text) in GRADES:
                grade = span.cell
            elif said := _GRADE_SAID.fullmatch(squash(span.text[:40])):
                grade = derived(span.cell, said.group(1))
            elif not is_figure(span.text):
                if label_field(span.text):
                    break
                if len(figures_in(span.text)) > 1 and len(squash(span.text)) < 16:
                    self._doubt(span.cell.source, "合计一格里有不止一个数，未读取", span.text)
            elif any(column in inside for column in claimed_at):
                claimed = span.cell
            elif any(column in inside for column in weight_at):
                weight = span.cell
            else:
                loose.append(span.cell)
        if own_words and weight and not claimed and not loose:
            weight, claimed = EMPTY, weight
        if not claimed and loose:
            claimed = loose.pop()
        if not weight and loose:
            weight = loose.pop()
        if not claimed and claimed_at:
            claimed = line.at(claimed_at[0]) if not line.at(claimed_at[0]) else EMPTY
        return Total(weight, claimed, grade)

    # ---------------------------------------------------------------------------------------------- the end

    def finish(self) -> None:
        """Settles what only the whole table tells: a weight or score that is merged over several indicators."""
        self.settle()
        for name in ("weight", "claimed"):
            self._share_out(name)

    def _share_out(self, name: Literal["weight", "claimed"]) -> None:
        groups: dict[int, list[int]] = {}
        for index, answer in enumerate(self.answers):
            cell = getattr(answer, name)
            if cell and cell.rowspan > 1:
                groups.setdefault(id(cell), []).append(index)
        for indexes in groups.values():
            if len(indexes) < 2:
                continue
            cell = getattr(self.answers[indexes[0]], name)
            words = "分值" if name == "weight" else "得分"
            self._doubt(cell.source, f"一格{words}合并在 {len(indexes)} 项指标上，记在其中第一项", cell.text)
            for index in indexes[1:]:
                self.answers[index] = _without(self.answers[index], name)

    def _doubt(self, source: Source, message: str, quote: str = "") -> None:
        self.doubts.append(Doubt(DOUBT, message, source, quote))


def _without(answer: Answer, name: Literal["weight", "claimed"]) -> Answer:
    return replace(answer, weight=EMPTY) if name == "weight" else replace(answer, claimed=EMPTY)


def _direction(word: str) -> Direction:
    if word in FORWARD_WORDS:
        return "forward"
    if word in REVERSE_WORDS:
        return "reverse"
    return "qualitative" if word in QUALITATIVE_WORDS else ""
