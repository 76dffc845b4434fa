"""The tables of a batch as one DuckDB file, so that a bureau can ask its own questions in SQL.

``-o results.duckdb`` names that file. Everything else that a batch writes stands in the folder ``results.duckdb.files``
beside it, also what a later run needs to go on; wherever a folder of results is asked for, the file does as well.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any, Final

from scorer import install_words
from scorer.batch.tables import TABLES
from scorer.model import ScorerError
from scorer.saving import cause

SUFFIX: Final = ".duckdb"
FILES: Final = ".files"
MISSING: Final = f"写 .duckdb 需要 duckdb 和 pyarrow。请{install_words('batch')}；或用 -o 写一个文件夹。"
BATCH_ROWS: Final = 65_536
AT_ONCE: Final = 4096  # findings across forms, each with all submissions that it concerns

# what each table holds, for who looks into the file without having read the documentation
MEANINGS: Final = {
    "submissions": "一行一份提交件：总分、等级、发现数、风险",
    "scores": "一行一个末级指标：分值、目标、完成、自评、复算",
    "findings": "一行一处发现：代码、级别、说明、出处",
    "across": "一行一处跨表的发现，连同所涉及的提交件",
    "errors": "未能读取的提交件和原因",
}
ERRORS: Final = """
CREATE TABLE errors AS
SELECT s.submission, s.file, s.unread AS code, any_value(f.message) AS reason
FROM submissions s LEFT JOIN findings f ON f.submission = s.submission AND f.code = s.unread
WHERE s.unread IS NOT NULL GROUP BY ALL ORDER BY s.submission
"""


def is_database(output: str | Path) -> bool:
    return Path(output).suffix.lower() == SUFFIX


def folder_of(output: str | Path) -> Path:
    """The folder of results that an output names: itself, or the one beside a DuckDB file."""
    path = Path(output)
    return path.with_name(path.name + FILES) if is_database(path) else path


def check_available() -> None:
    """Say before long work is done for it that the file could not be written.

    Raises:
        ScorerError: DuckDB or pyarrow is not installed.
    """
    if find_spec("duckdb") is None or find_spec("pyarrow") is None:
        raise ScorerError(MISSING)


def write_database(folder: Path, target: Path) -> None:
    """Write the tables of a folder of results into a DuckDB file, whole or not at all; an existing file is replaced.

    Rows keep their order, texts stay texts: nothing in them is read as SQL, a date or a number.

    Raises:
        ScorerError: DuckDB is not installed, or the file cannot be written.
    """
    check_available()
    import duckdb

    try:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}-") as name:
            path = Path(name) / target.name
            with duckdb.connect(str(path)) as connection:
                _fill(connection, folder)
            path.replace(target)
    except (duckdb.Error, OSError) as error:
        words = cause(error) if isinstance(error, OSError) else str(error).strip().splitlines()[0]
        raise ScorerError(f"{target}：无法写入（{words}）。请关闭正在使用它的程序，或换一个文件名。") from error


def _fill(connection: Any, folder: Path) -> None:
    for table in TABLES:
        name = Path(table).stem
        connection.register("incoming", _rows_of(folder / table))
        connection.execute(f"CREATE TABLE {name} AS SELECT * FROM incoming")  # noqa: S608 -- names of our own tables
        connection.unregister("incoming")
    written = [Path(table).stem for table in TABLES]
    across = folder / "across.jsonl"
    if across.exists():
        connection.register("incoming", _across(across))
        connection.execute("CREATE TABLE across AS SELECT * FROM incoming")
        connection.unregister("incoming")
        written.append("across")
    connection.execute(ERRORS)
    for name in (*written, "errors"):
        connection.execute(f"COMMENT ON TABLE {name} IS '{MEANINGS[name]}'")


def _rows_of(path: Path) -> Any:
    """A Parquet file as a stream of its rows: the file's name is no part of any SQL."""
    import pyarrow
    from pyarrow import parquet

    file = parquet.ParquetFile(path)
    return pyarrow.RecordBatchReader.from_batches(file.schema_arrow, file.iter_batches(batch_size=BATCH_ROWS))


def _across(path: Path) -> Any:
    """The findings across forms as a stream of rows; `line` is what the column `across` of findings says."""
    import pyarrow

    concerned = pyarrow.struct(
        [("submission", pyarrow.int64()), *((name, pyarrow.string()) for name in ("file", "unit", "project")), ("year", pyarrow.int32())]
    )
    texts = ("code", "name", "level", "message")
    schema = pyarrow.schema(
        [
            ("line", pyarrow.int64()),
            *((name, pyarrow.string()) for name in texts),
            ("submissions", pyarrow.list_(concerned)),
            ("numbers", pyarrow.map_(pyarrow.string(), pyarrow.string())),
        ]
    )

    def rows() -> Iterator[dict[str, Any]]:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                said = json.loads(line)
                yield {
                    "line": number,
                    **{name: said[name] for name in texts},
                    "submissions": said["submissions"],
                    "numbers": list(said["numbers"].items()),
                }

    def batches() -> Iterator[Any]:
        told = rows()
        while listed := list(islice(told, AT_ONCE)):
            yield pyarrow.RecordBatch.from_pylist(listed, schema)

    return pyarrow.RecordBatchReader.from_batches(schema, batches())
