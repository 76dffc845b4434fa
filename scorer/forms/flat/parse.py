"""Rows of a table whose cells stand one a line, recovered as the cheapest reading of the lines.

The lines after a header are a sentence of a small language: a form is rows, a row is its columns in order, a cell is
one line and perhaps its continuation; empty lines are empty cells, gaps between rows, or nothing at all. No line says
which it is. `parse` therefore follows all readings at once (dynamic programming over lines × columns, a few dozen
states a line) and keeps the cheapest; what a line costs in a column is said by `columns`. The work is linear in the
number of lines.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from scorer.forms.flat import costs as wording
from scorer.forms.flat.costs import Column
from scorer.forms.layout import vocabulary

RowKind = Literal["body", "total", "tail"]


@dataclass(frozen=True, slots=True)
class Token:
    """A line, or the part of a line between two tabs. `key` is its text as wordings are compared, "" when blank."""

    line: int
    text: str
    key: str
    tab: bool


@dataclass(slots=True)
class ReadCell:
    """A cell as read: its column and its lines, blank lines only when it is empty."""

    column: int
    tokens: list[Token]

    @property
    def text(self) -> str:
        return "\n".join(token.text for token in self.tokens if token.key)


@dataclass(slots=True)
class ReadRow:
    kind: RowKind
    cells: list[ReadCell] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Reading:
    """The rows, the lines between them that are none (captions in the way), how many tokens belong, and the cost."""

    rows: tuple[ReadRow, ...]
    asides: tuple[Token, ...]
    end: int
    cost: float


# A state is where a reading stands: (mode, column, openness). Column counts the columns done; in _GAP it counts the
# blank lines since the last row, up to 4.
_BODY, _LABEL, _TOTAL, _TAIL, _GAP, _OUT = range(6)
# Openness of the last cell: nothing may be added; a text that may go on; blank lines were passed over; a tab has opened
# a cell whose text is still to come; an empty cell between two tabs has just been read.
_CLOSED, _OPEN, _PASSED, _OPENED, _EMPTY = range(5)
State = tuple[int, int, int]

# What was done with a token.
_CELL, _MORE, _PASS, _STRAY, _ASIDE, _LEAVE = range(6)


class _Step(NamedTuple):
    """One token of a reading: what was done with it, and the step before. Steps of all readings form a tree."""

    before: _Step | None
    token: Token
    act: int
    mode: int
    column: int
    starts: bool  # a new row begins with this token


class _Path(NamedTuple):
    cost: float
    last: _Step | None
    starts: bool


@dataclass(frozen=True, slots=True)
class Manner:
    """How a form uses empty lines, as costs.

    `passing`: an empty line that stands for nothing. `after_blanks`: beginning a row after 0, 1, 2, 3, 4 or more of
    them. `missing` and `blank` multiply the costs of a cell without a line and of a cell that is an empty line.
    """

    passing: float
    after_blanks: tuple[float, float, float, float, float]
    missing: float = 1.0
    blank: float = 1.0


USUAL = Manner(0.8, (1.2, 0.4, 0.0, 0.4, 0.4))
"""Empty lines are mostly empty cells, and two set a row off."""
SPACED = Manner(0.3, (1.0, 0.2, 0.1, 0.1, 0.1))
"""Empty lines stand between cells as well, so that they say little about empty cells."""
UNPARTED = Manner(0.8, (0.1, 0.4, 0.4, 0.4, 0.4))
"""No row is set off."""


def exact(gap: int) -> Manner:
    """Every empty cell is one empty line, and exactly `gap` of them, 1 to 4, stand between two rows."""
    wrong = [1.5] * 5
    wrong[gap] = 0.0
    return Manner(3.0, (wrong[0], wrong[1], wrong[2], wrong[3], wrong[4]), missing=3.0, blank=0.4)


_MOST_GAP = 4
_ROW = 0.6
OUTSIDE = 0.9
"""Cost of a text outside of the table: dearer than a row that fits, cheaper than one that does not."""
_UNUSED_HEADER = 2.0
"""Cost of a header without a row below it."""
_ABRUPT = 1.5
"""Cost of leaving the table with no empty line after its last row."""
_ASIDE_COST = 2.5
"""Cost of a text between two rows that is none; a figure or a scrap of a cell is dearer, a page's caption cheaper."""
_BEAM = 15.0
_CAPTION = re.compile(
    r"附[件表录]?\d{0,2}[:.]?|.{0,40}(?:自评|评价|情况|评分)表(?:\(.{0,12}\))?|\(?\d{4}年度?\)?|第\d{1,3}页|-\d{1,3}-"
)
_CLOSING = re.compile(r"[)\]】」》]{1,3}")
_NUMERIC = ("weight", "claimed", "reviewed", "coefficient", "amount", "rate")


class _Readings:
    """The cheapest path to every state, while one token after the other is read."""

    def __init__(self, template: Sequence[Column], outside: float, manner: Manner) -> None:
        self.template = template
        self.outside = outside
        self.after_blanks = manner.after_blanks
        self.passing = manner.passing
        self.width = len(template)
        self.missing = [manner.missing * wording.missing_cost(column) for column in template]
        self.blank = [manner.blank * wording.blank_cost(column) for column in template]
        self.states: dict[State, _Path] = {(_GAP, 0, _CLOSED): _Path(0.0, None, True)}
        self.previous: Token | None = None
        self.known: dict[str, tuple[float, ...]] = {}

    # -- moves that consume nothing

    def _offer(self, states: dict[State, _Path], state: State, path: _Path) -> None:
        held = states.get(state)
        if held is None or path.cost < held.cost:
            states[state] = path

    def settle(self) -> None:
        """Follow all moves without a token: cells that are missing, the end of a row, the start of the next one."""
        states = self.states
        cheapest: dict[int, list[_Path | None]] = {}
        for (mode, column, openness), path in states.items():
            if mode <= _TOTAL and openness != _OPENED:
                row = cheapest.setdefault(mode, [None] * (self.width + 1))
                held = row[column]
                if held is None or path.cost < held.cost:
                    row[column] = path
        for mode, row in cheapest.items():
            self._pass_missing(mode, row)
            done = row[self.width]
            if done is not None:
                self._offer(states, (_GAP, 0, _CLOSED), _Path(done.cost, done.last, True))
        for openness in (_CLOSED, _OPEN):
            tail = states.get((_TAIL, 0, openness))
            if tail is not None:
                self._offer(states, (_GAP, 0, _CLOSED), _Path(tail.cost, tail.last, True))
        fresh: _Path | None = None
        for blanks, price in enumerate(self.after_blanks):
            gap = states.get((_GAP, blanks, _CLOSED))
            if gap is None:
                continue
            leaving = _UNUSED_HEADER if gap.last is None else _ABRUPT if not blanks else 0.0
            self._offer(states, (_OUT, 0, _CLOSED), _Path(gap.cost + leaving, gap.last, True))
            if fresh is None or gap.cost + _ROW + price < fresh.cost:
                fresh = _Path(gap.cost + _ROW + price, gap.last, True)
        if fresh is not None:
            self._offer(states, (_BODY, 0, _CLOSED), fresh)
            self._pass_missing(_BODY, [fresh] + [None] * self.width)

    def _pass_missing(self, mode: int, cheapest: list[_Path | None]) -> None:
        """From the cheapest path to each column on to the columns behind it; `cheapest` is brought up to date."""
        for column in range(self.width):
            path = cheapest[column]
            if path is None:
                continue
            price = self.missing[column]
            if mode != _BODY:  # a total has figures only; its label covers the columns up to the first of them
                kind = self.template[column].kind
                price = 0.02 if kind not in _NUMERIC else 0.3 if mode == _LABEL else price
            further = _Path(path.cost + price, path.last, path.starts)
            held = cheapest[column + 1]
            if held is None or further.cost < held.cost:
                cheapest[column + 1] = further
            self._offer(self.states, (mode, column + 1, _CLOSED), further)

    # -- moves that consume a token

    def take(self, token: Token) -> None:
        after: dict[State, _Path] = {}
        fits = self._fits(token.key)
        for state, path in self.states.items():
            moves = self._text_moves(state, token, fits, path.starts) if token.key else self._blank_moves(state, token)
            for cost, act, column, target in moves:
                total = path.cost + cost
                held = after.get(target)
                if held is not None and held.cost <= total:
                    continue
                step = _Step(path.last, token, act, target[0], column, path.starts)
                after[target] = _Path(total, step, path.starts and act in (_PASS, _ASIDE, _LEAVE))
        limit = min(path.cost for path in after.values()) + _BEAM
        self.states = {state: path for state, path in after.items() if path.cost <= limit}
        self.previous = token

    def _fits(self, key: str) -> Sequence[float]:
        """The misfit of a text in every column; forms repeat their figures, so that few texts are judged anew."""
        if not key:
            return ()
        found = self.known.get(key)
        if found is None:
            found = self.known[key] = tuple(wording.misfit(column, key) for column in self.template)
        return found

    def _blank_moves(self, state: State, token: Token) -> Iterator[tuple[float, int, int, State]]:
        mode, column, openness = state
        if mode == _OUT:
            yield 0.0, _LEAVE, 0, state
        elif mode == _GAP:
            price = 0.8 if token.tab else 0.0 if column < 2 else 0.1
            yield price, _PASS, 0, (_GAP, min(_MOST_GAP, column + 1), _CLOSED)
        elif mode == _TAIL:
            yield 0.0, _PASS, 0, (_GAP, 1, _CLOSED)
            if openness == _CLOSED:  # the value may follow after an empty line
                yield 0.3, _PASS, 0, (_TAIL, 0, _CLOSED)
        elif openness == _OPENED:
            if token.tab:  # the cell opened by the tab before stays empty
                return
            yield 0.05, _PASS, 0, state
        else:
            if column < self.width:
                price = self.blank[column] if mode == _BODY else 0.05
                next_mode = _TOTAL if mode == _LABEL else mode
                yield price, _CELL, column, (next_mode, column + 1, _EMPTY if token.tab else _CLOSED)
                if token.tab:
                    yield 0.1, _PASS, 0, (mode, column, _OPENED)
            if not token.tab:
                price = 0.15 if openness == _PASSED else 0.05 if openness == _EMPTY else self.passing
                yield price, _PASS, 0, (mode, column, _EMPTY if openness == _EMPTY else _PASSED)

    def _text_moves(
        self, state: State, token: Token, fits: Sequence[float], starts: bool
    ) -> Iterator[tuple[float, int, int, State]]:
        mode, column, openness = state
        key = token.key
        if mode == _OUT:
            yield self.outside, _LEAVE, 0, state
            return
        if mode == _GAP:
            yield from self._gap_moves(state, token)
            return
        if mode == _TAIL:
            labelled = wording.is_tail(key) or vocabulary.is_note(key)
            yield 3.0 if labelled else 0.3, _CELL, 1, (_TAIL, 0, _OPEN)
            if openness == _OPEN and not token.tab:
                yield 0.6, _MORE, 1, (_TAIL, 0, _OPEN)
            return
        if openness == _OPENED and token.tab:
            return
        if column < self.width:
            price = fits[column]
            if mode != _BODY and self.template[column].kind not in _NUMERIC:
                price += 3.0
            if mode == _BODY and self.template[column].early and (starts or openness in (_CLOSED, _EMPTY)):
                price += 2.0  # the weight of a level stands behind its name
            yield price, _CELL, column, (_TOTAL if mode == _LABEL else mode, column + 1, _OPEN)
        if openness == _OPEN and column and not token.tab and self.previous is not None:
            price = wording.continuation(self.template[column - 1], self.previous.key, key)
            yield price, _MORE, column - 1, (mode, column, _OPEN)
        if mode == _BODY and _CLOSING.fullmatch(key):
            yield 0.5, _STRAY, 0, state

    def _gap_moves(self, state: State, token: Token) -> Iterator[tuple[float, int, int, State]]:
        key = token.key
        price = _ROW + self.after_blanks[state[1]]
        if wording.is_total(key):
            yield price - 0.5, _CELL, 0, (_LABEL, 1, _CLOSED)
        if wording.is_tail(key):
            yield price - 0.5, _CELL, 0, (_TAIL, 0, _CLOSED)
        caption = len(key) <= 60 and _CAPTION.fullmatch(key) is not None
        yield 1.0 if caption else _ASIDE_COST if len(key) > 4 else 2 * _ASIDE_COST, _ASIDE, 0, (_GAP, 0, _CLOSED)


def parse(
    tokens: Sequence[Token], template: Sequence[Column], manner: Manner = USUAL, outside: float = OUTSIDE
) -> Reading:
    """The cheapest reading of `tokens` as rows of `template`, from the first token on.

    `outside` is the cost of a text that is no cell: the table ends where what follows is cheaper outside of it. Stops
    early once every reading has left the table.
    """
    readings = _Readings(template, outside, manner)
    for token in tokens:
        readings.settle()
        readings.take(token)
        if all(state[0] == _OUT for state in readings.states):
            break
    readings.settle()
    done = [path for state, path in readings.states.items() if state[0] in (_GAP, _OUT)]
    if not done:
        return Reading((), (), 0, math.inf)
    best = min(done, key=lambda path: path.cost)
    return _unfold(best)


def _unfold(path: _Path) -> Reading:
    steps: list[_Step] = []
    last = path.last
    while last is not None:
        steps.append(last)
        last = last.before
    steps.reverse()
    rows: list[ReadRow] = []
    asides: list[tuple[int, Token]] = []
    strays: list[tuple[int, Token]] = []
    end = 0
    modes: dict[int, RowKind] = {_BODY: "body", _LABEL: "total", _TOTAL: "total", _TAIL: "tail"}
    for index, step in enumerate(steps):
        if step.act == _LEAVE:
            break
        if step.act == _CELL:
            if step.starts or not rows:
                rows.append(ReadRow(modes[step.mode]))
            rows[-1].cells.append(ReadCell(step.column, [step.token]))
        elif step.act == _MORE:
            rows[-1].cells[-1].tokens.append(step.token)
        elif step.act == _STRAY:
            strays.append((len(rows), step.token))
        elif step.act == _ASIDE:
            asides.append((index, step.token))
            continue
        if step.token.key:
            end = index + 1
    _attach(strays, rows)
    kept = [row for row in rows if any(token.key for cell in row.cells for token in cell.tokens)]
    return Reading(tuple(kept), tuple(token for index, token in asides if index < end), end, path.cost)


def _attach(strays: Sequence[tuple[int, Token]], rows: Sequence[ReadRow]) -> None:
    """A closing bracket that the flattening tore off goes back to the nearest cell with an open one."""
    for position, token in strays:
        near = sorted(range(len(rows)), key=lambda index: (abs(index - position + 1), index)) if len(rows) < 400 else []
        cells = [cell for index in near[:12] for cell in rows[index].cells]
        opened = [cell for cell in cells if _brackets(cell) > 0]
        home = opened[0] if opened else rows[max(0, position - 1)].cells[-1]
        home.tokens.append(token)


def _brackets(cell: ReadCell) -> int:
    keys = "".join(token.key for token in cell.tokens)
    return keys.count("(") - keys.count(")")
