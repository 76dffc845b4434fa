"""Which tests no run has run: read from the JUnit records of several runs.

``python -m tests.skips files FIRST.xml`` prints the test files in which something was skipped, to be run again with more
installed; ``python -m tests.skips check FIRST.xml SECOND.xml…`` fails with each test that was skipped and ran in none.
"""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).parent.parent
BESIDE = "../shared"  # what stands beside the project on some machines only, as reasons name it

Test = tuple[str, str]  # the module and the name; of a module that was skipped as a whole "" and the module


def record(path: Path) -> tuple[set[Test], dict[Test, str]]:
    """The tests that ran, and those that were skipped with the reason. What is expected to fail has run."""
    ran: set[Test] = set()
    skipped: dict[Test, str] = {}
    for case in ElementTree.parse(path).iter("testcase"):
        test = case.get("classname", ""), case.get("name", "")
        skip = case.find("skipped")
        if skip is None or skip.get("type") == "pytest.xfail":
            ran.add(test)
        else:
            whole = test[0] == ""  # of a module, the message only says that there was a reason
            skipped[test] = (skip.text if whole else skip.get("message")) or ""
    return ran, skipped


def file_of(test: Test) -> str:
    """The file of a test, from the project's folder."""
    parts = (test[0] or test[1]).split(".")
    for end in range(len(parts), 0, -1):
        path = Path(*parts[:end]).with_suffix(".py")
        if (ROOT / path).is_file():
            return path.as_posix()
    raise ValueError(f"no file holds the test {test}")


def to_run_again(first: Path) -> list[str]:
    """The files in which a test was skipped."""
    return sorted({file_of(test) for test in record(first)[1]})


def never_run(records: Sequence[Path], *, beside: bool) -> dict[str, str]:
    """The tests that were skipped and ran in no run, with the reason; `beside` says that `BESIDE` is there.

    A module that was skipped as a whole has run when any of its tests was run or skipped by itself: those then speak.
    """
    ran: set[Test] = set()
    skipped: dict[Test, str] = {}
    for path in records:
        more, missed = record(path)
        ran |= more
        skipped |= missed
    opened = {test[0] for test in (*ran, *skipped)}
    left = {test: reason for test, reason in skipped.items() if test not in ran and not (test[0] == "" and test[1] in opened)}
    return {"::".join(filter(None, test)): reason for test, reason in left.items() if beside or BESIDE not in reason}


def main(arguments: Iterable[str]) -> int:
    task, *paths = arguments
    records = [Path(path) for path in paths]
    if task == "files":
        print("\n".join(to_run_again(records[0])))
        return 0
    left = never_run(records, beside=(ROOT / BESIDE).is_dir())
    for name, reason in left.items():
        print(f"skipped in every run: {name}: {reason}")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
