"""A mutation run: plants one small fault at a time in the code and tells which of them no test notices.

    python -m tests.mutants                       # every folder of pyproject.toml, some minutes on one core
    python -m tests.mutants scorer/rules          # one folder or file
    python -m tests.mutants --seed 2 --each 60    # another sample

The faults are mutmut's (a comparison turned, a number one larger, an argument gone, a text changed …). Its own runner is
not used: it leaves out every decorated function, which here is every check, every property and everything cached, and it
moves the others to new names. Here a fault is planted in memory, while the one module is imported in a process of its
own, so that no file on the disk is ever wrong. A first run of the tests with coverage says which tests run which line;
a fault meets only the tests that run its function, those that run its line first; one outside of functions meets all.

The sample is the same for the same seed and the same code. A fault that changes nothing anybody could see is written
down with its reason in tests/cases/mutants.toml and counted apart. Exit code 1: more faults survived than
`tool.mutants.survivors` in pyproject.toml allows, in per cent of those that change something.
"""

from __future__ import annotations

import argparse
import difflib
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import Any

import coverage
import libcst
import pytest
import tomli
from libcst import matchers
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.mutators import mutation_operators

ROOT = Path(__file__).resolve().parent.parent
EQUIVALENT = ROOT / "tests" / "cases" / "mutants.toml"
PATIENCE = 20  # seconds that a test may take beyond ten times what it took without the fault: then it runs for ever
ANYWHERE = (1, 1_000_000)

# what says nothing of behaviour: types, imports, names of the module's public face, how a data class is stored, and words
# of the generated pages, which docs/generate.py --check compares
LEFT_OUT = (
    matchers.Annotation()
    | matchers.Import()
    | matchers.ImportFrom()
    | matchers.TypeAlias()
    | matchers.If(test=matchers.Name("TYPE_CHECKING"))
    | matchers.Assign(targets=[matchers.AssignTarget(matchers.Name("__all__"))])
    | matchers.Decorator(decorator=matchers.Name("dataclass") | matchers.Call(func=matchers.Name("dataclass")))
    | matchers.Arg(keyword=matchers.Name("description"))
)


@dataclass(frozen=True)
class Place:
    """A node of a file that can be changed, the lines it spans, and those of the function around it."""

    file: str
    number: int  # among the places of its file
    lines: tuple[int, int]
    function: tuple[int, int]


@dataclass(frozen=True)
class Mutant:
    """A file with one fault in it."""

    place: Place
    line: int
    was: str
    becomes: str
    source: str

    @property
    def key(self) -> tuple[str, str, str]:
        return self.place.file, self.was, self.becomes


@dataclass(frozen=True)
class Runs:
    """Which tests run which line of a file, and how long each test takes."""

    by_line: Mapping[str, Mapping[int, frozenset[str]]]
    seconds: Mapping[str, float]

    def of(self, file: str, lines: tuple[int, int]) -> set[str]:
        first, last = lines
        return {test for line, tests in self.by_line.get(file, {}).items() if first <= line <= last for test in tests}


class Module:
    """A file as a tree, with every place in it that can be changed."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.source = (ROOT / file).read_text("utf-8")
        wrapper = MetadataWrapper(libcst.parse_module(self.source), unsafe_skip_copy=True)
        self.tree = wrapper.module
        self.spans = wrapper.resolve(PositionProvider)
        self.nodes: list[libcst.CSTNode] = []
        self.places: list[Place] = []
        self._walk(self.tree, ANYWHERE)

    def _span(self, node: libcst.CSTNode) -> tuple[int, int]:
        span = self.spans[node]
        return span.start.line, span.end.line

    def _walk(self, node: libcst.CSTNode, function: tuple[int, int]) -> None:
        if matchers.matches(node, LEFT_OUT):
            return
        if isinstance(node, libcst.FunctionDef) and function == ANYWHERE:
            for part in (*node.decorators, node.params):  # run while the module is imported
                self._walk(part, ANYWHERE)
            self._walk(node.body, self._span(node.body))
            return
        if any(changes(node)):
            self.places.append(Place(self.file, len(self.nodes), self._span(node), function))
            self.nodes.append(node)
        for child in node.children:
            self._walk(child, function)

    def mutant(self, place: Place, chance: random.Random) -> Mutant:
        """One of the faults of a place."""
        node = self.nodes[place.number]
        changed = self.tree.deep_replace(node, chance.choice(list(changes(node))))  # type: ignore[arg-type]
        source = changed.code
        lines = list(difflib.unified_diff(self.source.splitlines(), source.splitlines(), n=0, lineterm=""))[2:]
        line = int(lines[0].split()[1][1:].split(",")[0])
        was = " ".join(each[1:].strip() for each in lines if each.startswith("-"))
        becomes = " ".join(each[1:].strip() for each in lines if each.startswith("+"))
        return Mutant(place, line, was, becomes, source)


def changes(node: libcst.CSTNode) -> Iterator[libcst.CSTNode]:
    for kind, change in mutation_operators:
        if isinstance(node, kind):
            yield from change(node)


def sample(files: Sequence[str], count: int, seed: str) -> list[Mutant]:
    """At most `count` faults in different places of the files, the same for the same seed."""
    modules = {file: Module(file) for file in files}
    places = [place for module in modules.values() for place in module.places]
    chance = random.Random(seed)
    taken = chance.sample(places, min(count, len(places)))
    return [modules[place.file].mutant(place, chance) for place in sorted(taken, key=lambda p: (p.file, p.number))]


class Planted(importlib.abc.MetaPathFinder, importlib.machinery.SourceFileLoader):
    """Imports one module from a changed source; everything else is imported as ever."""

    def __init__(self, file: str, source: str) -> None:
        name = file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        super().__init__(name, str(ROOT / file))
        self.source = source

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> Any:
        if fullname != self.name:
            return None
        return importlib.util.spec_from_file_location(fullname, self.path, loader=self)

    def get_code(self, fullname: str) -> CodeType:
        return compile(self.source, self.path, "exec", dont_inherit=True)


class Chosen:
    """Of the tests that pytest finds, runs those named, in the order named; ends the process when one runs for ever."""

    def __init__(self, tests: Sequence[str], seconds: Mapping[str, float]) -> None:
        self.order = {test: number for number, test in enumerate(tests)}
        self.seconds = seconds
        signal.setitimer(signal.ITIMER_REAL, PATIENCE)  # nobody handles SIGALRM

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        signal.setitimer(signal.ITIMER_REAL, PATIENCE + 10 * self.seconds[nodeid])

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = sorted((item for item in items if item.nodeid in self.order), key=lambda i: self.order[i.nodeid])


class Watched:
    """Tells coverage which test is running, and keeps how long each takes."""

    def __init__(self, measured: coverage.Coverage) -> None:
        self.measured = measured
        self.seconds: dict[str, float] = defaultdict(float)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.measured.switch_context(nodeid)

    def pytest_runtest_logfinish(self) -> None:
        self.measured.switch_context("")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] += report.duration


def run_pytest(tests: Iterable[str], plugin: object, *options: str) -> int:
    return int(pytest.main(["-q", "-p", "no:cacheprovider", "-p", "no:xdist", *options, *tests], plugins=[plugin]))


def alone(work: Callable[[], int]) -> int:
    """The exit code of some work in a silent process of its own, negative where a signal ended it."""
    child = os.fork()
    if child == 0:
        code = 99
        try:
            nowhere = os.open(os.devnull, os.O_RDWR)
            for stream in (0, 1, 2):
                os.dup2(nowhere, stream)
            code = work()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def measure(files: Sequence[str], tests: Sequence[str]) -> Runs:
    """Runs the tests once, in a process of its own so that nothing of the project is imported in this one."""
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "runs.json"

        def work() -> int:
            measured = coverage.Coverage(data_file=None, config_file=False, include=[str(ROOT / file) for file in files])
            watched = Watched(measured)
            measured.start()
            code = run_pytest(tests, watched)
            measured.stop()
            data = measured.get_data()
            lines = {file: data.contexts_by_lineno(str(ROOT / file)) for file in files}
            told.write_text(json.dumps([lines, watched.seconds]))
            return code

        if alone(work) != 0:
            raise SystemExit("the tests fail without any fault; run: python -m pytest " + " ".join(tests))
        lines, seconds = json.loads(told.read_text())
    by_line = {
        file: {int(line): frozenset(contexts) - {""} for line, contexts in found.items()}
        for file, found in lines.items()
    }
    return Runs(by_line, seconds)


def survives(mutant: Mutant, runs: Runs) -> bool:
    """Whether every test that runs the function of the fault still passes; every test where it stands in no function."""
    place = mutant.place
    near = runs.of(place.file, place.lines if place.function != ANYWHERE else ANYWHERE)
    far = set(runs.seconds) if place.function == ANYWHERE else runs.of(place.file, place.function)
    tests = sorted(far | near, key=lambda test: (test not in near, runs.seconds[test]))
    if not tests:
        return True

    def work() -> int:
        sys.meta_path.insert(0, Planted(place.file, mutant.source))
        files = dict.fromkeys(test.split("::")[0] for test in tests)
        return run_pytest(files, Chosen(tests, runs.seconds), "-x", "--tb=no")

    code = alone(work)
    if code in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):  # none: the fault renamed what its tests are named by
        return True
    if code < 0 or code in (pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED):  # interrupted: it cannot be imported
        return False
    raise SystemExit(f"the tests did not run (exit code {code}), which says nothing of {place.file}:{mutant.line}")


def files_of(where: str, skipped: Iterable[str]) -> list[str]:
    path = ROOT / where
    found = [path] if path.is_file() else sorted(path.rglob("*.py"))
    return [name for file in found if (name := file.relative_to(ROOT).as_posix()) not in set(skipped)]


def preload() -> None:
    """Imports here, once, what every process would import again; nothing of the project."""
    for name in ("numpy", "pydantic", "tomli", "hypothesis", "typer", "docx", "xlsxwriter", "python_calamine"):
        importlib.import_module(name)


def main() -> int:
    settings = tomli.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["mutants"]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("where", nargs="*", help="folders or files; those of pyproject.toml where none is given")
    parser.add_argument("--seed", type=int, default=settings["seed"])
    parser.add_argument("--each", type=int, default=settings["each"], help="faults a folder")
    options = parser.parse_args()
    os.chdir(ROOT)
    os.environ["SAME_EXAMPLES"] = "1"  # of the tests' laws: what is found twice must be the same
    folders = {where: files_of(where, settings["skip"]) for where in options.where or settings["folders"]}
    known = {
        (each["file"], each["was"], each["becomes"]) for each in tomli.loads(EQUIVALENT.read_text("utf-8"))["equivalent"]
    }
    preload()
    started = time.monotonic()
    runs = measure([file for files in folders.values() for file in files], settings["tests"])
    print(f"{len(runs.seconds)} tests, {time.monotonic() - started:.0f} s")
    lived_in_all = tried_in_all = 0
    for where, files in folders.items():
        mutants = sample(files, options.each, f"{options.seed} {where}")
        equal = [mutant for mutant in mutants if mutant.key in known]
        tried = [mutant for mutant in mutants if mutant.key not in known]
        lived = 0
        for mutant in tried:
            if survives(mutant, runs):
                lived += 1
                print(f"{mutant.place.file}:{mutant.line}\n  - {mutant.was}\n  + {mutant.becomes}", flush=True)
        print(f"{where}: {len(tried) - lived} killed, {lived} survived, {len(equal)} equivalent", flush=True)
        lived_in_all += lived
        tried_in_all += len(tried)
    share = 100 * lived_in_all / max(tried_in_all, 1)
    print(f"{tried_in_all - lived_in_all} killed, {lived_in_all} survived: {share:.1f} % of {tried_in_all}")
    print(f"{time.monotonic() - started:.0f} s, seed {options.seed}")
    return int(share > settings["survivors"])


if __name__ == "__main__":
    sys.exit(main())
