"""The results as Parquet, for questions in SQL: a row a submission, a row a leaf, a row a finding."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from scorer import install_words
from scorer.batch.overview.risk import Row, left_out_weight
from scorer.batch.whole import whole_file

TABLES = ("submissions.parquet", "scores.parquet", "findings.parquet")
MISSING = f"未写 {'、'.join(TABLES)}：需要 pyarrow。请{install_words('batch')}，再加 --force 运行。"
ROWS = 4096  # rows of a table held in memory before they are written

Add = Callable[[Row, dict[str, Any], Sequence[dict[str, Any]]], None]


def available() -> bool:
    return find_spec("pyarrow") is not None


@cache
def schemas() -> dict[str, Any]:
    """The Arrow schema of each table."""
    import pyarrow as arrow

    points = arrow.decimal128(18, 2)
    fields: dict[str, list[tuple[str, Any]]] = {
        "submissions.parquet": [
            ("submission", arrow.int64()),
            *((name, arrow.string()) for name in ("id", "file", "unit", "department", "region", "project")),
            ("year", arrow.int32()),
            ("set", arrow.string()),
            *((name, points) for name in ("total", "full", "low", "high", "claimed_total")),
            *((name, arrow.string()) for name in ("grade", "claimed_grade")),
            *((name, points) for name in ("recomputed_weight", "judged_weight", "missing_weight", "left_out_weight")),
            *((name, arrow.int32()) for name in ("errors", "warnings", "notes")),
            ("risk", points),
            ("unread", arrow.string()),
        ],
        "scores.parquet": [
            ("submission", arrow.int64()),
            ("path", arrow.list_(arrow.string())),
            ("indicator", arrow.string()),
            ("weight", points),
            *((name, arrow.string()) for name in ("target", "actual")),
            *((name, points) for name in ("claimed", "points", "low", "high")),
            *((name, arrow.string()) for name in ("status", "rule", "words", "at")),
        ],
        "findings.parquet": [
            ("submission", arrow.int64()),
            *((name, arrow.string()) for name in ("code", "name", "level", "message")),
            ("path", arrow.list_(arrow.string())),
            ("where", arrow.list_(arrow.struct([(name, arrow.string()) for name in ("file", "at", "quote")]))),
            ("numbers", arrow.map_(arrow.string(), arrow.string())),
            ("across", arrow.int32()),  # the line of across.jsonl, null for a finding of the form alone
        ],
    }
    return {name: arrow.schema(listed) for name, listed in fields.items()}


@contextmanager
def tables(folder: Path) -> Iterator[Add]:
    """A function that takes one report after the other, each with the findings across forms that concern it; the tables
    appear when the block ends without a fault."""
    import pyarrow as arrow
    from pyarrow import parquet

    with ExitStack() as stack:
        waiting: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES}
        writers = {}
        for name in TABLES:
            file = stack.enter_context(whole_file(folder / name))
            writers[name] = stack.enter_context(
                parquet.ParquetWriter(file, schemas()[name], compression="zstd")
            )

        def flush(name: str) -> None:
            writers[name].write_batch(arrow.RecordBatch.from_pylist(waiting[name], schemas()[name]))
            waiting[name].clear()

        def add(row: Row, report: dict[str, Any], across: Sequence[dict[str, Any]]) -> None:
            waiting["submissions.parquet"].append(submission_row(row, report))
            waiting["scores.parquet"] += (score_row(row.number, line) for line in report["lines"] if line["leaf"])
            waiting["findings.parquet"] += (finding_row(row.number, finding) for finding in report["findings"])
            waiting["findings.parquet"] += (finding_row(row.number, finding) for finding in across)
            for name, listed in waiting.items():
                if len(listed) >= ROWS:
                    flush(name)

        yield add
        for name in TABLES:
            flush(name)


def submission_row(row: Row, report: dict[str, Any]) -> dict[str, Any]:
    figures = ("total", "full", "low", "high", "claimed_total", "recomputed_weight", "judged_weight", "missing_weight")
    return {
        "submission": row.number,
        "id": row.id or row.key.rpartition("#")[2],
        "file": row.key,
        **{name: getattr(row, name) for name in ("unit", "department", "project", "year", "set")},
        "region": row.region or None,
        **{name: _points(report[name]) for name in figures},
        "left_out_weight": left_out_weight(report),
        **{name: getattr(row, name) for name in ("grade", "claimed_grade", "errors", "warnings", "notes")},
        "risk": row.risk.total,
        "unread": row.unread or None,
    }


def score_row(number: int, line: dict[str, Any]) -> dict[str, Any]:
    return {
        "submission": number,
        "path": line["path"],
        "indicator": line["path"][-1] if line["path"] else "",
        **{name: _points(line[name]) for name in ("weight", "claimed", "points", "low", "high")},
        **{name: line[name] for name in ("target", "actual", "status", "rule", "words")},
        "at": line["where"]["at"] if line["where"] else None,
    }


def finding_row(number: int, finding: dict[str, Any]) -> dict[str, Any]:
    texts = {name: finding[name] for name in ("code", "name", "level", "message", "path", "where")}
    return {"submission": number, **texts, "numbers": list(finding["numbers"].items()), "across": finding.get("across")}


def _points(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


SCORES: Final = "scores.parquet"


ROWS_KEPT: Final = 65_536  # submissions and findings written together


ENCODINGS: Final = {"submission": "DELTA_BINARY_PACKED", "at": "DELTA_BYTE_ARRAY"}


# texts of which hardly any stands twice: looking for them would take longer than writing them
DISTINCT: Final = ("file", "project", "message", "where.list.element.at", "where.list.element.quote", "numbers.key_value.value")


WRITING: Final[dict[str, Any]] = {
    "compression": "snappy",
    "store_schema": False,  # texts are dictionary encoded in memory, and are texts all the same
    "store_decimal_as_integer": True,
    "write_statistics": ["submission"],
}


class Part:
    """Rows of one result table, kept until there are enough for a row group. The file appears when all is well.

    Batches of scores come with dictionary encoded texts, each with dictionaries of its own; they are written as they
    come, which is several times faster than from texts.
    """

    def __init__(self, path: Path, table: str) -> None:
        self._path = path
        self._schema = schemas()[table]
        self._at_once = table == SCORES
        self._stack = ExitStack()
        self._waiting: list[Any] = []
        self._rows = 0
        self._writer: Any = None

    def __enter__(self) -> Part:
        self._file = self._stack.enter_context(whole_file(self._path))
        return self

    def _open(self, schema: Any) -> Any:
        from pyarrow import parquet

        encodings = {name: ENCODINGS[name] for name in schema.names if name in ENCODINGS}
        encoded = [column for column in _leaves(schema) if column not in encodings and column not in DISTINCT]
        writer = parquet.ParquetWriter(self._file, schema, use_dictionary=encoded, column_encoding=encodings, **WRITING)
        return self._stack.enter_context(writer)

    def add(self, batch: Any) -> None:
        import pyarrow

        if self._at_once:
            batch = pyarrow.RecordBatch.from_arrays([distinct_texts(column) for column in batch.columns], batch.schema.names)
        self._waiting.append(batch)
        self._rows += len(batch)
        if self._at_once or self._rows >= ROWS_KEPT:
            self._flush()

    def _flush(self) -> None:
        import pyarrow

        if not self._rows:
            return
        table = pyarrow.Table.from_batches(self._waiting)
        self._writer = self._writer or self._open(table.schema)
        self._writer.write_table(table, row_group_size=self._rows)
        self._waiting, self._rows = [], 0

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if kind is None:
            self._flush()
            if self._writer is None:
                self._open(self._schema)
        self._stack.__exit__(kind, error, trace)


def _leaves(schema: Any) -> list[str]:
    """The columns of a schema as Parquet names their leaves."""
    names = {"path": ["path.list.element"], "where": [f"where.list.element.{name}" for name in ("file", "at", "quote")]}
    names["numbers"] = ["numbers.key_value.key", "numbers.key_value.value"]
    return [leaf for name in schema.names for leaf in names.get(name, [name])]


def distinct_texts(column: Any) -> Any:
    """A column with every text but once in its dictionary, and codes of one type; other columns as they are.

    pyarrow writes a dictionary with a text that stands twice as plain texts instead, larger and with unset bytes.
    """
    import pyarrow

    if isinstance(column, pyarrow.ListArray) and isinstance(column.values, pyarrow.DictionaryArray):
        return pyarrow.ListArray.from_arrays(column.offsets, distinct_texts(column.values))
    if not isinstance(column, pyarrow.DictionaryArray):
        return column
    codes = column.indices.cast(pyarrow.int32())
    once = column.dictionary.dictionary_encode()
    if len(once.dictionary) == len(column.dictionary):
        return pyarrow.DictionaryArray.from_arrays(codes, column.dictionary)
    return pyarrow.DictionaryArray.from_arrays(once.indices.take(codes), once.dictionary)
