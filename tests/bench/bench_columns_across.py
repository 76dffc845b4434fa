"""What the comparison across the submissions of a flat table takes beside their scoring, check by check.

    python -m tests.bench.bench_columns_across [SUBMISSIONS] [WORKERS]

The table is that of bench_columns. A second one, a third of its submissions in each of three years, has the same units
and projects every year: there each submission is laid beside that of the year before.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from scorer.batch.marked import FINDINGS, Marks, mark_submissions
from scorer.batch.sources.flat import Outline, Piece, outline, pieces
from scorer.batch.table_across import compare_table
from scorer.batch.tables import Part
from scorer.batch.tasks.columnar import COMPARED, DECIDED, Columnar
from scorer.engines import Local
from tests.bench.bench_columns import AT_ONCE, ROWS, SEED, made, make, measured, peak_memory


def make_years(path: Path, submissions: int) -> None:
    """A table of three years, each with the same units and projects, and figures of its own."""
    writer: Any = None
    units = pa.array([f"某市第{number}局" for number in range(submissions // 9 + 1)])
    for year in range(3):
        random = np.random.default_rng(SEED + year)
        for first in range(0, submissions // 3, AT_ONCE):
            count = min(AT_ONCE, submissions // 3 - first)
            table = made(random, first, count)
            number = np.repeat(np.arange(first, first + count), ROWS)
            values = {
                "submission": pa.array(number + 1 + year * (submissions // 3)),
                "unit": pa.DictionaryArray.from_arrays(pa.array((number % len(units)).astype(np.int32)), units),
                "year": pa.array(np.full(len(number), 2021 + year, np.int32)),
            }
            for name, column in values.items():
                table = table.set_column(table.schema.get_field_index(name), name, column)
            writer = writer or pq.ParquetWriter(path, table.schema, compression="zstd", store_decimal_as_integer=True)
            writer.write_table(table, row_group_size=1 << 20)
    writer.close()


def score(path: Path, folder: Path, workers: int, across: tuple[str, ...]) -> tuple[list[Piece], Outline]:
    folder.mkdir()
    whole = outline(path)
    tasks = pieces(path, whole)
    work = Columnar(None, DECIDED, str(folder), True, across)
    for _, done in Local(workers, 3600, 8192).run(work, tasks):
        assert not isinstance(done, str), done
    return tasks, whole


def compare(path: Path, folder: Path, tasks: list[Piece], whole: Outline) -> None:
    with (folder / "across.jsonl").open("wb") as lines, Part(folder / "more.parquet", FINDINGS) as part:
        marks = Marks(lines, part)
        for code in COMPARED:
            before, began, used = sum(marks.levels.values()), time.perf_counter(), time.process_time()
            with peak_memory() as memory:
                (tally,) = compare_table(str(path), folder, tasks, whole, None, [code], marks.add)
            seconds, used = time.perf_counter() - began, time.process_time() - used
            found = sum(marks.levels.values()) - before
            print(f"  {code}: {used:.1f} s of processor ({seconds:.1f} s), {memory():.0f} MB", end="")
            print(f"; {found} found, {tally.sound} sound, {tally.undecided} undecided", flush=True)
        marks.flush()
    began = time.process_time()
    mark_submissions(marks, folder, tasks)
    print(f"  counted into the submissions: {time.process_time() - began:.1f} s", flush=True)


def main() -> None:
    submissions = int(sys.argv[1]) if len(sys.argv) > 1 else 3_000_000
    workers = int(sys.argv[2]) if len(sys.argv) > 2 else 2
    with tempfile.TemporaryDirectory() as name:
        for words, maker in (("one year", make), ("three years", make_years)):
            path, folder = Path(name) / f"{maker.__name__}.parquet", Path(name) / maker.__name__
            maker(path, submissions)
            print(f"{words}: {submissions} submissions")
            with measured("  scored", submissions * ROWS, workers, []):
                score(path, Path(f"{folder}-alone"), workers, ())
            with measured("  scored, facts written beside", submissions * ROWS, workers, []):
                tasks, whole = score(path, folder, workers, COMPARED)
            compare(path, folder, tasks, whole)


if __name__ == "__main__":
    main()
