"""How fast the workbench is with a whole province in it: lists, next card, verdicts with their ledger, start, memory.

    python tests/bench/bench_web.py [--submissions 100000]

The rows are made up; pages are asked for through Django without a network, so that what is measured is this program.
"""

from __future__ import annotations

import argparse
import random
import resource
import statistics
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.web_desk import FORM, client, hand_in, lone, set_up  # noqa: E402

FINDINGS = 30
CODES = [f"A1{number:02d}" for number in range(1, 16)] + [f"C30{number}" for number in range(1, 9)]
MOST = {"list": 50, "next card": 10, "findings of one": 10, "checks by verdict": 500, "start": 2000, "verdicts a second": 200}


def fill(count: int) -> None:
    """So many submissions with thirty findings each, copied from one that was read, in the database itself."""
    from django.db import connection, transaction

    [first] = hand_in(*FORM)
    chance = random.Random(1)
    states = ["送审"] * 6 + ["复核"] * 3 + ["已复核"]
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute("SELECT * FROM submission WHERE id = %s", [first.pk])
        names = [column[0] for column in cursor.description]
        row = dict(zip(names, cursor.fetchone(), strict=True))
        departments = [(number, row["created"], f"部门{number}") for number in range(1000, 1100)]
        cursor.executemany("INSERT INTO department (id, created, name) VALUES (%s, %s, %s)", departments)
        rows = []
        for number in range(count):
            new = {**row, "id": 1000 + number, "public": f"p{number:021d}", "department_id": 1000 + number % 100}
            new["state"] = states[number % 10]
            new |= {"risk": chance.randrange(20_000) / 100, "shuffle": chance.randrange(2**31), "unit": f"单位{number}", "undecided": 20}
            rows.append([new[name] for name in names])
        cursor.executemany(f"INSERT INTO submission ({', '.join(names)}) VALUES ({', '.join(['%s'] * len(names))})", rows)
        cursor.execute('SELECT * FROM finding WHERE submission_id = %s ORDER BY id LIMIT 1', [first.pk])
        names = [column[0] for column in cursor.description]
        row = dict(zip(names, cursor.fetchone(), strict=True))
        quoted = ", ".join(f'"{name}"' for name in names)
        statement = f"INSERT INTO finding ({quoted}) VALUES ({', '.join(['%s'] * len(names))})"
        number = 10_000
        for start in range(0, count, 2000):
            batch = []
            for submission in range(start, min(start + 2000, count)):
                for position in range(FINDINGS):
                    number += 1
                    code = CODES[(submission + position * 7) % len(CODES)]
                    new = {**row, "id": number, "submission_id": 1000 + submission, "department_id": 1000 + submission % 100}
                    new |= {"code": code, "position": position + 1, "ordinal": position, "shuffle": chance.randrange(2**31)}
                    verdict = "属实" if chance.random() < 0.3 else ""
                    new |= {"verdict": verdict, "waits": not verdict, "by_id": None}
                    batch.append([new[name] for name in names])
            cursor.executemany(statement, batch)
        cursor.execute("ANALYZE")


def timed(act: Callable[[], Any], times: int = 15) -> tuple[float, float]:
    """Median and p95 of so many runs, in milliseconds, after one that warms up."""
    act()
    spent = []
    for _ in range(times):
        begun = time.perf_counter()
        act()
        spent.append((time.perf_counter() - begun) * 1000)
    spent.sort()
    return statistics.median(spent), spent[int(len(spent) * 0.95)]


def writers(count: int, each: int) -> float:
    """Verdicts a second with so many writers at once, every one with its entry in the ledger."""
    from django.db import connection

    from scorer.web.models import FindingRow
    from scorer.web.rulings import decide

    me = lone()
    rows = list(FindingRow.objects.filter(verdict="", submission__state="送审").select_related("submission")[: count * each])
    faults: list[str] = []

    def work(mine: list[Any]) -> None:
        for row in mine:
            try:
                decide(me, row, "属实", lock=row.lock)
            except Exception as error:
                faults.append(repr(error))
        connection.close()

    threads = [threading.Thread(target=work, args=(rows[place::count],)) for place in range(count)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spent = time.perf_counter() - begun
    assert faults == [], faults[:3]
    return len(rows) / spent


def main() -> int:
    """Print each figure beside its bar; 1 where one is missed."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--submissions", type=int, default=100_000)
    count = given.parse_args().submissions
    begun = time.perf_counter()
    set_up()
    started = (time.perf_counter() - begun) * 1000
    begun = time.perf_counter()
    fill(count)
    print(f"{count} submissions x {FINDINGS} findings: filled in {time.perf_counter() - begun:.0f} s")
    browser = client(lone())
    from scorer.web import access, queries
    from scorer.web.models import FindingRow
    from scorer.web.screens.criterion import OPEN, Way, chosen, next_of

    me = lone()
    ordered = chosen(me, Way()).filter(code="C301").filter(OPEN).order_by("shuffle", "id")
    figures = {
        "list": timed(lambda: browser.get("/queue?state=送审&state=复核")),
        "list with a check": timed(lambda: browser.get("/queue?code=C301")),
        "list of a search": timed(lambda: browser.get("/queue?q=单位777")),
        "next card": timed(lambda: next_of(ordered, "1000000000,1", "")),
        "findings of one": timed(lambda: list(FindingRow.objects.filter(submission=1000 + count // 2))),
        "checks by verdict": timed(lambda: queries.checks_by_verdict(access.findings(me).filter(gone="", round=1)), 3),
        "departments by state": timed(lambda: queries.departments_by_state(access.visible(me)), 3),
    }
    missed = 0
    for name, (median, high) in figures.items():
        bar = MOST.get(name)
        missed += bar is not None and high > bar
        print(f"{name:24} median {median:8.1f} ms   p95 {high:8.1f} ms   {f'bar {bar} ms' if bar else ''}")
    rate = writers(8, 60)
    missed += rate < MOST["verdicts a second"]
    print(f"{'verdicts, 8 writers':24} {rate:8.0f} a second   bar {MOST['verdicts a second']}")
    print(f"{'tables made':24} {started:8.0f} ms")
    print(f"{'memory':24} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:8.0f} MB (with what fills it)")
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
