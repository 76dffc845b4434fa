"""The data that travels through the pipeline: places, cells, documents, submissions, reports.

Two groups of types live here, and no third:

* what a reader makes: `Source`, `Cell`, `Paragraph`, `Table`, `Document`, and what the layout finds in them:
  `Answer`, `Branch`, `Funds`, `Goal`, `Claim`, `Submission`. Frozen dataclasses: a place is born with its value and is
  never recomputed.
* what a user gets: `Place`, `Finding`, `Tally`, `Line`, `Report`. Pydantic models whose JSON is the published contract.

Points and money are `Decimal` throughout; a blank, a zero, "无" and "—" stay four different texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    SerializerFunctionWrapHandler,
    model_serializer,
)

from scorer.numbers.precision import program
from scorer.value import value

TWO_PLACES = Decimal("0.01")
HALF_CHARACTER = re.compile("[\ud800-\udfff]")


class ScorerError(Exception):
    """Wrong use, a faulty indicator set or an unreadable file: a message for the user, in Chinese, never a traceback.

    `exit_code` is what the command line returns: 2 wrong use or faulty set, 3 no file could be read.
    """

    exit_code = 2


class ReadError(ScorerError):
    """A file that cannot be read: the message names the file, the cause and the remedy."""

    exit_code = 3


# --------------------------------------------------------------------------------------------- what a reader makes


@value()
class Source:
    """Where a value stands: `file` as the user named it, `part` (sheet, 表1, or ""), `at` (F12, R21C4, L123:5-9)."""

    file: str = ""
    part: str = ""
    at: str = ""

    @property
    def place(self) -> str:
        """The place as printed in a report: ``Sheet!F12``, ``表1!R21C4``, ``L123:5-9``."""
        return f"{self.part}!{self.at}" if self.part and self.at else self.part or self.at


NOWHERE = Source()


@value()
class Cell:
    """One written value and its place.

    `text` is what a person sees (a stored 0.95 formatted as a percentage is "95%"), line breaks kept. `number` is the
    stored number of a spreadsheet cell, None for text. `row` and `column` count from 0 inside the table and are the
    anchor of a merged area of `rowspan` × `colspan`. `doubt` says in Chinese why the text may not be what was meant
    ("公式没有缓存值"), "" when there is none.
    """

    text: str = ""
    source: Source = NOWHERE
    row: int = 0
    column: int = 0
    rowspan: int = 1
    colspan: int = 1
    number: Decimal | None = None
    doubt: str = ""

    def __bool__(self) -> bool:
        return bool(self.text.strip())


EMPTY = Cell()


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A line or paragraph of running text. `level` is the heading level, 0 for body text."""

    text: str
    source: Source
    level: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """A table as located cells; merged areas appear once, at their anchor. `rows` × `columns` is its full size.

    `name` is the `part` of its cells' sources. `hidden` marks a hidden sheet or a table in a hidden part.
    """

    name: str
    cells: tuple[Cell, ...]
    rows: int
    columns: int
    hidden: bool = False

    def grid(self) -> list[list[Cell]]:
        """The table as `rows` lists of `columns` cells; each cell of a merged area is its anchor, gaps are `EMPTY`."""
        grid = [[EMPTY] * self.columns for _ in range(self.rows)]
        for cell in self.cells:
            for row in range(cell.row, min(cell.row + cell.rowspan, self.rows)):
                for column in range(cell.column, min(cell.column + cell.colspan, self.columns)):
                    grid[row][column] = cell
        return grid


Block = Paragraph | Table


@dataclass(frozen=True, slots=True)
class Doubt:
    """What a reader was unsure of: `code` (a check's code, mostly F610 or F606), words in Chinese, and the place."""

    code: str
    message: str
    source: Source = NOWHERE
    quote: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """One file as located blocks in reading order. `path` as the user named it; `sha256` of its bytes."""

    path: str
    sha256: str
    format: str
    blocks: tuple[Block, ...]
    doubts: tuple[Doubt, ...] = ()

    @property
    def tables(self) -> tuple[Table, ...]:
        return tuple(block for block in self.blocks if isinstance(block, Table))

    @property
    def paragraphs(self) -> tuple[Paragraph, ...]:
        return tuple(block for block in self.blocks if isinstance(block, Paragraph))


# ------------------------------------------------------------------------------------------------- the submission


@dataclass(frozen=True, slots=True)
class Answer:
    """One last-level indicator row as filled in.

    `path` holds the level names without numbering and bracketed weights; `names` the cells they came from (same
    length). Every other field is the cell as written. `target` is comparator, figure and unit joined where the form
    splits them over columns ("≥" | "50" | "个" → "≥50个"). `target_from_name` is set when no target is written and the
    indicator's own words carry it.
    """

    path: tuple[str, ...]
    names: tuple[Cell, ...] = ()
    weight: Cell = EMPTY
    target: Cell = EMPTY
    actual: Cell = EMPTY
    claimed: Cell = EMPTY
    reason: Cell = EMPTY
    standard: Cell = EMPTY  # 评分标准, a rule printed beside the row
    coefficient: Cell = EMPTY  # 得分系数
    reviewed: Cell = EMPTY  # 复核分: read and kept, used by nothing yet; the workbench shows it beside the points
    evidence: Cell = EMPTY  # 佐证材料
    unit: str = ""  # 度量单位, where the form has a column of its own
    direction: Literal["", "forward", "reverse", "qualitative"] = ""  # 指标性质/指标方向, as the form says it


@dataclass(frozen=True, slots=True)
class Branch:
    """A printed weight or subtotal of an upper level: 产出指标（50分）, or a 小计 row.

    `path` names the level; `path == ()` is the form's own total row (总分 100 | 98).
    """

    path: tuple[str, ...]
    weight: Cell = EMPTY
    claimed: Cell = EMPTY


@dataclass(frozen=True, slots=True)
class Funds:
    """One row of the money block. Figures in `unit` (万元 unless the form says otherwise), as written.

    `total` marks the row that holds the whole (年度资金总额, 合计). `part_of` is the index of the row that this one is
    part of (其中：), None when it is a direct part of the total.
    """

    source: str
    name: Cell = EMPTY
    initial: Cell = EMPTY  # 年初预算数
    budget: Cell = EMPTY  # 全年预算数
    received: Cell = EMPTY  # 到位数
    executed: Cell = EMPTY  # 全年执行数
    rate: Cell = EMPTY  # 执行率
    weight: Cell = EMPTY
    claimed: Cell = EMPTY
    reason: Cell = EMPTY
    unit: str = "万元"
    total: bool = False
    part_of: int | None = None


@dataclass(frozen=True, slots=True)
class Goal:
    """年度总体目标: what was planned and what is said to have been done."""

    target: Cell = EMPTY
    actual: Cell = EMPTY


@dataclass(frozen=True, slots=True)
class Claim:
    """A figure of the narrative that belongs to an indicator or to the funds.

    `of` says of what ("帮扶困难职工"), `value` the words with the figure ("107人"), `where` the place in words when the
    figure was copied by hand ("报告 四（一）"); a claim found in a document carries its place in `value.source`.
    """

    of: str
    value: Cell
    where: str = ""


FormKind = Literal["", "goals", "monitoring"]
"""What a form is: "" a self-evaluation, goals (目标申报表) that nobody has answered yet, or 绩效监控 in mid-year."""


@dataclass(frozen=True, slots=True)
class Submission:
    """One form with the reports that belong to it: everything that was handed in, each value with its place."""

    unit: str = ""
    project: str = ""
    department: str = ""
    year: int | None = None
    set: str = ""
    answers: tuple[Answer, ...] = ()
    branches: tuple[Branch, ...] = ()
    funds: tuple[Funds, ...] = ()
    goals: tuple[Goal, ...] = ()
    claims: tuple[Claim, ...] = ()
    claimed_total: Cell = EMPTY
    claimed_grade: Cell = EMPTY
    reason: Cell = EMPTY  # one 偏差原因 cell for the whole form
    problems: Cell = EMPTY  # 存在问题
    title: Cell = EMPTY
    unit_cell: Cell = EMPTY
    project_cell: Cell = EMPTY
    columns: tuple[str, ...] = ()  # fields that the indicator table has a column for: target, actual, weight, …
    notes: tuple[Cell, ...] = ()
    documents: tuple[Document, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    part: str = ""  # the sheet or title of the form, where its file holds more than one
    kind: FormKind = ""

    @property
    def has_form(self) -> bool:
        return bool(self.answers or self.funds)


# ------------------------------------------------------------------------------------------------- what a user gets


def round_half_up(value: Decimal) -> Decimal:
    """四舍五入 to two places, the only rounding of points that a user ever sees."""
    return value.quantize(TWO_PLACES, ROUND_HALF_UP, program())


def points_text(value: Decimal | None) -> str | None:
    """Points as the contract prints them: a string with two places, None where there is no figure."""
    return None if value is None else f"{round_half_up(value):f}"


def readable_name(path: str) -> str:
    """A file name whose bytes are no UTF-8, with � for those: JSON can hold no half characters."""
    return HALF_CHARACTER.sub("\ufffd", path)


FileName = Annotated[str, BeforeValidator(readable_name)]
Points = Annotated[Decimal, PlainSerializer(points_text, return_type=str)]
Level = Literal["error", "warning", "note"]
Status = Literal["recomputed", "judged", "missing", "inapplicable", "unreadable"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Place(_Frozen):
    """One of the places where figures disagree, with the words as they stand in the file."""

    file: FileName
    at: str
    quote: str = ""

    @classmethod
    def of(cls, cell: Cell, quote: str | None = None) -> Place:
        return cls(file=cell.source.file, at=cell.source.place, quote=cell.text if quote is None else quote)


class Finding(_Frozen):
    """A mismatch: only that figures disagree and where both stand; which one is right is for a person to say."""

    code: str
    name: str
    level: Level
    message: str
    path: tuple[str, ...] = ()
    where: tuple[Place, ...] = ()
    numbers: dict[str, str] = Field(default_factory=dict)


class Tally(_Frozen):
    """How often a check was sound, faulty and undecided; `not_run` says why it could not be run at all.

    `reasons` counts the words of the undecided outcomes, and of the sound ones where only rounding made figures agree.
    """

    code: str
    sound: int = 0
    faulty: int = 0
    undecided: int = 0
    not_run: str | None = None
    reasons: dict[str, int] = Field(default_factory=dict)


class FileInfo(_Frozen):
    """A file that was read: its path as the user named it, and the SHA-256 of its bytes."""

    path: FileName
    sha256: str


FigureState = Literal["agrees", "differs", "unchecked"]


class Figure(_Frozen):
    """One figure of a report's text: what it is of, and whether a check found it in agreement (`scorer check --figures`).

    `by` is the relation by which it agrees, or the code of what contradicts it; `why` what contradicts it, or why it could
    not be checked.
    """

    file: FileName
    at: str
    quote: str
    of: str = ""
    state: FigureState
    by: str = ""
    why: str = ""


class SubmissionInfo(_Frozen):
    """Whose submission it is, and the files it was read from; `part` names the sheet or title where a file holds several."""

    unit: str = ""
    project: str = ""
    year: int | None = None
    part: str = ""
    """The key is left out of the JSON where a file holds one form alone."""
    files: tuple[FileInfo, ...] = ()

    @model_serializer(mode="wrap")
    def _without_part(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        content: dict[str, Any] = handler(self)
        if not self.part:
            content.pop("part", None)
        return content


class SetInfo(_Frozen):
    """Which indicator set was used, and why that one."""

    id: str
    version: str = ""
    digest: str = ""
    why: str = ""


class Line(_Frozen):
    """One row of the scored tree, an upper level (`leaf` false) or a scored indicator.

    `points` are what the rule gives, `low` and `high` what a person could give within the set's bands; `words` say how
    the points came about. `target` and `actual` as they stand in the form. Points are `Decimal` of two places.
    """

    path: tuple[str, ...]
    leaf: bool
    weight: Points | None = None
    target: str = ""
    actual: str = ""
    claimed: Points | None = None
    points: Points | None = None
    low: Points | None = None
    high: Points | None = None
    status: Status | None = None
    rule: str = ""
    words: str = ""
    where: Place | None = None


class Report(_Frozen):
    """The scored and checked submission; `model_dump_json()` is the published JSON."""

    schema_: str = Field(default="scorer.report/1", alias="schema", serialization_alias="schema")
    tool: str
    submission: SubmissionInfo
    set: SetInfo
    total: Points | None = None
    full: Points | None = None
    low: Points | None = None
    high: Points | None = None
    claimed_total: Points | None = None
    grade: str | None = None
    claimed_grade: str | None = None
    recomputed_weight: Points = Decimal(0)
    judged_weight: Points = Decimal(0)
    missing_weight: Points = Decimal(0)
    lines: tuple[Line, ...] = ()
    findings: tuple[Finding, ...] = ()
    tallies: tuple[Tally, ...] = ()
    notes: tuple[str, ...] = ()
    """Why the total is not simply the sum of the rows: rows left out, a cap by the execution rate (Chinese)."""
    figures: tuple[Figure, ...] | None = None
    """Every figure of the reports with its state, where it was asked for; the key is left out of the JSON otherwise."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)

    @model_serializer(mode="wrap")
    def _without_figures(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        content: dict[str, Any] = handler(self)
        if self.figures is None:
            content.pop("figures", None)
        return content

    def leaves(self) -> list[Line]:
        return [line for line in self.lines if line.leaf]

    def flatten(self, fields: Iterable[Literal["code", "level", "at", "path"]]) -> list[tuple[str, ...]]:
        """The findings as plain tuples, for tests and for people: ``report.flatten(["code", "at"])``."""
        wanted = tuple(fields)

        def text(finding: Finding, name: str) -> str:
            if name == "at":
                return finding.where[0].at if finding.where else ""
            return "/".join(finding.path) if name == "path" else str(getattr(finding, name))

        return [tuple(text(finding, name) for name in wanted) for finding in self.findings]
