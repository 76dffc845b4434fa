"""Flat tables: one row an indicator line, the rows of a submission together; as a query of a finance system gives them.

`FIELDS` says what each column means. The head of a submission (unit, year, claimed total …) is read from its first row.
Rows become chunks of whole submissions for the columnar run, or, one submission at a time, the same `Submission` that a
form in TOML would give.
"""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy
from pydantic import ValidationError

from scorer import install_words
from scorer.batch.sources.files import BATCH
from scorer.forms.readers.record import FormRecord, from_record
from scorer.model import ReadError, ScorerError, Submission

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

CHUNK_ROWS: Final = 262_144  # many enough that the fixed cost of a chunk does not count
TASK_ROWS: Final = 2_000_000  # rows of one task at least: fixed, so that the results do not depend on the workers
LEVELS: Final = tuple(f"level{number}" for number in range(1, 7))
TOTAL_FUNDS: Final = "年度资金总额"

TEXT: Final = "文字"
FIGURE: Final = "数字或文字"

FIELDS: Final[dict[str, tuple[str, str]]] = {
    "submission": ("整数或文字", "提交件的编号；同一份的各行相连"),
    "unit": (TEXT, "单位名称"),
    "department": (TEXT, "主管部门"),
    "project": (TEXT, "项目名称"),
    "year": ("整数", "年度"),
    "set": (TEXT, "指标体系，如 mof/project-2020"),
    "claimed_total": (FIGURE, "自评总分"),
    "claimed_grade": (TEXT, "自评等级"),
    **{name: (TEXT, f"第 {number} 级指标的名称；最后一个不空的是本行指标") for number, name in enumerate(LEVELS, 1)},
    "path": ("文字的列表", "各级指标名称，代替 level1、level2 …"),
    "weight": (FIGURE, "分值"),
    "target": (FIGURE, "年度指标值，如 ≥50个"),
    "actual": (FIGURE, "实际完成值"),
    "claimed": (FIGURE, "自评得分"),
    "measure_unit": (TEXT, "度量单位，指标值中没有写单位时用"),
    "direction": (TEXT, "指标方向：forward 正向、reverse 反向、qualitative 定性"),
    "coefficient": (FIGURE, "得分系数"),
    "standard": (TEXT, "表中印的评分标准"),
    "reason": (TEXT, "偏差原因"),
    "source": (TEXT, f"资金来源；不写即 {TOTAL_FUNDS}"),
    "initial": (FIGURE, "年初预算数；填有 initial、budget、executed 之一的行是资金行，其 weight、claimed 属于预算执行率"),
    "budget": (FIGURE, "全年预算数（调整后）"),
    "executed": (FIGURE, "全年执行数"),
    "money_unit": (TEXT, "金额单位；不写即 万元"),
}
HEAD: Final = ("unit", "department", "project", "year", "set", "claimed_total", "claimed_grade")
FUNDS: Final = ("initial", "budget", "executed")
SORTING: Final = "请先排序，如 duckdb：COPY (SELECT * FROM '表.parquet' ORDER BY submission) TO '排好.parquet'。"
NEEDED: Final = ("submission", "weight")  # with level1 or path: by these a flat table is known


@dataclass(frozen=True, slots=True)
class Piece:
    """A task: the rows from `first` up to `last` of a flat table, whole submissions, the first of them number `number`."""

    path: str
    first: int
    last: int
    number: int
    name: str


@dataclass(frozen=True)
class Outline:
    """A flat table as its submissions: their numbers as written (`ids`, Arrow), the first row of each, and the rows."""

    ids: Any
    starts: npt.NDArray[np.int64]
    rows: int


def open_table(path: str | Path, **options: Any) -> Any:
    """The Parquet file, opened.

    Raises:
        ScorerError: pyarrow is missing, or the file is no Parquet table.
    """
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise ScorerError(f"{path}：读取 Parquet 需要 pyarrow。请{install_words('batch')}。") from None
    try:
        return pyarrow.parquet.ParquetFile(path, **options)
    except (pyarrow.ArrowException, OSError) as error:
        raise ScorerError(f"{path}：不是可读的 Parquet 文件（{error}）。") from None


def is_flat(names: Sequence[str]) -> bool:
    """Is this a table with a row for each indicator, by its columns?"""
    return all(name in names for name in NEEDED) and ("level1" in names or "path" in names)


def check_columns(path: str | Path, schema: Any) -> None:
    """Every column is known and of a type that it may have.

    Raises:
        ScorerError: all faults at once.
    """
    import pyarrow.types as types

    faults = []
    for field in schema:
        if field.name not in FIELDS:
            near = difflib.get_close_matches(field.name, FIELDS, 1)
            faults.append(f"不认识的列 {field.name}" + (f"，是否想写 {near[0]}" if near else ""))
            continue
        kind = FIELDS[field.name][0]
        of = field.type.value_type if types.is_dictionary(field.type) else field.type
        text = types.is_string(of) or types.is_large_string(of) or types.is_null(of)
        whole = types.is_integer(of)
        figure = whole or types.is_floating(of) or types.is_decimal128(of)
        listed = types.is_list(of) or types.is_large_list(of)
        sound = {
            TEXT: text,
            FIGURE: text or figure,
            "整数": whole,
            "整数或文字": whole or text,
            "文字的列表": listed and (types.is_string(of.value_type) or types.is_large_string(of.value_type)),
        }[kind]
        if not sound:
            faults.append(f"列 {field.name} 的类型是 {field.type}，应为{kind}")
    if "path" in schema.names and any(name in schema.names for name in LEVELS):
        faults.append("path 与 level1、level2 … 只写一种")
    if faults:
        known = "、".join(FIELDS)
        raise ScorerError(f"{path}：{'；'.join(faults)}。每行是一个指标的表可用的列：{known}。")


def outline(path: str | Path) -> Outline:
    """Where each submission begins, from the column `submission` alone.

    Raises:
        ScorerError: a blank number, or a submission whose rows do not stand together.
    """
    import pyarrow
    import pyarrow.compute as compute

    text = _is_text(open_table(path).schema_arrow.field("submission").type)
    file = open_table(path, read_dictionary=["submission"] if text else [])
    starts, ids, row = [], [], 0
    last: Any = None
    for batch in file.iter_batches(batch_size=1 << 20, columns=["submission"], use_threads=False):
        column = batch.column(0)
        if column.null_count:
            blank = row + compute.index(compute.is_null(column), True).as_py() + 1
            raise ScorerError(f"{path}：第 {blank} 行没有 submission（提交件的编号）。每一行都要写属于哪一份。")
        texts = isinstance(column, pyarrow.DictionaryArray)
        codes = (column.indices if texts else column).to_numpy(zero_copy_only=False)
        edges = numpy.flatnonzero(codes[1:] != codes[:-1]) + 1
        first = column[0].as_py()
        if first != last:
            edges = numpy.concatenate([numpy.zeros(1, numpy.int64), edges])
        last = column[len(column) - 1].as_py()
        starts.append(edges + row)
        found = (column.indices if texts else column).take(pyarrow.array(edges))
        ids.append(column.dictionary.take(found) if texts else found)
        row += len(codes)
    if not row:
        raise ScorerError(f"{path}：表中没有行。")
    numbers = pyarrow.chunked_array(ids).combine_chunks()
    first_rows = numpy.concatenate(starts)
    _check_together(path, numbers, first_rows)
    return Outline(numbers, first_rows, row)


def _check_together(path: str | Path, ids: Any, starts: npt.NDArray[np.int64]) -> None:
    import pyarrow.compute as compute

    if len(ids) < 2 or compute.all(compute.less(ids[:-1], ids[1:])).as_py() or compute.count_distinct(ids).as_py() == len(ids):
        return
    seen: dict[Any, int] = {}
    for position, number in enumerate(ids.to_pylist()):
        if number in seen:
            raise ScorerError(
                f"{path}：提交件 {number} 的行没有连在一起（第 {starts[seen[number]] + 1} 行起一处，"
                f"第 {starts[position] + 1} 行起又一处）。{SORTING}"
            )
        seen[number] = position


def pieces(path: str | Path, found: Outline) -> list[Piece]:
    """The tasks: whole submissions that begin within some row groups, at least `TASK_ROWS` rows of them.

    They depend on the file alone, not on who works on them.
    """
    meta = open_table(path).metadata
    cuts, rows = [0], 0
    for group in range(meta.num_row_groups):
        rows += meta.row_group(group).num_rows
        if rows - cuts[-1] >= TASK_ROWS:
            cuts.append(rows)
    firsts = sorted({int(numpy.searchsorted(found.starts, cut)) for cut in cuts if cut < found.rows} - {len(found.starts)})
    bounds = [*(int(found.starts[first]) for first in firsts), found.rows]
    return [
        Piece(str(path), bounds[place], bounds[place + 1], first + 1, f"{place:05d}") for place, first in enumerate(firsts)
    ]


@dataclass(frozen=True)
class Chunk:
    """Whole submissions of a flat table: an Arrow batch, the number of its first row (from 1), and where each begins."""

    batch: Any
    first: int
    starts: npt.NDArray[np.int64]


def chunks(piece: Piece, columns: Sequence[str] | None = None) -> Iterator[Chunk]:
    """The rows of a piece in chunks of whole submissions, about `CHUNK_ROWS` each; all columns, or those named, one of
    them `submission`.

    A submission that two batches share comes as a chunk of its own, between them.
    """
    carried: list[Any] = []
    row = piece.first + 1
    for batch in _batches(piece, columns):
        begins = _edges(batch.column("submission"))
        if not carried or _number(carried[-1], -1) != _number(batch, 0):
            begins = numpy.concatenate([numpy.zeros(1, numpy.int64), begins])
        if not len(begins):
            carried.append(_plain(batch))
            continue
        first, last = int(begins[0]), int(begins[-1])
        if first:
            carried.append(_plain(batch.slice(0, first)))
        if carried:
            whole = _joined(carried)
            yield Chunk(whole, row, numpy.zeros(1, numpy.int64))
            row += len(whole)
        if first < last:
            yield Chunk(batch.slice(first, last - first), row, begins[:-1] - first)
            row += last - first
        carried = [_plain(batch.slice(last))]
    if carried:
        yield Chunk(_joined(carried), row, numpy.zeros(1, numpy.int64))


def _batches(piece: Piece, columns: Sequence[str] | None = None) -> Iterator[Any]:
    """The rows of a piece in Arrow batches, texts dictionary encoded."""
    file = open_table(piece.path)
    texts = [field.name for field in file.schema_arrow if _is_text(field.type)]
    file = open_table(piece.path, read_dictionary=texts)
    meta = file.metadata
    groups: list[int] = []
    begin = row = 0
    for group in range(meta.num_row_groups):
        size = meta.row_group(group).num_rows
        if row + size > piece.first and row < piece.last:
            if not groups:
                begin = row
            groups.append(group)
        row += size
    row = begin
    for batch in file.iter_batches(batch_size=CHUNK_ROWS, row_groups=groups, columns=columns, use_threads=False):
        low, high = max(piece.first - row, 0), min(piece.last - row, len(batch))
        if low < high:
            yield batch.slice(low, high - low)
        row += len(batch)
        if row >= piece.last:
            return


def _is_text(kind: Any) -> bool:
    import pyarrow.types as types

    return bool(types.is_string(kind) or types.is_large_string(kind))


def _edges(column: Any) -> npt.NDArray[np.int64]:
    """The rows that begin another submission than the row before; not the first row."""
    import pyarrow

    codes = (column.indices if isinstance(column, pyarrow.DictionaryArray) else column).to_numpy(zero_copy_only=False)
    edges: npt.NDArray[np.int64] = numpy.flatnonzero(codes[1:] != codes[:-1]) + 1
    return edges


def _number(batch: Any, row: int) -> Any:
    return batch.column("submission")[row % len(batch)].as_py()


def _plain(batch: Any) -> Any:
    """A small batch without dictionaries, so that it can stand beside others, and does not keep the large one alive."""
    import pyarrow

    columns = [
        column.dictionary_decode() if isinstance(column, pyarrow.DictionaryArray) else column for column in batch.columns
    ]
    return pyarrow.RecordBatch.from_arrays(columns, batch.schema.names)


def _joined(batches: Sequence[Any]) -> Any:
    import pyarrow

    return pyarrow.Table.from_batches(batches).combine_chunks().to_batches()[0]


# ---------------------------------------------------------------------------------------------- one submission at a time


def submission_of(key: str, rows: Sequence[dict[str, Any]], first: int, file: str) -> Submission:
    """The submission that some rows of a flat table stand for, as a record of those values would be read.

    `first` is the number of the first row, from 1; places are ``L<row>`` of `file`. The digest is of the values.

    Raises:
        ReadError: a value that no form could have (a number beyond all size, a direction that is none).
    """


    record, lines = _record(rows, first)
    try:
        parsed = FormRecord.model_validate(record)
    except ValidationError as error:
        faults = "；".join(f"{'.'.join(map(str, fault['loc']))}：{fault['msg']}" for fault in error.errors()[:5])
        raise ReadError(f"{key}：第 {first} 行起的提交件不能读取（{faults}）。") from None
    digest = hashlib.sha256(json.dumps(list(rows), ensure_ascii=False, default=str).encode()).hexdigest()
    return from_record(file, parsed, lines, digest)


Lines = dict[tuple[str | int, ...], int]


def _record(rows: Sequence[dict[str, Any]], first: int) -> tuple[dict[str, Any], Lines]:
    head = {name: written(rows[0].get(name)) for name in HEAD}
    record: dict[str, Any] = {name: value for name, value in head.items() if value is not None}
    record["answer"], record["funds"] = [], []
    lines: Lines = {(): first}
    for number, row in enumerate(rows, first):
        read = ((name, written(row.get(name))) for name in FIELDS)
        values: dict[str, Any] = {name: value for name, value in read if value is not None}
        if any(name in values for name in FUNDS):
            money: dict[str, Any] = {name: values[name] for name in (*FUNDS, "weight", "claimed", "reason") if name in values}
            lines["funds", len(record["funds"])] = number
            money |= {"source": values.get("source", TOTAL_FUNDS), "unit": values.get("money_unit", "万元")}
            record["funds"].append(money)
            continue
        texts = ("weight", "target", "actual", "claimed", "reason", "standard", "coefficient", "direction")
        answer: dict[str, Any] = {name: values[name] for name in texts if name in values}
        path = [name for name in values.get("path", [values.get(level, "") for level in LEVELS]) if name and name.strip()]
        lines["answer", len(record["answer"])] = number
        answer |= {"path": path or [""], "unit": values.get("measure_unit", "")}
        record["answer"].append(answer)
    return record, lines


def written(value: Any) -> Any:
    """A value as a person would write it: numbers without superfluous zeros, "" and NaN as nothing."""
    if isinstance(value, float):
        value = None if value != value else Decimal(repr(value))
    if isinstance(value, Decimal):
        return value.normalize() if value.is_finite() else value
    return None if value == "" else value






def flat_table(source: str | Path) -> str | None:
    """The flat table that a source is, or that an earlier output folder was made from; None for other sources.

    Raises:
        ScorerError: the table of an earlier output is no longer there, or no longer the same.
    """
    path = Path(source)
    if path.is_dir():
        return table_of(path)
    if path.suffix.lower() != ".parquet" or not path.is_file():
        return None
    return str(path) if is_flat(open_table(path).schema_arrow.names) else None


def table_of(folder: Path) -> str | None:
    """The flat table that the results in a folder were made from; None where they were not.

    Raises:
        ScorerError: it is no longer there, or no longer the same.
    """
    try:
        about = json.loads((folder / BATCH).read_text("utf-8"))
        table, digest = about["table"], about["digest"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if not Path(table).is_file():
        raise ScorerError(f"{folder}：这批结果出自 {table}，现在没有这个文件。请放回原处，或对新的表重新运行 scorer batch。")
    if table_digest(table) != digest:
        raise ScorerError(f"{folder}：这批结果出自 {table}，它后来改动过。请对它重新运行 scorer batch。")
    return str(table)


def table_digest(path: str | Path) -> str:
    """The digest of a Parquet file's size and footer, which lists every piece of it: a changed table has another one."""
    with Path(path).open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(size - 8, 0))
        footer = int.from_bytes(file.read(4), "little")
        file.seek(max(size - 8 - footer, 0))
        return hashlib.sha256(f"{size} ".encode() + file.read()).hexdigest()
