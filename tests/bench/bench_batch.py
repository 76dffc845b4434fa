"""How many forms a second `scorer batch` does and what memory it takes, beside openpyxl and python-docx only opening them.

    python tests/bench/bench_batch.py [FORMS] [--resume] [--no-peer]

Half of the forms are xlsx, half docx, made of the project's cases and examples with another unit and other figures each.
Memory is the largest that the parent and any of its workers had at one time, as the system counts
them (Linux). With ``--resume`` the first run is killed when half of the forms are read, and the second must read only the
rest.
"""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path

from scorer.forms import read_submission
from scorer.forms.readers.record import parse
from scorer.forms.writing import write_form
from scorer.model import Submission

ROOT = Path(__file__).parent.parent.parent
INDEX = Path("gathered") / "index.jsonl"
POLL = 0.2
UNIT, FIGURE = "占位单位名称", "占位数字"  # what stands in a written form where the forms differ
MARKED = 3


def sources() -> list[Submission]:
    """The forms among the examples and the cases without a fault."""
    found = [read_submission(path) for path in sorted((ROOT / "examples").rglob("*.toml"))]
    cases = tomllib.loads((ROOT / "tests" / "cases" / "clean_forms.toml").read_text("utf-8"))["clean"]
    found += [parse("form.toml", case["form"].encode()) for case in cases]
    return [submission for submission in found if len(submission.answers) >= MARKED]


def make(folder: Path, count: int) -> list[Path]:
    """Forms that differ in unit and in three figures: each source is written once in each format with marks in their
    place, which are then replaced in the packed files."""
    patterns: list[dict[str, dict[str, bytes]]] = []
    for submission in sources():
        answers = tuple(
            replace(answer, actual=replace(answer.actual, text=f"{FIGURE}{answer.actual.text}")) if place < MARKED else answer
            for place, answer in enumerate(submission.answers)
        )
        marked = replace(submission, unit=UNIT, unit_cell=replace(submission.unit_cell, text=UNIT), answers=answers)
        patterns.append({})
        for ending in (".docx", ".xlsx"):
            path = folder / f"pattern{ending}"
            write_form(marked, str(path), None)
            with zipfile.ZipFile(path) as packed:
                patterns[-1][ending] = {name: packed.read(name) for name in packed.namelist()}
            path.unlink()
    paths = []
    for number in range(count):
        ending = ".xlsx" if number % 2 else ".docx"
        path = folder / f"某{'甲乙丙丁戊己庚辛壬癸'[number % 10]}县" / f"{number:06d}{ending}"
        path.parent.mkdir(exist_ok=True)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
            for name, data in patterns[number // 2 % len(patterns)][ending].items():
                unit = f"{path.parent.name}第{number}局".encode()
                packed.writestr(name, data.replace(UNIT.encode(), unit).replace(FIGURE.encode(), str(number % 97).encode()))
        paths.append(path)
    return paths


@dataclass
class Peak:
    """The largest memory of the parent and of any worker so far, in megabytes."""

    parent: float = 0
    worker: float = 0


def watch(process: subprocess.Popen[bytes], peak: Peak, until: int = 0, index: Path | None = None) -> bool:
    """Wait for a process and note its memory; True when it was killed since the index had `until` lines."""
    while process.poll() is None:
        own = memory(process.pid)
        peak.parent = max(peak.parent, own)
        for child in children(process.pid):
            peak.worker = max(peak.worker, memory(child))
        if index is not None and index.exists() and index.read_bytes().count(b"\n") >= until:
            process.send_signal(signal.SIGKILL)
            process.wait()
            return True
        time.sleep(POLL)
    return False


def memory(pid: int) -> float:
    """Peak resident memory of a process in megabytes, 0 where the system does not tell."""
    try:
        status = Path(f"/proc/{pid}/status").read_text("ascii", "replace")
    except OSError:
        return 0
    return next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM")), 0)


def children(pid: int) -> list[int]:
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]
    except OSError:
        return []


def run(forms: Path, out: Path, peak: Peak, until: int = 0) -> tuple[float, bool]:
    command = [sys.executable, "-m", "scorer", "batch", str(forms), "-o", str(out), "--fail-on", "never", "--force"]
    began = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    killed = watch(process, peak, until, out / INDEX if until else None)
    if not killed and process.returncode:
        raise SystemExit(f"scorer batch ended with {process.returncode}")
    return time.perf_counter() - began, killed


def opened(paths: list[Path]) -> float:
    import docx
    import openpyxl

    began = time.perf_counter()
    for path in paths:
        _ = openpyxl.load_workbook(path) if path.suffix == ".xlsx" else docx.Document(str(path))
    return time.perf_counter() - began


def lines(out: Path) -> list[str]:
    return [json.loads(line)[0] for line in (out / INDEX).read_bytes().splitlines() if line.endswith(b"]")]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("forms", nargs="?", type=int, default=1000)
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--no-peer", action="store_true")
    given = parser.parse_args()
    count = given.forms
    with tempfile.TemporaryDirectory() as name:
        forms, out = Path(name) / "forms", Path(name) / "out"
        forms.mkdir()
        paths = make(forms, count)
        peak = Peak()
        if given.resume:
            seconds, killed = run(forms, out, peak, count // 2)
            before = len(lines(out))
            print(f"killed after {seconds:.1f} s: {before} of {count} forms were read" if killed else "it ended before the kill")
            seconds, _ = run(forms, out, peak)
            after = lines(out)
            twice = len(after) - len(set(after))
            print(f"second run: read the other {len(after) - before} in {seconds:.1f} s; {len(set(after))} forms, {twice} twice")
        else:
            seconds, _ = run(forms, out, peak)
            print(f"first run: {count} forms in {seconds:.1f} s, {count / seconds:.0f} a second")
        print(f"peak memory: parent {peak.parent:.0f} MB, largest worker {peak.worker:.0f} MB")
        peak = Peak()
        seconds, _ = run(forms, out, peak)
        print(f"again, nothing to read: {seconds:.1f} s, {count / seconds:.0f} a second, parent {peak.parent:.0f} MB")
        reports = (out / "reports.jsonl").read_bytes().count(b"\n")
        size = sum(path.stat().st_size for path in (out / "gathered").iterdir()) / count / 1024
        print(f"{reports} reports; {size:.0f} KB a form kept for resuming")
        if not given.no_peer:
            peer = opened(paths[:200])
            print(f"openpyxl and python-docx, opening only, one process: {len(paths[:200]) / peer:.0f} a second")


if __name__ == "__main__":
    main()
