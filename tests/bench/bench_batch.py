"""How many forms a second `scorer batch` does, beside openpyxl and python-docx only opening the same files.

    python tests/bench/bench_batch.py [FORMS]

Half of the forms are xlsx, half docx, written from one of the examples with another unit and other figures each.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from scorer.forms import read_submission
from scorer.forms.writing import write_form

ROOT = Path(__file__).parent.parent.parent


def make(folder: Path, count: int) -> list[Path]:
    source = next(path for path in sorted((ROOT / "examples").rglob("*.toml")) if read_submission(path).answers)
    submission = read_submission(source)
    paths = []
    for number in range(count):
        path = folder / f"{number:06d}{'.xlsx' if number % 2 else '.docx'}"
        answers = tuple(
            replace(answer, actual=replace(answer.actual, text=f"{number % 97}{answer.actual.text}"))
            for answer in submission.answers
        )
        write_form(replace(submission, unit=f"某县第{number}局", answers=answers), str(path), None)
        paths.append(path)
    return paths


def opened(paths: list[Path]) -> float:
    import docx
    import openpyxl

    began = time.perf_counter()
    for path in paths:
        _ = openpyxl.load_workbook(path) if path.suffix == ".xlsx" else docx.Document(str(path))
    return time.perf_counter() - began


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with tempfile.TemporaryDirectory() as name:
        forms, out = Path(name) / "forms", Path(name) / "out"
        forms.mkdir()
        paths = make(forms, count)
        command = [sys.executable, "-m", "scorer", "batch", str(forms), "-o", str(out), "--fail-on", "never", "--force"]
        for what in ("first run", "again, nothing to read"):
            began = time.perf_counter()
            subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
            seconds = time.perf_counter() - began
            print(f"{what}: {count} forms in {seconds:.1f} s, {count / seconds:.0f} a second")
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(f"largest process: {peak:.0f} MB")
        peer = opened(paths[:200])
        print(f"openpyxl and python-docx, opening only, one process: {len(paths[:200]) / peer:.0f} a second")


if __name__ == "__main__":
    main()
