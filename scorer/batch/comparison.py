"""What moved between two batches: another set, other years, forms corrected in between."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from scorer.batch.results import REPORTS
from scorer.model import ScorerError

Lines = dict[tuple[tuple[str, ...], int], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Move:
    """One submission whose total or grade differs. `causes` names the indicators that moved, with points and rules."""

    name: str
    unit: str
    before: Decimal | None
    after: Decimal | None
    grade_before: str | None
    grade_after: str | None
    causes: tuple[str, ...]

    @property
    def difference(self) -> Decimal | None:
        return None if self.before is None or self.after is None else self.after - self.before

    @property
    def regraded(self) -> bool:
        return self.grade_before != self.grade_after


@dataclass(frozen=True, slots=True)
class Comparison:
    """`both` submissions are in both batches, of which `moves` differ; `gone` only in the first, `new` in the second.

    `rules` counts the indicators that moved by the rule that scores them in the second batch.
    """

    both: int
    moves: tuple[Move, ...]
    gone: tuple[str, ...]
    new: tuple[str, ...]
    rules: tuple[tuple[str, int], ...]


def compare(first: str, second: str) -> Comparison:
    """Compare two output folders; submissions are the same that have the same path, else the same bytes.

    Raises:
        ScorerError: a folder without results.
    """
    before, after = list(_reports(first)), list(_reports(second))
    paths, digests = {_name(one): one for one in before}, {_digests(one): one for one in before if all(_digests(one))}
    moves, new, met = [], [], set()
    rules: Counter[str] = Counter()
    for report in after:
        earlier = paths.get(_name(report)) or digests.get(_digests(report))
        if earlier is None:
            new.append(_name(report))
            continue
        met.add(_name(earlier))
        if (earlier["total"], earlier["grade"]) != (report["total"], report["grade"]):
            moves.append(_move(earlier, report, rules))
    moves.sort(key=lambda move: (not move.regraded, -abs(move.difference or Decimal(0)), move.name))
    gone = [_name(report) for report in before if _name(report) not in met]
    return Comparison(len(met), tuple(moves), tuple(gone), tuple(new), tuple(rules.most_common()))


def _move(before: dict[str, Any], after: dict[str, Any], rules: Counter[str]) -> Move:
    causes = []
    old, new = _leaves(before), _leaves(after)
    for key in dict.fromkeys([*old, *new]):
        one, other = old.get(key), new.get(key)
        points = (one or {}).get("points"), (other or {}).get("points")
        if points[0] == points[1]:
            continue
        rule_before, rule_after = (one or {}).get("rule", ""), (other or {}).get("rule", "")
        rule = rule_after or rule_before
        rules[rule] += 1
        shown = rule if rule_before in ("", rule) else f"{rule_before} → {rule}"
        causes.append(f"{key[0][-1]} {points[0] or '—'} → {points[1] or '—'}（{shown}）")
    if not causes and (after["notes"] or before["notes"]):
        causes += after["notes"] or before["notes"]
    return Move(
        name=_name(after),
        unit=after["submission"]["unit"],
        before=_points(before["total"]),
        after=_points(after["total"]),
        grade_before=before["grade"],
        grade_after=after["grade"],
        causes=tuple(causes),
    )


def _leaves(report: dict[str, Any]) -> Lines:
    """The leaves by path; the second of one path is another."""
    seen: Counter[tuple[str, ...]] = Counter()
    leaves: Lines = {}
    for line in report["lines"]:
        if line["leaf"]:
            path = tuple(line["path"]) or ("",)
            leaves[path, seen[path]] = line
            seen[path] += 1
    return leaves


def _reports(folder: str) -> Iterator[dict[str, Any]]:
    path = Path(folder) / REPORTS
    try:
        with path.open("rb") as file:
            for line in file:
                report = json.loads(line)
                # what a comparison does not look at would fill the memory
                yield {name: report[name] for name in ("submission", "total", "grade", "lines", "notes")}
    except (OSError, ValueError, KeyError):
        raise ScorerError(f"{folder}：没有可读的 {REPORTS}。请给出 scorer batch 的结果文件夹。") from None


def _name(report: dict[str, Any]) -> str:
    files = report["submission"]["files"]
    return str(files[0]["path"]) if files else ""


def _digests(report: dict[str, Any]) -> tuple[str, ...]:
    return tuple(file["sha256"] for file in report["submission"]["files"])


def _points(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


# ----------------------------------------------------------------------------------------------------------- writing

HEADINGS = ("文件", "单位", "总分（前）", "总分（后）", "变动", "等级（前）", "等级（后）", "变动的指标（规则）")


def cells(move: Move) -> list[str | Decimal | None]:
    """A move under `HEADINGS`."""
    totals = [move.name, move.unit, move.before, move.after, move.difference]
    return [*totals, move.grade_before, move.grade_after, "；".join(move.causes)]


def overview(comparison: Comparison) -> list[tuple[str, int]]:
    return [
        ("两批都有", comparison.both),
        ("总分或等级有变动", len(comparison.moves)),
        ("等级有变动", sum(move.regraded for move in comparison.moves)),
        ("只在前一批", len(comparison.gone)),
        ("只在后一批", len(comparison.new)),
    ]


def render(comparison: Comparison, suffix: str) -> str | bytes:
    """The comparison as the ending of a file asks: .xlsx, .html, else text."""
    if suffix == ".xlsx":
        return as_workbook(comparison)
    return as_page(comparison) if suffix == ".html" else as_table(comparison)


def as_table(comparison: Comparison, width: int = 80) -> str:
    """The comparison for a terminal."""
    from scorer.report.columns import table

    lines = [f"{name} {count} 份" for name, count in overview(comparison)]
    if comparison.rules:
        lines.append("变动的指标按规则：" + "、".join(f"{rule} {times} 处" for rule, times in comparison.rules))
    if comparison.moves:
        headings = ("文件", "前", "后", "变动", "等级", "变动的指标（规则）")
        rows = [[Path(move.name).name, *_figures(move), _grades(move), "；".join(move.causes)] for move in comparison.moves]
        lines += ["", *table(headings, rows, width, flexible={0: 2, 5: 3}, figures=(1, 2, 3), lines=4)]
    return "\n".join(lines) + "\n"


def _figures(move: Move) -> list[str]:
    change = "—" if move.difference is None else f"{move.difference:+}"
    return ["—" if value is None else str(value) for value in (move.before, move.after)] + [change]


def _grades(move: Move) -> str:
    return f"{move.grade_before or '—'} → {move.grade_after or '—'}" if move.regraded else move.grade_after or "—"


def as_page(comparison: Comparison) -> str:
    """The comparison as one HTML file that loads nothing."""
    from scorer.batch.summary import document, table

    moves = [["" if cell is None else cell for cell in cells(move)] for move in comparison.moves]
    return document(
        "两批绩效自评复核的比较",
        [
            table(("项目", "份数"), overview(comparison)),
            "<h2>变动的指标按规则</h2>",
            table(("规则", "处数"), comparison.rules),
            "<h2>总分或等级有变动的</h2>",
            table(HEADINGS, moves, sortable=True),
            "<h2>只在一批中的</h2>",
            table(("文件", "在"), [*((name, "前一批") for name in comparison.gone), *((name, "后一批") for name in comparison.new)]),
        ],
    )


def as_workbook(comparison: Comparison) -> bytes:
    """The comparison as xlsx."""
    from scorer.batch.summary import Sheet, sheets

    listed: Sequence[Sheet] = [
        ("概况", ("项目", "份数"), overview(comparison)),
        ("变动", HEADINGS, (cells(move) for move in comparison.moves)),
        ("按规则", ("规则", "处数"), comparison.rules),
        ("只在前一批", ("文件",), ((name,) for name in comparison.gone)),
        ("只在后一批", ("文件",), ((name,) for name in comparison.new)),
    ]
    content = io.BytesIO()
    sheets(content, listed)
    return content.getvalue()
