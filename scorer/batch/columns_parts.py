"""The parts of the result tables that one piece of a flat table gives: Parquet files, the same bytes on every run."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from scorer.batch.tables import schemas
from scorer.batch.whole import whole_file

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
