"""TOML ↔ Submission: the form as a record that a person can read, write and keep under version control.

`load` gives every value its line; `dump` writes what a submission holds, so that reading it again gives the same
content; `content` is that content without places, for comparing two submissions however they were read.
"""

from __future__ import annotations

import hashlib
import json
import re
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from scorer.forms.files.opening import read_bytes
from scorer.model import (
    EMPTY,
    Answer,
    Branch,
    Cell,
    Claim,
    Document,
    Funds,
    Goal,
    ReadError,
    Source,
    Submission,
    readable_name,
)
from scorer.numbers.precision import MAXIMUM_DIGITS, readable
from scorer.sets.faults import Fault, model_faults
from scorer.sets.lines import line_map, line_of
from scorer.sets.toml_reading import in_half_width, read_toml

LARGEST_FILE = 20 * 1024 * 1024
COLUMNS = ("target", "actual", "weight", "claimed", "reason")
TOTAL_ROW = re.compile("合计|总计|总额|资金总|^预算数$")


def _written(value: Any) -> Any:
    """A number or a text; anything else, and numbers that are none, are refused in words."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise ValueError("应为数字或文字（文字用英文双引号括起来）")
    if isinstance(value, Decimal) and not value.is_finite():
        raise ValueError("应为有限的数字，不能是 nan 或 inf")
    if isinstance(value, Decimal) and not readable(value):
        raise ValueError("数字过大或过小，不像实际的数")
    if isinstance(value, int) and abs(value) >= 10**MAXIMUM_DIGITS:
        raise ValueError("数字过大，不像实际的数")
    return value


Written = Annotated[str | int | Decimal, BeforeValidator(_written)]


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)


class FundsRecord(_Record):
    """[[funds]]: one row of the money block."""

    source: str = Field(description="资金来源，如 年度资金总额、当年财政拨款")
    initial: Written | None = Field(None, description="年初预算数")
    budget: Written | None = Field(None, description="全年预算数（调整后）")
    received: Written | None = Field(None, description="到位数")
    executed: Written | None = Field(None, description="全年执行数")
    rate: Written | None = Field(None, description="执行率，如 \"98%\"")
    weight: Written | None = Field(None, description="预算执行率的分值")
    claimed: Written | None = Field(None, description="预算执行率的自评得分")
    reason: Written | None = Field(None, description="未执行的原因")
    unit: str = Field("万元", description="金额单位")
    total: bool | None = Field(None, description="是否为总额行；不写时按名称判断")
    part_of: str | None = Field(None, description="属于哪一行（其中：）")


class AnswerRecord(_Record):
    """[[answer]]: one indicator row as filled in."""

    path: list[str] = Field(min_length=1, description="各级指标名称，从一级到末级")
    weight: Written | None = Field(None, description="分值")
    target: Written | None = Field(None, description="年度指标值")
    actual: Written | None = Field(None, description="实际完成值")
    claimed: Written | None = Field(None, description="自评得分")
    reason: Written | None = Field(None, description="偏差原因分析及改进措施")
    standard: Written | None = Field(None, description="表中印的评分标准")
    coefficient: Written | None = Field(None, description="得分系数")
    reviewed: Written | None = Field(None, description="复核分")
    evidence: Written | None = Field(None, description="佐证材料")
    unit: str = Field("", description="度量单位")
    direction: str = Field("", pattern="^(|forward|reverse|qualitative)$", description="指标方向")


class BranchRecord(_Record):
    """[[branch]]: what is printed for an upper level, or for the total."""

    path: list[str] = Field(description="上级指标的名称；空列表为总分行")
    weight: Written | None = Field(None, description="所列分值")
    claimed: Written | None = Field(None, description="所填小计")


class GoalRecord(_Record):
    """[[goal]]: 年度总体目标."""

    target: Written | None = Field(None, description="预期目标")
    actual: Written | None = Field(None, description="实际完成情况")


class ClaimRecord(_Record):
    """[[claim]]: a figure of the narrative, copied by hand."""

    of: str = Field(description="什么的数字")
    value: Written = Field(description="数字连同单位")
    where: str = Field("", description="在报告的何处")


class FormRecord(_Record):
    """A submission as a TOML file."""

    unit: str = Field("", description="部门（单位）名称")
    project: str = Field("", description="项目名称")
    department: str = Field("", description="主管部门")
    year: int | None = Field(None, ge=1990, le=2100, description="年度")
    set: str = Field("", description="指标体系，如 mof/project-2020")
    claimed_total: Written | None = Field(None, description="自评总分")
    claimed_grade: Written | None = Field(None, description="自评等级")
    reason: Written | None = Field(None, description="全表的偏差原因")
    problems: Written | None = Field(None, description="存在的问题")
    columns: list[str] | None = Field(None, description="指标表有哪些栏")
    notes: list[str] = Field(default_factory=list, description="表注")
    funds: list[FundsRecord] = Field(default_factory=list)
    branch: list[BranchRecord] = Field(default_factory=list)
    goal: list[GoalRecord] = Field(default_factory=list)
    answer: list[AnswerRecord] = Field(default_factory=list, max_length=20_000)
    claim: list[ClaimRecord] = Field(default_factory=list)


KEYS = {
    "": list(FormRecord.model_fields),
    **{
        name: list(model.model_fields)
        for name, model in (
            ("funds", FundsRecord),
            ("answer", AnswerRecord),
            ("branch", BranchRecord),
            ("goal", GoalRecord),
            ("claim", ClaimRecord),
        )
    },
}

# ----------------------------------------------------------------------------------------------------------- reading


def load(path: str) -> Submission:
    """Read a submission from a TOML file; every value knows its line.

    Raises:
        ReadError: the file is missing, a folder, empty, not UTF-8, no TOML, or has unknown keys, wrong types, missing
            keys: all faults at once, each as ``file:line: …``.
    """
    return parse(readable_name(path), read_bytes(path))


def parse(path: str, data: bytes) -> Submission:
    """A submission from the bytes of a TOML file; see `load`."""
    if len(data) > LARGEST_FILE:
        raise ReadError(f"{path}: 文件大于 {LARGEST_FILE // 1024 // 1024} MB，不像是填报的表。请确认选对了文件。")
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        fault = Fault(path, line, "不是 UTF-8 编码；请在编辑器里另存为 UTF-8（记事本：另存为 → 编码）")
        raise ReadError(str(fault)) from None
    if not text.strip():
        raise ReadError(f"{path}:1: 文件是空的；至少要有一个 [[answer]] 或 [[funds]]。")
    raw, of_writing = read_toml(path, text)
    if raw is None:
        raise ReadError("\n".join(map(str, of_writing)))
    lines = line_map(in_half_width(path, text)[0] if of_writing else text)
    try:
        record = FormRecord.model_validate(raw)
    except ValidationError as error:
        faults = [*of_writing, *model_faults(path, error, lines, KEYS)]
        raise ReadError("\n".join(map(str, sorted(faults, key=lambda fault: fault.line)))) from None
    if of_writing:
        raise ReadError("\n".join(map(str, of_writing)))
    return from_record(path, record, lines, hashlib.sha256(data).hexdigest())


def from_record(path: str, record: FormRecord, lines: dict[tuple[str | int, ...], int], digest: str) -> Submission:
    """The record as a submission; `lines` gives each value its line."""

    def cell(value: str | int | Decimal | None, *key: str | int) -> Cell:
        if value is None:
            return EMPTY
        text = value if isinstance(value, str) else plain_number(value)
        number = None if isinstance(value, str) else Decimal(value)
        return Cell(text, Source(path, "", f"L{line_of(lines, key)}"), number=number)

    answers = []
    for index, row in enumerate(record.answer):
        at = ("answer", index)
        values = {
            name: cell(getattr(row, name), *at, name)
            for name in (*COLUMNS, "standard", "coefficient", "reviewed", "evidence")
        }
        names = tuple(cell(name, *at, "path", place) for place, name in enumerate(row.path))
        answers.append(
            Answer(tuple(row.path), names, unit=row.unit, direction=row.direction, **values)  # type: ignore[arg-type]
        )
    names_of_funds = [row.source for row in record.funds]
    explicit = any(row.total is not None for row in record.funds)
    funds = []
    for index, money in enumerate(record.funds):
        at = ("funds", index)
        amounts = ("initial", "budget", "received", "executed", "rate", "weight", "claimed", "reason")
        funds.append(
            Funds(
                source=money.source,
                name=cell(money.source, *at, "source"),
                unit=money.unit,
                total=bool(money.total) if explicit else bool(TOTAL_ROW.search(money.source)),
                part_of=names_of_funds.index(money.part_of) if money.part_of in names_of_funds else None,
                **{name: cell(getattr(money, name), *at, name) for name in amounts},
            )
        )
    return Submission(
        unit=record.unit,
        project=record.project,
        department=record.department,
        year=record.year,
        set=record.set,
        answers=tuple(answers),
        branches=tuple(
            Branch(tuple(row.path), cell(row.weight, "branch", i, "weight"), cell(row.claimed, "branch", i, "claimed"))
            for i, row in enumerate(record.branch)
        ),
        funds=tuple(funds),
        goals=tuple(
            Goal(cell(row.target, "goal", i, "target"), cell(row.actual, "goal", i, "actual"))
            for i, row in enumerate(record.goal)
        ),
        claims=tuple(Claim(row.of, cell(row.value, "claim", i, "value"), row.where) for i, row in enumerate(record.claim)),
        claimed_total=cell(record.claimed_total, "claimed_total"),
        claimed_grade=cell(record.claimed_grade, "claimed_grade"),
        reason=cell(record.reason, "reason"),
        problems=cell(record.problems, "problems"),
        unit_cell=cell(record.unit or None, "unit"),
        project_cell=cell(record.project or None, "project"),
        columns=tuple(record.columns) if record.columns is not None else COLUMNS if record.answer else (),
        notes=tuple(cell(note, "notes", place) for place, note in enumerate(record.notes)),
        documents=(Document(path, digest, "toml", ()),),
    )


def plain_number(value: int | Decimal) -> str:
    """A number as people write it: no exponent."""
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


# ----------------------------------------------------------------------------------------------------------- writing


def content(submission: Submission) -> dict[str, Any]:
    """What a submission says, without where: the keys and values of its TOML record, in its order."""

    def value(cell: Cell) -> str | int | Decimal | None:
        if not cell.text:
            return None
        if cell.number is not None and plain_number(cell.number) == cell.text:
            return int(cell.number) if cell.number == cell.number.to_integral_value() and "." not in cell.text else cell.number
        return cell.text

    def filled(pairs: dict[str, Any]) -> dict[str, Any]:
        return {key: item for key, item in pairs.items() if item is not None and item != "" and item != []}

    head = {
        "unit": submission.unit,
        "project": submission.project,
        "department": submission.department,
        "year": submission.year,
        "set": submission.set,
        "claimed_total": value(submission.claimed_total),
        "claimed_grade": value(submission.claimed_grade),
        "reason": value(submission.reason),
        "problems": value(submission.problems),
        "columns": list(submission.columns) if submission.answers and submission.columns != COLUMNS else None,
        "notes": [note.text for note in submission.notes],
    }
    by_name = [bool(TOTAL_ROW.search(row.source)) for row in submission.funds]
    explicit = by_name != [row.total for row in submission.funds]
    money = ("initial", "budget", "received", "executed", "rate", "weight", "claimed", "reason")
    texts = (*COLUMNS, "standard", "coefficient", "reviewed", "evidence")
    return {
        **filled(head),
        "funds": [
            filled(
                {
                    "source": row.source,
                    **{name: value(getattr(row, name)) for name in money},
                    "unit": row.unit if row.unit != "万元" else None,
                    "total": row.total if explicit else None,
                    "part_of": submission.funds[row.part_of].source if row.part_of is not None else None,
                }
            )
            for row in submission.funds
        ],
        "branch": [
            {"path": list(row.path), **filled({"weight": value(row.weight), "claimed": value(row.claimed)})}
            for row in submission.branches
        ],
        "goal": [filled({"target": value(row.target), "actual": value(row.actual)}) for row in submission.goals],
        "answer": [
            {
                "path": list(row.path),
                **filled({name: value(getattr(row, name)) for name in texts}),
                **filled({"unit": row.unit, "direction": row.direction}),
            }
            for row in submission.answers
        ],
        "claim": [
            filled({"of": row.of, "value": value(row.value), "where": row.where}) for row in submission.claims
        ],
    }


def dump(submission: Submission) -> str:
    """The submission as TOML; `load` of it gives the same `content`."""
    record = content(submission)
    lines = [f"{key} = {_toml(item)}" for key, item in record.items() if not _is_tables(item)]
    for key, item in record.items():
        if _is_tables(item):
            for row in item:
                lines += ["", f"[[{key}]]", *(f"{name} = {_toml(entry)}" for name, entry in row.items())]
    return "\n".join(lines) + "\n"


def _is_tables(item: Any) -> bool:
    return isinstance(item, list) and (not item or isinstance(item[0], dict))


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        # JSON's escapes are TOML's, but for DEL
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, list):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return plain_number(value)
