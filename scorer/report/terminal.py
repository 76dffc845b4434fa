"""The report as text for a terminal: 80 columns by display width. Conclusion, findings, next step; in detail also the tree
and the tallies. The findings stand last, the gravest of them nearest to the prompt.

A total is never printed without how much of it was recomputed and how much was taken from the form's own claim.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from scorer.model import Finding, Line, Report, points_text
from scorer.report import Layout, sentences
from scorer.report.width import cleaned, cut, table, width_of, wrap

HEADINGS = ("指标", "分值", "目标", "完成", "自评", "复算", "状态")
NAME, WEIGHT, TARGET, ACTUAL, CLAIMED, POINTS, STATUS = range(7)
SHARES = {NAME: 9, TARGET: 6, ACTUAL: 5}  # of the width that the figures leave
FIGURES = (WEIGHT, CLAIMED, POINTS)
QUOTE = 60
NARROWEST = 60
STYLES = {"error": "31;1", "warning": "33;1", "note": "36;1", "strong": "1"}


def render(report: Report, layout: Layout) -> str:
    """The whole report as text that ends with a line break."""
    width = max(layout.width, NARROWEST)
    layout = replace(layout, width=width)
    sections = [head(report, layout)]
    scored = not layout.findings_only
    if layout.details:
        sections += [tree(report, layout), totals(report, layout), derivations(report, layout)] if scored else []
        sections += [figures(report, layout), tallies(report, layout)]
    else:
        sections += [[*(totals(report, layout) if scored else []), *briefly(report, layout)], figures(report, layout)]
    sections += [across(layout), findings(report, layout), next_step(report, layout)]
    return "\n\n".join("\n".join(section) for section in sections if section) + "\n"


def divider(report: Report, number: int, count: int, layout: Layout) -> str:
    """The line between several reports: which one comes, of how many, and its sheet or title."""
    about = report.submission
    named = cleaned(about.part or about.project) or "、".join(cleaned(file.path) for file in about.files)
    line = cut(f"═══ 第 {number} 份，共 {count} 份：{named} ", max(layout.width, NARROWEST) - 4)
    return paint(line + "═══", "strong", layout) + "\n\n"


def paint(text: str, style: str, layout: Layout) -> str:
    return f"\x1b[{STYLES[style]}m{text}\x1b[0m" if layout.colour else text


def hanging(text: str, layout: Layout, indent: int = 0, hang: int | None = None) -> list[str]:
    """`text` wrapped to the layout, its first line behind `indent` blanks and the others behind `hang`."""
    further = indent if hang is None else hang
    lines = wrap(cleaned(text), layout.width - max(indent, further))
    return [" " * (further if number else indent) + line for number, line in enumerate(lines)]


# -------------------------------------------------------------------------------------------------------------- head


def head(report: Report, layout: Layout) -> list[str]:
    """Who, what, which year, from which files, and by which indicator set and why."""
    about = report.submission
    title = "  ".join(
        part
        for part in (
            cleaned(about.unit) or "（未读到单位名称）",
            cleaned(about.project),
            f"（{cleaned(about.part)}）" if about.part and about.part != about.project else "",
            f"{about.year} 年度" if about.year is not None else "",
        )
        if part
    )
    lines = [paint(line, "strong", layout) for line in wrap(title, layout.width)]
    if about.files:
        lines += hanging("文件：" + "、".join(file.path for file in about.files), layout, 0, 6)
    used = report.set
    if used.id == "form":
        lines += hanging(f"指标体系：表中自带的分值和规则：{used.why}", layout, 0, 10)
    elif used.id:
        version = f"（版本 {used.version}）" if used.version else ""
        why = f"：{used.why}" if used.why else ""
        lines += hanging(f"指标体系：{used.id}{version}{why}", layout, 0, 10)
    return lines


# -------------------------------------------------------------------------------------------------------------- tree


def tree(report: Report, layout: Layout) -> list[str]:
    """The scored tree, indented by level. Columns that no row fills are left out."""
    if not report.lines:
        return []
    rows = [_row(line) for line in report.lines]
    kept = [
        column for column in range(len(HEADINGS)) if column in (NAME, STATUS) or any(row[column] for row in rows)
    ]
    return table(
        [HEADINGS[column] for column in kept],
        [[row[column] for column in kept] for row in rows],
        layout.width,
        flexible={place: SHARES[column] for place, column in enumerate(kept) if column in SHARES},
        figures=[place for place, column in enumerate(kept) if column in FIGURES],
    )


def _row(line: Line) -> tuple[str, ...]:
    name = cleaned(line.path[-1]) if line.path else "（合计）"
    return (
        " " * max(len(line.path) - 1, 0) + name,
        points_text(line.weight) or "",
        cleaned(line.target),
        cleaned(line.actual),
        points_text(line.claimed) or "",
        points_text(line.points) or "",
        sentences.STATUSES[line.status] if line.status else "",
    )


# ------------------------------------------------------------------------------------------------------------ totals


def totals(report: Report, layout: Layout) -> list[str]:
    """The total, what it could be, and how much of it rests on the rules and how much on the claim."""
    if report.total is None:
        return hanging(sentences.no_total(report), layout)
    total = f"复算总分 {points_text(report.total)}"
    if report.full is not None:
        total += f" / {points_text(report.full)}"
    if report.claimed_total is not None:
        total += f"（自评 {points_text(report.claimed_total)}）"
    if report.grade or report.claimed_grade:
        total += f"  等级 {report.grade or '无法确定'}"
        total += f"（自评 {cleaned(report.claimed_grade)}）" if report.claimed_grade else ""
    lines = [paint(line, "strong", layout) for line in wrap(total, layout.width)]
    lines += hanging(sentences.share_words(report), layout)
    for note in report.notes:
        lines += hanging(note, layout)
    if words := sentences.range_words(report):
        lines += hanging(words, layout)
    return lines


def derivations(report: Report, layout: Layout) -> list[str]:
    """How the points came about, for every leaf that lost some or where the claim says otherwise."""
    told = [line for line in report.leaves() if line.words and sentences.worth_telling(line)]
    if not told:
        return []
    title = "各行目标与完成值的比对" if report.total is None else "未得满分或与自评不同的指标"
    lines = [paint(title, "strong", layout)]
    for line in told:
        name = cleaned(line.path[-1]) if line.path else ""
        lines += hanging(f"{cut(name, layout.width // 2)}：{line.words}", layout, 2, 4)
    return lines


def briefly(report: Report, layout: Layout) -> list[str]:
    """The rows in which claim and recomputation differ, in a line."""
    other = [line for line in report.leaves() if line.claimed is not None and line.points is not None and line.claimed != line.points]
    if not other or layout.findings_only:
        return []
    told = [f"{cleaned(sentences.name_of(line))} {points_text(line.claimed)}→{points_text(line.points)}" for line in other]
    while len(told) > 1 and width_of("、".join(told)) > layout.width - 34:
        told.pop()
    more = f"等 {len(other)} 项" if len(told) < len(other) else ""
    return [cut(f"自评与复算不同：{'、'.join(told)}{more}。", layout.width)]


# ---------------------------------------------------------------------------------------------------------- findings


def findings(report: Report, layout: Layout) -> list[str]:
    """The findings by level, the gravest last, in the order of their place, each with every place and the words that stand
    there, and what to do about it."""
    done = "" if layout.details or not report.tallies else checked_words(report)
    if not report.findings:
        return [paint(f"没有发现不一致的数字{done}。", "strong", layout)]
    counted = "，".join(
        f"{words} {sum(finding.level == level for finding in report.findings)} 处" for level, words in sentences.LEVELS.items()
    )
    lines = hanging(f"发现：{counted}{done}", layout, 0, 2)
    lines = [paint(line, "strong", layout) for line in lines]
    alone = len(report.submission.files) == 1
    for level, words in reversed(sentences.LEVELS.items()):
        group = [finding for finding in report.findings if finding.level == level]
        if group:
            lines += [paint(f"{words}（{sentences.LEVEL_WORDS[level]}）", level, layout)]
        for finding in group:
            lines += _finding(finding, layout, alone)
    return lines


def checked_words(report: Report) -> str:
    """How much was checked, and how much could not be, in brackets."""
    done = sentences.ran(report)
    return f"（运行 {len(done)} 项检查，相符 {sum(one.sound for one in done)}，无法判定 {sum(one.undecided for one in done)}）"


def _finding(finding: Finding, layout: Layout, alone: bool) -> Iterator[str]:
    title, path = f"{finding.code} {sentences.title_of(finding.code)}".rstrip(), " > ".join(finding.path)
    if layout.details:
        yield from hanging(f"{title} {finding.name}", layout, 2, 7)
        yield from hanging(path, layout, 7) if path else ()
        yield from hanging(finding.message, layout, 7)
        for words in places(finding, alone):
            yield from hanging(words, layout, 7, 9)
    else:
        yield from hanging(" · ".join(part for part in (title, path) if part), layout, 2, 7)
        yield from hanging(finding.message, layout, 7)
        yield from _places_briefly(finding, alone, layout)
    if advice := sentences.advice(finding, layout.width - 7):
        yield f"       {advice}"


def _places_briefly(finding: Finding, alone: bool, layout: Layout) -> Iterator[str]:
    """The places one behind the other, in two lines at most, or two lines for each file; a file's name once."""
    files: dict[str, list[str]] = {}
    for file, at, quote in sentences.together(finding):
        words = f"“{cut(cleaned(quote), QUOTE)}”" if quote else ""
        files.setdefault("" if alone and at else file, []).append(" ".join(part for part in ("、".join(at), words) if part))
    told = [" ".join(part for part in (file, "，".join(places).strip("，")) if part) for file, places in files.items()]
    if width_of("；".join(told)) <= 2 * (layout.width - 9):
        told = ["；".join(told)]
    for one in told:
        lines = hanging(one, layout, 7, 9) if one else []
        yield from lines if len(lines) <= 2 else [lines[0], cut(lines[1], layout.width - 2) + "…"]


def next_step(report: Report, layout: Layout) -> list[str]:
    """What to do now; empty where everything is shown."""
    if layout.details or not report.tallies:
        return []
    errors, asked = sentences.count_of(report, "error"), sentences.count_of(report, "warning")
    told = f"改好 {errors} 处必改再运行；" if errors else f"备好 {asked} 处说明；" if asked else ""
    more = "看核对情况" if layout.findings_only else "看逐项得分"
    return hanging(f"接下来：{told}--details {more}，-o 意见.docx 写成文件", layout, 0, 2)


def across(layout: Layout) -> list[str]:
    """What the comparison with the other submissions of the batch found; empty where there is nothing."""
    if not layout.across:
        return []
    lines = [paint(f"同批比对：{len(layout.across)} 处", "strong", layout)]
    for finding in layout.across:
        lines += _finding(finding, layout, alone=False)
    return lines


def places(finding: Finding, alone: bool) -> list[str]:
    """The places of a finding with their words, those of the same words in one file together; the file's name is left
    out where the submission is one file `alone`."""
    together: dict[tuple[str, str], list[str]] = {}
    for place in finding.where:
        together.setdefault((place.file, place.quote), []).append(place.at)
    shown = []
    for (file, quote), at in together.items():
        where = "、".join(part for part in at if part)
        words = f"“{cut(cleaned(quote), QUOTE)}”" if quote else ""
        shown.append(" ".join(part for part in ("" if alone and where else file, where, words) if part))
    return shown


# ----------------------------------------------------------------------------------------------------------- tallies


def figures(report: Report, layout: Layout) -> list[str]:
    """Every figure of the reports with its state, and how many took part in a check; empty where not asked for."""
    if report.figures is None:
        return []
    lines = [paint("正文数字", "strong", layout), *hanging(sentences.figures_words(report), layout, 2)]
    rows = [
        (figure.at, cleaned(figure.quote), cleaned(figure.of), sentences.STATES[figure.state], cleaned(sentences.figure_words(figure)))
        for figure in report.figures
    ]
    if rows:
        lines += table(("位置", "数字", "所指", "状态", "依据或原因"), rows, layout.width, flexible={1: 4, 2: 6, 4: 16}, lines=2)
    return lines


def tallies(report: Report, layout: Layout) -> list[str]:
    """What was checked and what could not be: nothing is left out in silence."""
    if not report.tallies:
        return []
    ran = [tally for tally in report.tallies if tally.not_run is None]
    sound, faulty, undecided = (
        sum(getattr(tally, name) for tally in ran) for name in ("sound", "faulty", "undecided")
    )
    lines = [paint("核对情况", "strong", layout)]
    lines += hanging(
        f"运行 {len(ran)} 项检查：相符 {sound} 处，有出入 {faulty} 处，无法判定 {undecided} 处。", layout, 2
    )
    lines += _codes("全部相符", (t.code for t in ran if t.sound and not (t.faulty or t.undecided)), layout)
    lines += _codes("没有可核对之处", (t.code for t in ran if not (t.sound or t.faulty or t.undecided)), layout)
    for tally in ran:
        if tally.reasons:
            what = f"无法判定 {tally.undecided} 处" if tally.undecided else f"相符 {tally.sound} 处"
            single = len(tally.reasons) == 1
            reasons = "；".join(words if single else f"{words} {count} 处" for words, count in tally.reasons.items())
            lines += hanging(f"{tally.code} {sentences.title_of(tally.code)} {what}：{reasons}", layout, 2, 7)
    reasons_not_run = dict.fromkeys(tally.not_run for tally in report.tallies if tally.not_run is not None)
    for reason in reasons_not_run:
        skipped = (tally.code for tally in report.tallies if tally.not_run == reason)
        lines += _codes(f"未运行（{cleaned(reason or '')}）", skipped, layout)
    return lines


def _codes(words: str, codes: Iterable[str], layout: Layout) -> list[str]:
    listed = " ".join(codes)
    return hanging(f"{words}：{listed}", layout, 2, 4) if listed else []
