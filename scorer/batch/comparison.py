"""What moved between two batches: another set, other years, forms corrected in between."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

from scorer.batch.aggregates import common_root
from scorer.batch.figures import GRADES, Value, without_root
from scorer.batch.results import REPORTS
from scorer.model import ScorerError

Lines = dict[tuple[tuple[str, ...], int], dict[str, Any]]
Keys = tuple[str, tuple[str, ...], tuple[str, str]]

SHOWN = 20  # moves that a terminal shows; a file has all
LISTED = 5000  # moves that the page lists; the workbook has all
CAUSES_SHOWN = 3  # indicators of one move on a terminal


@dataclass(frozen=True, slots=True)
class Cause:
    """An indicator whose points differ, and by which rules: "" for an indicator that only one batch has."""

    indicator: str
    before: Decimal | None
    after: Decimal | None
    rule_before: str
    rule_after: str
    words: str = ""

    @property
    def rule(self) -> str:
        return self.rule_after or self.rule_before

    @property
    def change(self) -> Decimal:
        return (self.after or Decimal(0)) - (self.before or Decimal(0))

    @property
    def points(self) -> str:
        return f"{_shown(self.before)} → {_shown(self.after)}"

    @property
    def rules(self) -> str:
        """``完成比例``, or ``完成比例 → 定性分档`` where another rule scores now."""
        before, after = title_of(self.rule_before), title_of(self.rule_after)
        if not self.rule_before and self.before is None:
            return f"前一批没有此项 → {after}"
        if not self.rule_after and self.after is None:
            return f"{before} → 后一批没有此项"
        return after if before in ("", after) else f"{before} → {after}"


@dataclass(frozen=True, slots=True)
class Move:
    """One submission whose total or grade differs. `causes` are the indicators that moved, `notes` say what else did."""

    number: int
    name: str
    unit: str
    project: str
    before: Decimal | None
    after: Decimal | None
    grade_before: str | None
    grade_after: str | None
    causes: tuple[Cause, ...]
    notes: tuple[str, ...] = ()

    @property
    def difference(self) -> Decimal | None:
        return None if self.before is None or self.after is None else self.after - self.before

    @property
    def regraded(self) -> bool:
        return self.grade_before != self.grade_after

    @property
    def words(self) -> str:
        return "；".join([*(f"{cause.indicator} {cause.points}（{cause.rules}）" for cause in self.causes), *self.notes])


@dataclass(slots=True)
class RuleMoves:
    """What moved under one rule: indicators, submissions with them, points gained and lost."""

    indicators: int = 0
    submissions: int = 0
    gained: Decimal = Decimal("0.00")
    lost: Decimal = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Comparison:
    """`both` submissions are in both batches, of which `moves` differ; `gone` only in the first, `new` in the second.

    `rules` tells what moved by the rule that scores it in the second batch; `grades` counts the submissions whose grade
    changed as (before, after); `matched` how the counterparts were found.
    """

    both: int
    moves: tuple[Move, ...]
    gone: tuple[str, ...]
    new: tuple[str, ...]
    rules: tuple[tuple[str, RuleMoves], ...]
    grades: tuple[tuple[tuple[str, str], int], ...]
    matched: tuple[tuple[str, int], ...]


def compare(first: str, second: str) -> Comparison:
    """Compare two output folders; submissions are the same that have the same path, else the same bytes, else the same
    unit and project where no other of the batch has them.

    Memory grows with what moved, not with the batches.

    Raises:
        ScorerError: a folder without results.
    """
    earlier = _Index(first)
    moves: list[Move] = []
    new: list[str] = []
    met: set[int] = set()
    rules: dict[str, RuleMoves] = {}
    matched: Counter[str] = Counter()
    alone = Counter(keys[2] for _, _, keys in _reports(second))
    with earlier:
        for number, (_, report, keys) in enumerate(_reports(second), 1):
            place, how = earlier.find(keys, alone[keys[2]] == 1, met)
            if place is None:
                new.append(keys[0])
                continue
            met.add(place)
            matched[how] += 1
            before = earlier.report(place)
            if (before["total"], before["grade"]) != (report["total"], report["grade"]):
                moves.append(_move(number, keys[0], before, report))
                _count(moves[-1], rules)
    moves.sort(key=lambda move: (not move.regraded, -abs(move.difference or Decimal(0)), move.number))
    grades = Counter((move.grade_before or "", move.grade_after or "") for move in moves if move.regraded)
    return Comparison(
        both=len(met),
        moves=tuple(moves),
        gone=tuple(name for place, name in earlier.names.items() if place not in met),
        new=tuple(new),
        rules=tuple(sorted(rules.items(), key=lambda entry: (-entry[1].submissions, -entry[1].indicators, entry[0]))),
        grades=tuple(sorted(grades.items(), key=lambda entry: tuple(map(_rank, entry[0])))),
        matched=tuple((how, matched[how]) for how in ("路径相同", "内容相同", "单位和项目相同") if matched[how]),
    )


def _rank(grade: str) -> int:
    return GRADES.index(grade) if grade in GRADES else len(GRADES)


class _Index:
    """Where the reports of a batch stand in its file, by path, by bytes and by unit and project."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.names: dict[int, str] = {}
        self._paths: dict[str, int] = {}
        self._digests: dict[tuple[str, ...], int] = {}
        self._subjects: dict[tuple[str, str], int | None] = {}
        self._file: BinaryIO | None = None
        for place, _, (path, digests, subject) in _reports(folder):
            self.names[place] = path
            self._paths[path] = place
            if digests and all(digests):
                self._digests.setdefault(digests, place)
            self._subjects[subject] = None if subject in self._subjects else place

    def __enter__(self) -> _Index:
        self._file = (Path(self.folder) / REPORTS).open("rb")
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def find(self, keys: Keys, alone: bool, met: set[int]) -> tuple[int | None, str]:
        """The place of the counterpart that no other submission has met, and how it was found."""
        path, digests, subject = keys
        found = (
            (self._paths.get(path), "路径相同"),
            (self._digests.get(digests), "内容相同"),
            (self._subjects.get(subject) if alone and subject[0] else None, "单位和项目相同"),
        )
        return next(((place, how) for place, how in found if place is not None and place not in met), (None, ""))

    def report(self, place: int) -> dict[str, Any]:
        if self._file is None:
            raise ValueError("the index is read in its context")
        self._file.seek(place)
        report: dict[str, Any] = json.loads(self._file.readline())
        return report


def _reports(folder: str) -> Iterator[tuple[int, dict[str, Any], Keys]]:
    """Every report of a batch with its place in the file and what it is known by."""
    path = Path(folder) / REPORTS
    try:
        with path.open("rb") as file:
            place = 0
            for line in file:
                report = json.loads(line)
                yield place, report, _keys(report)
                place += len(line)
    except (OSError, ValueError, KeyError):
        raise ScorerError(f"{folder}：没有可读的 {REPORTS}。请给出 scorer batch 的结果文件夹。") from None


def _keys(report: dict[str, Any]) -> Keys:
    submission = report["submission"]
    files = submission["files"]
    path = str(files[0]["path"]) if files else ""
    return path, tuple(file["sha256"] for file in files), (submission["unit"].strip(), submission["project"].strip())


def _move(number: int, name: str, before: dict[str, Any], after: dict[str, Any]) -> Move:
    causes = []
    old, new = _leaves(before), _leaves(after)
    for key in dict.fromkeys([*old, *new]):
        one, other = old.get(key, {}), new.get(key, {})
        if one.get("points") == other.get("points"):
            continue
        causes.append(
            Cause(
                key[0][-1],
                _points(one.get("points")),
                _points(other.get("points")),
                one.get("rule", ""),
                other.get("rule", ""),
                other.get("words", ""),
            )
        )
    notes = [note for note in after["notes"] if note not in before["notes"]]
    if not causes and not notes:
        notes = ["各项得分没有变，等级的界限或总分的算法变了"] if new else ["没有可比的得分"]
    causes.sort(key=lambda cause: -abs(cause.change))
    submission = after["submission"]
    return Move(
        number=number,
        name=name,
        unit=submission["unit"],
        project=submission["project"],
        before=_points(before["total"]),
        after=_points(after["total"]),
        grade_before=before["grade"],
        grade_after=after["grade"],
        causes=tuple(causes),
        notes=tuple(notes),
    )


def _count(move: Move, rules: dict[str, RuleMoves]) -> None:
    for name in {cause.rule for cause in move.causes}:
        rules.setdefault(name, RuleMoves()).submissions += 1
    for cause in move.causes:
        found = rules[cause.rule]
        found.indicators += 1
        found.gained += max(cause.change, Decimal(0))
        found.lost -= min(cause.change, Decimal(0))


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


def _points(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _shown(points: Decimal | None) -> str:
    return "—" if points is None else str(points)


def title_of(kind: str) -> str:
    """What a rule is called in Chinese, with the name that `scorer explain` takes."""
    from scorer.rules import RULES

    rule = RULES.get(kind)
    return f"{rule.title} {kind}" if rule else kind


# ----------------------------------------------------------------------------------------------------------- writing

RULE_HEADINGS = ("规则", "提交件", "指标处数", "共加分", "共减分")
COLUMNS = (
    *(("序号", 7), ("单位", 26), ("项目", 26), ("总分（前）", 9), ("总分（后）", 9), ("变动", 9)),
    *(("等级（前）", 8), ("等级（后）", 8), ("变动的指标（规则）", 70), ("文件", 40)),
)


def shared_root(comparison: Comparison) -> str:
    """The folder that all files of both batches lie in: pages and workbooks name files from there on."""
    root: str | None = None
    for name in (*(move.name for move in comparison.moves), *comparison.gone, *comparison.new):
        root = common_root(root, name)
    return root or ""


def cells(move: Move, root: str) -> list[Value]:
    """A move under `COLUMNS`."""
    return [
        *(move.number, move.unit, move.project, move.before, move.after, move.difference),
        *(move.grade_before, move.grade_after, move.words, without_root(move.name, root)),
    ]


def overview(comparison: Comparison) -> list[tuple[str, int]]:
    differences = [move.difference for move in comparison.moves if move.difference is not None]
    return [
        ("两批都有", comparison.both),
        ("总分或等级有变动", len(comparison.moves)),
        ("总分上升", sum(difference > 0 for difference in differences)),
        ("总分下降", sum(difference < 0 for difference in differences)),
        ("等级有变动", sum(move.regraded for move in comparison.moves)),
        ("只在前一批", len(comparison.gone)),
        ("只在后一批", len(comparison.new)),
    ]


def rule_rows(comparison: Comparison) -> list[tuple[str, int, int, Decimal, Decimal]]:
    """What moved by rule, under `RULE_HEADINGS`."""
    return [
        (title_of(name), found.submissions, found.indicators, found.gained, found.lost) for name, found in comparison.rules
    ]


def grade_rows(comparison: Comparison) -> list[tuple[str, int]]:
    return [(f"{before or '无'} → {after or '无'}", count) for (before, after), count in comparison.grades]


def matched_words(comparison: Comparison) -> str:
    """How the counterparts were found, "" without any."""
    told = "、".join(f"{how} {count} 份" for how, count in comparison.matched)
    return f"两批中的同一份按此辨认：{told}。" if told else ""


def render(comparison: Comparison, suffix: str) -> str | bytes:
    """The comparison as the ending of a file asks: .xlsx, .html, else text with every move."""
    if suffix == ".xlsx":
        return as_workbook(comparison)
    return as_page(comparison) if suffix == ".html" else as_table(comparison, shown=None)


def as_table(comparison: Comparison, width: int = 80, shown: int | None = SHOWN) -> str:
    """The comparison for a terminal in at most `width` columns; the first `shown` moves, all for None."""
    from scorer.report.columns import cleaned, cut, table, wrap

    counted = dict(overview(comparison))
    lines = wrap(
        f"两批都有 {comparison.both} 份：总分或等级有变动 {len(comparison.moves)} 份（上升 {counted['总分上升']}，下降 "
        f"{counted['总分下降']}），等级有变动 {counted['等级有变动']} 份。"
        f"只在前一批 {len(comparison.gone)} 份，只在后一批 {len(comparison.new)} 份。",
        width,
    )
    lines += wrap(matched_words(comparison), width) if comparison.matched else []
    if comparison.grades:
        lines += ["", *wrap("等级变动：" + "，".join(f"{name} {count} 份" for name, count in grade_rows(comparison)), width)]
    if comparison.rules:
        rows = [[str(value) for value in row] for row in rule_rows(comparison)]
        lines += ["", "变动来自哪条规则（按后一批的规则）"]
        lines += table(RULE_HEADINGS, rows, width, flexible={0: 1}, figures=(1, 2, 3, 4))
    listed = comparison.moves[:shown]
    if listed:
        lines += ["", "变动的提交件" + (f"（前 {len(listed)} 份）" if len(listed) < len(comparison.moves) else "")]
    for move in listed:
        change = "" if move.difference is None else f"（{move.difference:+}）"
        grade = f"  等级 {move.grade_before or '无'} → {move.grade_after or '无'}" if move.regraded else ""
        figures = f"{_shown(move.before)} → {_shown(move.after)}{change}{grade}"
        file = cleaned(move.name).replace("\\", "/").rsplit("/", 1)[-1]
        who = "  ".join(part for part in (cleaned(move.unit), cleaned(move.project), file) if part)
        lines.append(cut(f"{move.number:>6}  {who}", width))
        lines.append(f"        {figures}")
        causes = [
            f"{cleaned(cause.indicator)} {cause.points}：{cause.rules}" + (f"，{cleaned(cause.words)}" if cause.words else "")
            for cause in move.causes
        ]
        causes += move.notes
        kept = causes if shown is None else causes[:CAUSES_SHOWN]
        if len(kept) < len(causes):
            kept = [*kept, f"另有 {len(causes) - len(kept)} 项"]
        for words in kept:
            lines += [f"        {'  ' if place else ''}{line}" for place, line in enumerate(wrap(words, width - 10))]
    if len(listed) < len(comparison.moves):
        lines += ["", f"另有 {len(comparison.moves) - len(listed)} 份，写成文件可看全部：-o 变动.xlsx 或 -o 变动.html"]
    return "\n".join(lines) + "\n"


def as_page(comparison: Comparison) -> str:
    """The comparison as one HTML file that loads nothing."""
    from scorer.batch.document import document

    root = shared_root(comparison)
    listed = ((comparison.gone, "前一批"), (comparison.new, "后一批"))
    alone = [(without_root(name, root), where) for names, where in listed for name in names]
    return document(
        "comparison.html",
        counts=dict(overview(comparison)),
        both=comparison.both,
        matched=matched_words(comparison),
        rules=rule_rows(comparison),
        rule_columns=[(name, "n" if place else "t") for place, name in enumerate(RULE_HEADINGS)],
        grades=grade_rows(comparison),
        moves=comparison.moves[:LISTED],
        more=f"只列出变动最大的 {LISTED} 份，全部见 -o 变动.xlsx。" if len(comparison.moves) > LISTED else "",
        alone=alone[:LISTED],
        alone_more=f"只列出前 {LISTED} 份。" if len(alone) > LISTED else "",
        shown=_shown,
        file=lambda name: without_root(name, root),
    )


def as_workbook(comparison: Comparison) -> bytes:
    """The comparison as xlsx."""
    from scorer.batch.workbook import Book, Sheet

    content = io.BytesIO()
    root = shared_root(comparison)
    book = Book(content)
    book.add(Sheet("概况", (("项目", 40), ("份数", 12)), [*overview(comparison), *grade_rows(comparison)]))
    book.add(Sheet("按规则", tuple(zip(RULE_HEADINGS, (40, 10, 10, 12, 12), strict=True)), rule_rows(comparison)))
    book.add(Sheet("变动", COLUMNS, (cells(move, root) for move in comparison.moves), "没有变动。"))
    causes = (
        *(("序号", 7), ("单位", 26), ("项目", 26), ("指标", 30), ("得分（前）", 9), ("得分（后）", 9), ("变动", 9)),
        *(("规则（前）", 24), ("规则（后）", 24), ("得分由来（后）", 60)),
    )
    rows = (
        (
            *(move.number, move.unit, move.project, cause.indicator, cause.before, cause.after, cause.change),
            *(title_of(cause.rule_before), title_of(cause.rule_after), cause.words),
        )
        for move in comparison.moves
        for cause in move.causes
    )
    book.add(Sheet("变动的指标", causes, rows, "没有变动。"))
    book.add(Sheet("只在前一批", (("文件", 80),), ((without_root(name, root),) for name in comparison.gone)))
    book.add(Sheet("只在后一批", (("文件", 80),), ((without_root(name, root),) for name in comparison.new)))
    book.close()
    return content.getvalue()
