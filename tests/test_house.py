"""The laws of the house, and what broke them when they were made.

The lists name what may still break a law. They are exact: whoever mends an entry takes it out, whoever adds to one does
not get past, so that lists only fall.
"""

import ast
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import scorer
from scorer.batch.columns_checks import CHECKED
from scorer.batch.tasks.columnar import DECIDED
from scorer.checks import CHECKS

SOURCES = Path(scorer.__file__).parent
ROOT = SOURCES.parent

MOST_DECISIONS = 25  # of one function
MANY_DECISIONS = 15  # functions with more are counted
MOST_LINES = 600  # of one file
MOST_ENTRIES = 20  # of the folder of the package
TELLING_BY_FOLDER = {
    "__init__",
    "workbook",
    "word",
    "delimited",
    "page",
}  # a format, or a folder itself: read, written, printed

LOADED_BY_THE_HELP = {
    *("__init__.py", "saving.py"),
    *("numbers/__init__.py", "numbers/precision.py", "report/__init__.py", "report/width.py"),
}
"""What `scorer --help` loads beside cli/: there a function may import what only its command needs."""

IMPORTED_LATE = {
    *("pyarrow", "duckdb", "typst", "distributed", "dask", "pyspark"),  # extras: not on every machine
    *("docx", "xlsxwriter", "jinja2", "markupsafe", "tabulate", "python_calamine"),  # slow to load, each for one format
    *("ctypes", "fcntl", "msvcrt", "resource"),  # of one kind of system
}
"""What any function may import when it is called."""

WITH_MANY_DECISIONS = 89
"""How many functions have more than `MANY_DECISIONS`; may fall, and is to be lowered when it has fallen by five."""

TOO_MANY_DECISIONS = {
    "checks/targets.py kind_differs": 26,
    "cli/many.py batch": 27,
    "forms/flat/costs.py continuation": 38,
    "forms/flat/costs.py misfit": 41,
    "forms/layout/money.py _labelled": 30,
    "forms/readers/pdf.py _join": 26,
    "forms/readers/workbook.py _take": 34,
    "numbers/numerals.py _whole": 27,
    "numbers/reading.py _join": 59,
    "numbers/reading.py _judge": 38,
    "numbers/reading.py _look_around": 28,
    "numbers/reading.py _read": 37,
    "prose/cell_lines.py _heads": 28,
    "rules/standards.py _tiled": 32,
    "forms/tabled/drafting.py _block": 27,
}

SAME_CLASS_NAMES: dict[str, set[str]] = {
    "Answer": {"engines/crew.py", "model.py"},
    "Batch": {"batch/compare/by_tables.py", "checks/peers/peers.py"},
    "Cell": {"batch/overview/figures.py", "model.py"},
    "Cells": {"batch/beside.py", "batch/columns_faults.py", "batch/facts_by_columns.py"},
    "Columns": {"batch/rows/columns.py", "forms/layout/header.py", "forms/tabled/table_columns.py"},
    "Comparison": {"batch/compare/moves.py", "prose/disclosure/statements.py", "report/comparison.py"},
    "Entry": {"batch/store.py", "report/page.py", "rules/answers.py"},
    "Facts": {"checks/peers/kept.py", "sets/recognition.py"},
    "Figure": {"model.py", "numbers/reading.py"},
    "Found": {"batch/compare/leaves.py", "batch/rows/output.py", "prose/cell_lines.py"},
    "Gathered": {"batch/store.py", "checks/peers/peers.py"},
    "Group": {"batch/overview/counts.py", "forms/layout/header.py"},
    "Header": {"forms/flat/loose.py", "forms/layout/header.py"},
    "Item": {"batch/sources/files.py", "prose/disclosure/sheets.py"},
    "Line": {"forms/layout/grid.py", "model.py", "prose/mentions.py"},
    "Match": {"batch/overview/counts.py", "forms/layout/pairing.py", "sets/indicator.py"},
    "Measure": {"checks/peers/copied.py", "checks/peers/kept.py"},
    "Money": {"checks/funds.py", "checks/peers/kept.py"},
    "Node": {"scoring/tree.py", "forms/tabled/skeleton.py"},
    "Outline": {"batch/sources/flat.py", "prose/outline.py", "forms/tabled/skeleton.py"},
    "Pairs": {"batch/compare/by_tables.py", "batch/paired.py"},
    "Part": {"batch/overview/summary.py", "batch/tables.py", "report/annotation/splicing.py", "sets/schema.py"},
    "Passage": {"checks/peers/prose.py", "prose/disclosure/passages.py", "prose/wrapping.py"},
    "Piece": {"batch/sources/flat.py", "prose/outline.py", "report/evidence.py"},
    "Quotient": {"checks/published/narration.py", "prose/equations.py"},
    "Row": {"batch/overview/risk.py", "checks/peers/kept.py", "report/page.py"},
    "Rows": {
        "batch/columns_checked.py",
        "batch/compare/leaves.py",
        "batch/facts_by_columns.py",
        "forms/layout/rows.py",
        "report/evidence.py",
        "rules/answers.py",
    },
    "Sheet": {"batch/overview/workbook.py", "prose/disclosure/sheets.py", "forms/readers/sheet.py"},
    "Span": {"forms/layout/grid.py", "numbers/interval.py"},
    "Tally": {"batch/columns_checked.py", "model.py"},
    "Token": {"forms/flat/parse.py", "prose/cell_lines.py"},
    "Told": {"batch/facts_by_columns.py", "checks/peers/kept.py"},
    "Total": {"forms/layout/rows.py", "prose/equations.py"},
    "Unread": {"forms/__init__.py", "forms/tabled/skeleton.py"},
}


@cache
def modules() -> dict[str, ast.Module]:
    """The syntax trees of all modules by their path from the package."""
    paths = sorted(SOURCES.rglob("*.py"))
    return {path.relative_to(SOURCES).as_posix(): ast.parse(path.read_text("utf-8")) for path in paths}


def functions(node: ast.AST, within: str = "") -> Iterator[tuple[str, ast.AST]]:
    """All functions below a node with their qualified names, those within functions too."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield within + child.name, child
        named = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        yield from functions(child, f"{within}{child.name}." if named else within)


_ONE_EACH = (
    *(ast.If, ast.IfExp, ast.For, ast.AsyncFor, ast.While),  # elif is an If within the else
    *(ast.ExceptHandler, ast.Assert, ast.match_case),
)


def decisions(function: ast.AST) -> int:
    """How often a function decides how to go on.

    One each: if, elif, for, while, except, assert, case, a ternary, and every if of a comprehension; of `a and b or c` one
    less than there are operands. Lambdas and comprehensions count to the function around them, a function or class within
    one does not: it is counted by itself.
    """
    count = 0
    left = list(ast.iter_child_nodes(function))
    while left:
        node = left.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        count += isinstance(node, _ONE_EACH)
        if isinstance(node, ast.BoolOp):
            count += len(node.values) - 1
        elif isinstance(node, ast.comprehension):
            count += len(node.ifs)
        left += ast.iter_child_nodes(node)
    return count


def counted(more_than: int) -> dict[str, int]:
    """The decisions of all functions with more than so many."""
    found = {
        f"{path} {name}": decisions(function) for path, tree in modules().items() for name, function in functions(tree)
    }
    return {name: count for name, count in found.items() if count > more_than}


def test_decisions_are_counted_as_the_law_says() -> None:
    source = """
def whole(rows):
    assert rows                                   # 1
    for row in rows:                              # 2
        if row and (row.a or row.b or row.c):     # 3, and 4, or 5 6
            pass
        elif row is None:                         # 7
            return [x if x else 0 for x in row if x if x > 1]  # 8 ternary, 9 10 ifs
    while True:                                   # 11
        try:
            match rows:
                case []:                          # 12
                    pass
                case _:                           # 13
                    pass
        except ValueError:                        # 14
            pass
    def inner():
        if rows:
            pass
"""
    found = dict(functions(ast.parse(source)))
    assert {name: decisions(function) for name, function in found.items()} == {"whole": 14, "whole.inner": 1}


def test_no_function_decides_more_often_than_a_reader_can_follow() -> None:
    assert counted(MOST_DECISIONS) == TOO_MANY_DECISIONS


def test_functions_of_many_decisions_become_fewer() -> None:
    count = len(counted(MANY_DECISIONS))
    assert count <= WITH_MANY_DECISIONS, "one more function decides more than 15 times: divide it"
    assert count > WITH_MANY_DECISIONS - 5, f"fewer by now: write WITH_MANY_DECISIONS = {count}"


def test_no_two_modules_have_one_name() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for path in modules():
        places[Path(path).stem].append(path)
    assert {name: paths for name, paths in places.items() if len(paths) > 1 and name not in TELLING_BY_FOLDER} == {}


def test_no_two_public_classes_have_one_name() -> None:
    places: dict[str, set[str]] = defaultdict(set)
    for path, tree in modules().items():
        for node in tree.body:
            # in migrations every class has the name that Django looks for
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_") and "/migrations/" not in path:
                places[node.name].add(path)
    assert {name: paths for name, paths in places.items() if len(paths) > 1} == SAME_CLASS_NAMES


def test_every_check_of_arithmetic_is_decided_for_flat_tables() -> None:
    known = {code for code in CHECKS if code.startswith("A")}
    by_columns = {code for codes in CHECKED for code in codes}
    assert known - by_columns == set()  # a form and a table would be judged by different checks
    assert set(DECIDED) == by_columns == known


def test_no_file_is_longer_than_a_reader_can_hold() -> None:
    lengths = {path: len((SOURCES / path).read_text("utf-8").splitlines()) for path in modules()}
    assert {path: length for path, length in lengths.items() if length > MOST_LINES} == {}


def test_the_folder_of_the_package_can_be_taken_in_at_a_glance() -> None:
    entries = {path.split("/")[0] for path in modules()}
    assert len(entries) <= MOST_ENTRIES, sorted(entries)


def test_nobody_is_told_to_install_what_a_stranger_calls_scorer() -> None:
    pages = [*(path for path in SOURCES.rglob("*") if path.suffix in (".py", ".html", ".typ")), *ROOT.glob("*.md")]
    pages += [ROOT / "pyproject.toml", *(ROOT / "docs").glob("*.md")]
    texts = {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in pages}
    strangers = re.compile(r"pip install ['\"]?scorer\b|(?<![\w-])scorer\[\w")
    assert {path for path, text in texts.items() if strangers.search(text)} == set()
    telling = {path for path, text in texts.items() if path.endswith(".py") and "pip install" in text}
    assert telling == {"scorer/__init__.py"}  # `install_words` says it for all


def late_imports(path: str) -> Iterator[str]:
    """The modules that the functions of a module import when they are called."""
    for _, function in functions(modules()[path]):
        for node in ast.walk(function):
            if isinstance(node, ast.ImportFrom):
                yield node.module or ""
            elif isinstance(node, ast.Import):
                yield from (name.name for name in node.names)


def test_imports_stand_at_the_top_but_where_they_save_the_start() -> None:
    others = [path for path in modules() if not path.startswith("cli/") and path not in LOADED_BY_THE_HELP]
    late = {(path, name) for path in others for name in late_imports(path)}
    assert {(path, name) for path, name in late if name.split(".")[0] not in IMPORTED_LATE} == set()


def test_what_the_help_loads_is_what_may_import_late() -> None:
    code = "import sys, scorer.cli.app as a; a.run(['--help']); print(*(n for n in sys.modules if n.startswith('scorer')))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=True)
    loaded = {name for name in done.stdout.splitlines()[-1].split() if not name.startswith("scorer.cli")}
    of_paths = {path.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for path in LOADED_BY_THE_HELP}
    assert loaded == {"scorer" if name == "__init__" else f"scorer.{name}" for name in of_paths}


def test_nothing_is_written_that_nothing_uses() -> None:
    written = [path for kind in ("*.py", "*.html", "*.css", "*.typ", "*.sql", "*.j2") for path in SOURCES.rglob(kind)]
    uses = Counter(word for path in written for word in re.findall(r"\b[A-Za-z_]\w*\b", path.read_text("utf-8")))
    unused = [f"{path} {name}" for path, tree in modules().items() for name in _defined(tree) if uses[name] == 1]
    assert unused == []


def _defined(tree: ast.Module) -> Iterator[str]:
    """The functions, classes and names of a module; what a decorator registers is used by whoever reads the register."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.decorator_list and not node.name.startswith("__"):
            yield node.name
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (target.id for target in targets if isinstance(target, ast.Name) and not target.id.startswith("__"))
