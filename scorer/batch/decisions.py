"""What people decided about findings, written into the workbook of findings and read back on the next run.

A finding is known again by its content (`scorer.batch.identity`), never by its place: what was decided stands as long as
the words and figures do, and is asked for again where they changed.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from python_calamine import CalamineError, CalamineWorkbook

from scorer.batch.identity import Identity, Known, match
from scorer.model import Finding, Report, ScorerError
from scorer.saving import cause

VERDICTS: Final = ("属实", "不成立", "已说明", "待核实")
DISMISSED, OPEN_VERDICT = "不成立", "待核实"
SHEET: Final = "问题清单"
GONE_SHEET: Final = "不再出现的"
KEPT: Final = "decisions.json"
IDENTITY, NUMBERS = "辨认（请勿改动）", "数字（请勿改动）"
NEEDED: Final = ("编号", "结论", "理由", IDENTITY)
FAULTS_SHOWN: Final = 10


@dataclass(frozen=True, slots=True)
class Decision:
    """A row of the workbook: a finding of an earlier run, with the verdict on it ("" for none) and why."""

    known: Known
    verdict: str
    reason: str
    code: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """What holds for a finding of this run: its verdict, or the one that its content has outrun (`stale`); `fate` as in
    `scorer.batch.identity`, "" in a first run."""

    verdict: str = ""
    reason: str = ""
    stale: str = ""
    fate: str = ""

    @property
    def dismissed(self) -> bool:
        return self.verdict == DISMISSED


@dataclass(slots=True)
class Decisions:
    """All that was read from a workbook, by submission; counts what became of it."""

    name: str
    by_id: dict[str, list[Decision]] = field(default_factory=dict)
    by_subject: dict[tuple[str, str, str], list[str]] = field(default_factory=dict)
    kept: Counter[str] = field(default_factory=Counter)
    stale: int = 0
    gone: list[tuple[str, Decision]] = field(default_factory=list)
    used: set[str] = field(default_factory=set)

    def settle(self, short: str, report: Mapping[str, Any], findings: Sequence[Finding]) -> list[Standing]:
        """What holds for each finding of a submission; one whose file was renamed is known by unit, project and year."""
        about = report["submission"]
        same = self.by_subject.get(_subject(about["unit"], about["project"], about["year"]), [])
        of = short if short in self.by_id else same[0] if len(same) == 1 else ""
        earlier = self.by_id.get(of, [])
        self.used.add(of)
        settled = [Standing(fate="new")] * len(findings)
        for outcome in match([one.known for one in earlier], findings):
            before = earlier[outcome.earlier] if outcome.earlier is not None else None
            if before is None or outcome.later is None:
                if before is not None and before.verdict:
                    self.gone.append((of, before))
                continue
            if outcome.fate == "same" or not before.verdict:
                settled[outcome.later] = Standing(before.verdict, before.reason, fate=outcome.fate)
                self.kept[before.verdict] += bool(before.verdict)
            else:
                settled[outcome.later] = Standing("", before.reason, before.verdict, outcome.fate)
                self.stale += 1
        return settled

    def words(self) -> str:
        """What became of the verdicts, in a sentence."""
        for of, listed in self.by_id.items():
            if of not in self.used:
                self.gone += [(of, one) for one in listed if one.verdict]
        kept = self.kept.total()
        told = "、".join(f"{verdict} {self.kept[verdict]} 条" for verdict in VERDICTS if self.kept[verdict])
        words = f"{self.name} 中的结论 {kept + self.stale + len(self.gone)} 条：沿用 {kept} 条{f'（{told}）' if told else ''}"
        words += f"，内容已变、要重新确认的 {self.stale} 条" if self.stale else ""
        words += f"，不再出现的 {len(self.gone)} 条" if self.gone else ""
        return f"{words}。"


def _subject(unit: object, project: object, year: object) -> tuple[str, str, str]:
    return (str(unit or "").strip(), str(project or "").strip(), str(year or "").strip())


def read_decisions(path: str | Path) -> Decisions:
    """The verdicts in a workbook of findings that an earlier run wrote.

    Raises:
        ScorerError: it cannot be opened, is no such workbook, or has verdicts that are none; all of these at once.
    """
    if not Path(path).is_file():
        raise ScorerError(f"{path}：没有这个文件。")
    try:
        rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_name(SHEET).to_python(skip_empty_area=False)
    except (CalamineError, OSError) as error:
        words = cause(error) if isinstance(error, OSError) else "不是 scorer batch 写的问题清单，或已损坏"
        raise ScorerError(f"{path}：读不出（{words}）。请给出结果文件夹中的 findings.xlsx，另存的也可以。") from None
    heads = [str(cell).strip() for cell in rows[0]] if rows else []
    lacking = [name for name in NEEDED if name not in heads]
    if lacking:
        raise ScorerError(f"{path}：“{SHEET}”一表缺少“{'”“'.join(lacking)}”列。请用结果文件夹中的 findings.xlsx，不要删列。")
    found = Decisions(Path(path).name)
    faults = []
    for number, row in enumerate(rows[1:], 2):
        cells = {head: str(cell).strip() for head, cell in zip(heads, row, strict=False)}
        if not cells[IDENTITY]:
            continue
        fault = _fault(cells)
        if fault:
            faults.append(f"第 {number} 行：{fault}")
            continue
        _add(found, cells)
    if faults:
        more = f"\n……共 {len(faults)} 行" if len(faults) > FAULTS_SHOWN else ""
        raise ScorerError(f"{path}：结论有误，没有采用。\n" + "\n".join(faults[:FAULTS_SHOWN]) + more)
    return found


def _fault(cells: Mapping[str, str]) -> str:
    verdict = cells["结论"]
    if verdict and verdict not in VERDICTS:
        return f"结论“{verdict}”不是 {'、'.join(VERDICTS)} 之一"
    if verdict == DISMISSED and not cells["理由"]:
        return "结论是“不成立”的要写理由"
    return ""


def _add(found: Decisions, cells: Mapping[str, str]) -> None:
    content, subject, ordinal = (*cells[IDENTITY].split(" "), "", "")[:3]
    try:
        numbers = json.loads(cells.get(NUMBERS) or "{}")
        identity = Identity(content, subject, int(ordinal or 0))
    except ValueError:
        return
    listed = found.by_id.setdefault(cells["编号"], [])
    decision = Decision(Known(identity, numbers, len(listed)), cells["结论"], cells["理由"], cells.get("代码", ""), cells.get("说明", ""))
    listed.append(decision)
    ids = found.by_subject.setdefault(_subject(cells.get("单位"), cells.get("项目"), cells.get("年度", "").removesuffix(".0")), [])
    if cells["编号"] not in ids:
        ids.append(cells["编号"])


def any_verdict(path: Path) -> Decisions | None:
    """The verdicts in the workbook that stands in a folder of results, None where nobody has written any."""
    if not path.is_file():
        return None
    found = read_decisions(path)
    return found if any(one.verdict for listed in found.by_id.values() for one in listed) else None


# ------------------------------------------------------------------------------------------------------ in the reports


def with_verdicts(
    report: Report, across: tuple[Finding, ...], settled: Sequence[Standing]
) -> tuple[Report, tuple[Finding, ...]]:
    """A report and the findings across forms as they are handed on: findings that were dismissed are named in a note only,
    others say their verdict. `settled` are the verdicts on both, in order.

    The report as JSON is the program's own word and is left as it is.
    """
    findings = (*report.findings, *across)
    if len(settled) != len(findings):
        return report, across
    both = list(zip(findings, settled, strict=True))
    dismissed = [f"{finding.code}（{one.reason}）" for finding, one in both if one.dismissed]
    own, other = [
        tuple(
            finding.model_copy(update={"message": _marked(finding.message, one)})
            for finding, one in zip(listed, of, strict=True)
            if not one.dismissed
        )
        for listed, of in ((report.findings, settled[: len(report.findings)]), (across, settled[len(report.findings) :]))
    ]
    note = (f"经核实不成立、没有列入的 {len(dismissed)} 处：{'、'.join(dismissed)}。",) if dismissed else ()
    return report.model_copy(update={"findings": own, "notes": (*report.notes, *note)}), other


def _marked(message: str, one: Standing) -> str:
    said = message.rstrip("。")
    if one.verdict:
        return f"{said}。〔结论：{one.verdict}{f'；{one.reason}' if one.reason else ''}〕"
    return f"{said}。〔原结论：{one.stale}（内容已变，请重新确认）〕" if one.stale else message


def saved_of(settled: Iterable[Standing]) -> list[list[str]]:
    """Verdicts as they are kept in `KEPT`, and `loaded_of` reads them again."""
    return [[one.verdict, one.reason, one.stale, one.fate] for one in settled]


def kept_verdicts(folder: Path, short: str) -> list[Standing]:
    """The verdicts on the findings of a submission in a folder of results, in their order; empty where there are none."""
    path = folder / KEPT
    if not short or not path.is_file():
        return []
    return [Standing(*values) for values in json.loads(path.read_text("utf-8")).get(short, [])]
