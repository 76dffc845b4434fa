"""Rows a second of a flat table scored and checked by columns, beside DuckDB and a plain Decimal loop, in one run.

    python -m tests.bench.bench_columns [SUBMISSIONS] [WORKERS]

The table is made by this script, in a temporary folder, from a fixed seed: 15 rows a submission, one of them its funds;
targets such as ≥50个, ≤300万元 and 95%, bare figures, words and dates; three indicator sets with four kinds of rules; about
a third of the submissions have something wrong. DuckDB scores the same rows with the same rules written in SQL (integers,
rounded half-up) and looks for the plainest faults; the loop does it with `Decimal` and a regular expression, on a sample.
Their points are compared with ours.

The table is read once before the clocks start, so that all of them find it in memory. Memory is the sum of all processes,
looked at every few hundredths of a second.
"""

from __future__ import annotations

import os
import re
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import ROUND_HALF_UP, ROUND_UP, Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from scorer.batch.progress import Progress
from scorer.batch.run import run_columns
from scorer.batch.sources.flat import outline, pieces
from scorer.batch.tasks.columnar import DECIDED, Columnar
from scorer.engines import Local

SEED = 20200225
AT_ONCE = 65_536  # submissions made at a time
ROWS = 15
SAMPLE = 30_000  # rows of the Decimal loop
SETS = ("mof/project-2020", "mof/central-2021", "hubei/project-2020")
EXECUTION_WEIGHT = (10, 10, 20)
# level 1, level 2, weight by set, what its target is
LEAVES = (
    *(("产出指标", "数量指标", (6, 6, 5), "count") for _ in range(3)),
    ("产出指标", "数量指标", (6, 5, 5), "bare"),
    *(("产出指标", "质量指标", (8, 8, 6), "rate") for _ in range(2)),
    ("产出指标", "时效指标", (5, 5, 4), "date"),
    ("产出指标", "成本指标", (5, 6, 4), "cost"),
    ("效益指标", "经济效益指标", (6, 6, 9), "bare"),
    *(("效益指标", "社会效益指标", (8, 8, 8), "words") for _ in range(2)),
    ("效益指标", "可持续影响指标", (8, 8, 8), "words"),
    ("满意度指标", "服务对象满意度指标", (5, 5, 3), "rate"),
    ("满意度指标", "服务对象满意度指标", (5, 5, 4), "rate"),
)
COUNTS, RATES, COSTS = 2500, 1001, 2500
WORDS = ("有效提升", "长期", "效果明显")
TIERS = ("达成预期指标", "部分达成预期指标并具有一定效果", "未达成预期指标且效果较差")
DUE, DONE = "2023年12月底前", "2023年12月10日"
TARGETS = (
    *(f"≥{number}个" for number in range(COUNTS)),
    *(f"{number}" for number in range(COUNTS)),
    *(f"≥{number / 10:g}%" for number in range(RATES)),
    *(f"≤{number}万元" for number in range(COSTS)),
    *WORDS,
    DUE,
)
ACTUALS = (
    *(f"{number}个" for number in range(COUNTS)),
    *(f"{number}" for number in range(COUNTS)),
    *(f"{number / 10:g}%" for number in range(RATES)),
    *(f"{number}万元" for number in range(COSTS)),
    *TIERS,
    DONE,
)
START = {"count": 0, "bare": COUNTS, "rate": 2 * COUNTS, "cost": 2 * COUNTS + RATES, "words": 2 * COUNTS + RATES + COSTS}
NAMES = tuple(
    f"{where}{what}{kind}（{number}）"
    for where in ("农村", "城镇", "社区", "学校", "水利", "道路", "环境", "就业", "培训", "医疗")
    for what in ("改造", "建设", "补助", "服务", "管理", "维护", "宣传", "检查", "采购", "保障")
    for kind in ("数量", "合格率", "完成情况", "满意度", "及时率")
    for number in range(20)
)


# ---------------------------------------------------------------------------------------------------------- the table


def make(path: Path, submissions: int) -> None:
    random = np.random.default_rng(SEED)
    writer: Any = None
    for first in range(0, submissions, AT_ONCE):
        table = made(random, first, min(AT_ONCE, submissions - first))
        # as DuckDB and Spark write them: decimals as integers
        writer = writer or pq.ParquetWriter(path, table.schema, compression="zstd", store_decimal_as_integer=True)
        writer.write_table(table, row_group_size=1 << 20)
    writer.close()


def made(random: np.random.Generator, first: int, count: int) -> pa.Table:
    """Some submissions as rows. Points in hundredths; claims as the rules give them, then some of them spoiled."""
    size = count * ROWS
    of_set = random.choice(len(SETS), count, p=[0.6, 0.2, 0.2])
    sets = np.repeat(of_set, ROWS)
    kind = np.tile(np.array(["execution", *(leaf[3] for leaf in LEAVES)]), count)
    place = np.tile(np.arange(ROWS), count)
    funds = place == 0
    weight = 100 * np.concatenate([np.array([EXECUTION_WEIGHT]), np.array([leaf[2] for leaf in LEAVES])]).T[of_set].ravel()
    wanted = random.integers(10, 2000, size)
    got = np.clip((wanted * random.normal(1.06, 0.08, size)).astype(np.int64), 1, 2499)
    rates = kind == "rate"
    wanted[rates], got[rates] = random.integers(800, 1001, rates.sum()), random.integers(850, 1001, rates.sum())
    costs = kind == "cost"
    got[costs] = np.minimum(got[costs], wanted[costs] + random.integers(0, 40, costs.sum()) * (random.random(costs.sum()) < 0.1))
    tier = random.choice(3, size, p=[0.85, 0.13, 0.02])
    points = points_of(sets, kind, weight, wanted, got, tier)
    budget = random.integers(10_000, 10**8, size)
    executed = (budget * np.minimum(random.uniform(0.75, 1.1, size), 1)).astype(np.int64)
    points[funds] = execution_points(sets[funds], weight[funds], executed[funds], budget[funds])
    claimed = spoiled(random, points.copy(), weight, place, count)
    total = np.add.reduceat(claimed, np.arange(0, size, ROWS))
    total[random.random(count) < 0.03] += 100
    grade = np.select([total >= 9000, total >= 8000, total >= 6000], [0, 1, 2], 3)
    submission = np.repeat(np.arange(first + 1, first + count + 1), ROWS)

    def texts(listed: tuple[str, ...], codes: Any, missing: Any = None) -> pa.Array:
        return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32), mask=missing), pa.array(list(listed)))

    start = np.vectorize({**START, "execution": 0, "date": START["words"] + 3}.get)(kind)
    target = start + np.where(kind == "words", random.integers(0, 3, size), np.where(kind == "date", 0, wanted))
    actual = start + np.where(kind == "words", tier, np.where(kind == "date", 0, got))
    first_levels, second_levels = tuple(dict.fromkeys(leaf[0] for leaf in LEAVES)), tuple(dict.fromkeys(leaf[1] for leaf in LEAVES))
    level1 = np.tile(np.array([0, *(first_levels.index(leaf[0]) + 1 for leaf in LEAVES)]), count)
    level2 = np.tile(np.array([0, *(second_levels.index(leaf[1]) for leaf in LEAVES)]), count)
    units = tuple(f"某省第{number % 100}市第{number}局" for number in range(30_000))
    projects = tuple(f"项目{number}" for number in range(first + 1, first + count + 1))
    by_row = np.repeat(np.arange(count), ROWS)
    return pa.table(
        {
            "submission": submission,
            "unit": texts(units, random.integers(0, len(units), count)[by_row]),
            "project": texts(projects, by_row),
            "year": pa.array(np.full(size, 2023, np.int32)),
            "set": texts(SETS, sets),
            "claimed_total": decimals(total[by_row]),
            "claimed_grade": texts(("优", "良", "中", "差"), grade[by_row]),
            "level1": texts(("预算执行率", *first_levels), level1),
            "level2": texts(second_levels, level2, funds),
            "level3": texts(NAMES, random.integers(0, len(NAMES), size), funds),
            "weight": decimals(weight),
            "target": texts(TARGETS, target, funds),
            "actual": texts(ACTUALS, actual, funds),
            "claimed": decimals(claimed),
            "budget": decimals(budget, ~funds),
            "executed": decimals(executed, ~funds),
        }
    )


def decimals(hundredths: Any, missing: Any = None) -> pa.Array:
    pairs = np.zeros((len(hundredths), 2), np.int64)
    pairs[:, 0] = hundredths
    valid = None if missing is None else pa.py_buffer(np.packbits(~missing, bitorder="little"))
    return pa.Array.from_buffers(pa.decimal128(18, 2), len(hundredths), [valid, pa.py_buffer(pairs)])


def half_up(above: Any, below: Any) -> Any:
    return (2 * above + below) // (2 * below)


def points_of(sets: Any, kind: Any, weight: Any, wanted: Any, got: Any, tier: Any) -> Any:
    """What the rules give each row, in hundredths, written down apart from the code that is measured."""
    cost = kind == "cost"
    part, whole = np.where(cost, wanted, got), np.where(cost, got, wanted)
    part = np.minimum(part, whole)
    points = half_up(weight * part, whole)
    central = sets == 1
    points[central] = half_up(weight * np.maximum(10 * part - 6 * whole, 0), 4 * whole)[central]
    banded = central & (kind == "rate") & (np.tile(np.arange(ROWS), len(kind) // ROWS) >= ROWS - 2)
    share = np.select([got >= 900, got >= 800, got >= 600], [100, 80, 50], 0)
    points[banded] = half_up(weight * share, 100)[banded]
    words = kind == "words"
    points[words] = np.select([tier == 0, tier == 1], [weight, weight * 7 // 10], weight * 3 // 10)[words]
    points[kind == "date"] = weight[kind == "date"]
    return points


def execution_points(sets: Any, weight: Any, executed: Any, budget: Any) -> Any:
    points = half_up(weight * np.minimum(executed, budget), budget)
    share = np.select([executed >= budget, 10 * executed >= 8 * budget, 10 * executed >= 6 * budget], [100, 70, 50], 0)
    return np.where(sets == 1, half_up(weight * share, 100), points)


def spoiled(random: np.random.Generator, claimed: Any, weight: Any, place: Any, count: int) -> Any:
    """Claims with what is found in practice: full points for what was missed, points kept back, points above the weight."""
    spoil = np.repeat(random.random(count) < 0.3, ROWS)
    chance = random.random(len(claimed))
    full = spoil & (chance < 0.10)
    kept = spoil & (chance > 0.10) & (chance < 0.13) & (place > 0)
    above = spoil & (chance > 0.13) & (chance < 0.135) & (place > 0)
    claimed[full] = weight[full]
    claimed[kept] = np.maximum(claimed[kept] - 100, 0)
    claimed[above] = weight[above] + 100
    return claimed


# -------------------------------------------------------------------------------------------------------------- peers

SQL = """
CREATE TABLE sums AS
WITH read AS (
    SELECT submission, "set" = 'mof/central-2021' AS central, "set" = 'hubei/project-2020' AS hubei, level1,
        budget IS NOT NULL AS funds, CAST(weight * 100 AS BIGINT) AS weight, CAST(claimed * 100 AS BIGINT) AS claimed,
        claimed_total, starts_with(target, '≤') AS reverse, actual AS said,
        CASE WHEN budget IS NOT NULL THEN CAST(budget * 100 AS BIGINT)
            ELSE CAST(TRY_CAST(regexp_extract(target, '[0-9.]+') AS DECIMAL(12,1)) * 10 AS BIGINT) END AS wanted,
        CASE WHEN budget IS NOT NULL THEN CAST(executed * 100 AS BIGINT)
            ELSE CAST(TRY_CAST(regexp_extract(actual, '[0-9.]+') AS DECIMAL(12,1)) * 10 AS BIGINT) END AS got
    FROM read_parquet('{path}')
), parts AS (
    SELECT *, least(wanted, got) AS part, CASE WHEN reverse THEN got ELSE wanted END AS whole FROM read
), scored AS (
    SELECT *, CASE
        WHEN said = '达成预期指标' THEN greatest((8 * weight + 9) // 10, least(claimed, weight))
        WHEN said = '部分达成预期指标并具有一定效果'
            THEN greatest(((CASE WHEN hubei THEN 5 ELSE 6 END) * weight + 9) // 10, least(claimed, (8 * weight + 9) // 10 - 1))
        WHEN said = '未达成预期指标且效果较差'
            THEN greatest(0, least(claimed, ((CASE WHEN hubei THEN 5 ELSE 6 END) * weight + 9) // 10 - 1))
        WHEN said = '2023年12月10日' THEN greatest(0, least(claimed, weight))
        WHEN funds AND central THEN (2 * weight * (CASE WHEN got >= wanted THEN 100 WHEN 10 * got >= 8 * wanted THEN 70
            WHEN 10 * got >= 6 * wanted THEN 50 ELSE 0 END) + 100) // 200
        WHEN central AND level1 = '满意度指标' THEN (2 * weight * (CASE WHEN got >= 900 THEN 100 WHEN got >= 800 THEN 80
            WHEN got >= 600 THEN 50 ELSE 0 END) + 100) // 200
        WHEN central AND NOT funds THEN (2 * weight * greatest(10 * part - 6 * whole, 0) + 4 * whole) // (8 * whole)
        WHEN reverse AND got <= wanted THEN weight
        ELSE (2 * weight * part + whole) // (2 * whole) END AS points
    FROM parts
)
SELECT submission, sum(points) AS total, sum(weight) AS weights, sum(claimed) AS claims, any_value(claimed_total) AS claimed_total,
    count_if(claimed > weight) AS above, count_if(claimed = weight AND points < weight) AS missed,
    count_if(claimed < weight AND points = weight) AS kept
FROM scored GROUP BY submission
"""


def by_duckdb(path: Path, threads: int) -> tuple[float, dict[int, int]]:
    import duckdb

    with duckdb.connect() as connection:
        connection.execute(f"SET threads = {threads}")
        began = time.perf_counter()
        connection.execute(SQL.format(path=path))
        seconds = time.perf_counter() - began
        return seconds, dict(connection.execute("SELECT submission, total FROM sums WHERE submission <= 100000").fetchall())


FIGURE = re.compile(r"[0-9]+(?:\.[0-9]+)?")
CENT = Decimal("0.01")


def by_loop(path: Path) -> tuple[float, int, dict[int, Decimal]]:
    """The everyday way over a sample of the rows: seconds, rows, and the totals."""
    rows = next(pq.ParquetFile(path).iter_batches(batch_size=SAMPLE // ROWS * ROWS)).to_pylist()
    began = time.perf_counter()
    totals: dict[int, Decimal] = {}
    for row in rows:
        weight, claimed, central = row["weight"], row["claimed"], row["set"] == SETS[1]
        if row["budget"] is not None:
            ratio = min(row["executed"] / row["budget"], Decimal(1))
            if central:
                steps = ((Decimal(1), Decimal(1)), (Decimal("0.8"), Decimal("0.7")), (Decimal("0.6"), Decimal("0.5")))
                ratio = next((share for start, share in steps if ratio >= start), Decimal(0))
            points = weight * ratio
        elif row["actual"] in TIERS:
            middle = Decimal("0.5") if row["set"] == SETS[2] else Decimal("0.6")
            low, high = {0: (Decimal("0.8"), None), 1: (middle, Decimal("0.8")), 2: (Decimal(0), middle)}[TIERS.index(row["actual"])]
            points = max(weight * low, min(claimed, weight if high is None else (weight * high).quantize(CENT, ROUND_UP) - CENT))
        elif row["actual"] == DONE:
            points = min(claimed, weight)
        else:
            wanted, got = Decimal(FIGURE.search(row["target"])[0]), Decimal(FIGURE.search(row["actual"])[0])  # type: ignore[index]
            reverse = row["target"].startswith("≤")
            ratio = min(wanted / got if reverse else got / wanted, Decimal(1))
            if central and row["level1"] == "满意度指标":
                steps = ((Decimal(90), Decimal(1)), (Decimal(80), Decimal("0.8")), (Decimal(60), Decimal("0.5")))
                ratio = next((share for start, share in steps if got >= start), Decimal(0))
            elif central:
                ratio = max(Decimal(0), (ratio - Decimal("0.6")) / Decimal("0.4"))
            points = weight * ratio
        totals[row["submission"]] = totals.get(row["submission"], Decimal(0)) + points.quantize(CENT, ROUND_HALF_UP)
    return time.perf_counter() - began, len(rows), totals


# ------------------------------------------------------------------------------------------------------------ measuring


def family(pid: int) -> Iterator[int]:
    """A process and those it has started."""
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = task.read_text().split()
        except OSError:
            continue
        for child in children:
            yield from family(int(child))


def resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")
    except (OSError, IndexError, ValueError):
        return 0


@contextmanager
def peak_memory() -> Iterator[Callable[[], float]]:
    """The largest sum of the memory of this process and those below it, in MB."""
    most, ended = 0, threading.Event()

    def watch() -> None:
        nonlocal most
        while not ended.wait(0.03):
            most = max(most, sum(resident(pid) for pid in family(os.getpid())))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield lambda: most / 1e6
    finally:
        ended.set()
        watcher.join()


def processor_seconds() -> float:
    """What this process and those that it has ended have used."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


@contextmanager
def measured(words: str, rows: int, workers: int, found: list[str]) -> Iterator[None]:
    """Say how many rows a second, and how many there would be were the processors not busy with other things."""
    began, used = time.perf_counter(), processor_seconds()
    with peak_memory() as memory:
        yield
    seconds, used = time.perf_counter() - began, processor_seconds() - used
    idle = f"{used:.1f} s of processor: {rows * workers / used / 1e6:.2f} M on idle ones"
    rate = f"{rows / seconds / 1e6:.2f} M rows/s ({seconds:.1f} s; {idle}"
    print(f"{words}: {rate}; {memory():.0f} MB in all{''.join(f'; {one}' for one in found)})", flush=True)


def scored(path: Path, folder: Path, workers: int, *, scores: bool) -> int:
    """Score and check the table into parts; gives the number of findings."""
    folder.mkdir()
    tasks = pieces(path, outline(path))
    findings = 0
    for _, done in Local(workers, 3600, 8192).run(Columnar(None, DECIDED, str(folder), scores), tasks):
        assert not isinstance(done, str), done
        findings += sum(done.levels.values())  # type: ignore[union-attr]
    return findings


def main() -> None:
    submissions = int(sys.argv[1]) if len(sys.argv) > 1 else 3_000_000
    workers = int(sys.argv[2]) if len(sys.argv) > 2 else 2
    rows = submissions * ROWS
    with tempfile.TemporaryDirectory() as name:
        path, out = Path(name) / "rows.parquet", Path(name) / "out"
        began = time.perf_counter()
        make(path, submissions)
        print(f"made: {rows} rows, {path.stat().st_size / 1e6:.0f} MB, {time.perf_counter() - began:.0f} s", flush=True)
        path.read_bytes()
        said: list[str] = []
        with measured("scored, checked, summed by submission", rows, workers, said):
            said.append(f"{scored(path, Path(name) / 'without', workers, scores=False)} findings")
        with measured("the same, with a row of results for each row", rows, workers, []):
            scored(path, Path(name) / "with", workers, scores=True)
        with measured("whole command, tables joined, with the summary", rows, workers, []):
            run_columns(str(path), out, None, DECIDED, None, workers, Progress(None, False))
        table = pq.read_table(out / "submissions.parquet", columns=["submission", "total"]).slice(0, 100_000)
        totals = dict(zip(table["submission"].to_pylist(), table["total"].to_pylist(), strict=True))
        said = []
        with measured("DuckDB, the same rules in SQL", rows, workers, said):
            _, sums = by_duckdb(path, workers)
            differing = sum(totals[number] * 100 != total for number, total in sums.items())
            said.append(f"{differing} of {len(sums)} totals differ")
        seconds, count, looped = by_loop(path)
        differing = sum(totals[number] != total for number, total in looped.items())
        print(f"Decimal loop, one process: {count / seconds / 1e6:.3f} M rows/s, {differing} of {len(looped)} totals differ", end="")
        print(f" ({count} rows in {seconds:.1f} s; all of them would take {rows * seconds / count:.0f} s)")


if __name__ == "__main__":
    main()
