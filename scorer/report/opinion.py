"""The review opinion (复核意见) as its paragraphs and tables, before any file format.

Word, PDF and Markdown print the same opinion: what it says is decided here once. The layout follows the usual order of
such papers: conclusion, points, problems with their evidence, what was checked, what it rests on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from scorer.model import Finding, Report, points_text
from scorer.report import Layout, Letter, sentences
from scorer.report.cells import cell_names
from scorer.report.places import in_words
from scorer.report.width import cleaned, width_of

NUMERALS = "一二三四五六七八九"
HEADINGS = ("指标", "分值", "年度指标值", "实际完成值", "自评", "复算", "状态")
NAME, WEIGHT, TARGET, ACTUAL, CLAIMED, POINTS, STATUS = range(7)
FIGURES = (WEIGHT, CLAIMED, POINTS)
WIDTHS = (26, 10, 18, 18, 10, 10, 10)  # shares of the page's width
TALLY_HEADINGS = ("检查", "相符", "有出入", "无法判定", "原因")
TALLY_WIDTHS = (34, 9, 10, 12, 37)
LONGEST_CELL = 200
LONGEST_QUOTE = 120
INDENT = "　"
TITLE_ROOM = 40  # columns of a line of 二号: twenty Chinese characters


@dataclass(frozen=True, slots=True)
class Heading:
    """`level` 1 (一、) or 2 (（一）), its number already in the text."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph. `lead` are its first words, set apart where the format can."""

    text: str
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of texts: `figures` are the columns of numbers, `strong` the rows of upper levels and totals.

    Cells of the tree begin with one `INDENT` a level.
    """

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]
    figures: tuple[int, ...]
    strong: frozenset[int] = frozenset()


Part = Heading | Text | Grid
CellNames = Mapping[tuple[str, str], str]


@dataclass(frozen=True, slots=True)
class Opinion:
    """The whole paper: `title` in lines, whom it is for, its parts, the lines to sign, and the technical annex if any."""

    title: tuple[str, ...]
    addressee: str
    parts: tuple[Part, ...]
    signature: tuple[str, ...]
    annex: tuple[Part, ...] = ()


def indented(text: str) -> tuple[int, str]:
    """How deep a cell of the tree is indented, and its words."""
    words = text.lstrip(INDENT)
    return len(text) - len(words), words


def draw_up(report: Report, layout: Layout) -> Opinion:
    """The opinion on a report. `layout.findings_only` leaves out the points, as everywhere."""
    unit, letter = cleaned(report.submission.unit), layout.letter
    sections: list[tuple[str, list[Part]]] = [("复核结论", list(_conclusion(report)))]
    if report.lines and not layout.findings_only:
        sections.append(("得分复核", list(_points(report))))
    sections += [
        ("发现的问题", list(_findings(report, cell_names(report, layout.submission)))),
        ("核对情况", list(_tallies(report))),
        ("复核依据", list(_basis(report, layout))),
    ]
    if report.findings:
        sections.append(("有关要求", [Text(_request(letter))]))
    parts: list[Part] = [Text(_opening(report))]
    for number, (name, section) in enumerate(sections):
        parts += [Heading(1, f"{NUMERALS[number]}、{name}"), *section]
    addressee = letter.addressee or unit or "（单位名称未读到）"
    signature = (letter.issuer or "复核人：　　　　　　", letter.date or "　　　　年　　月　　日")
    annex = tuple(_annex(report)) if layout.annex else ()
    return Opinion(title_lines(report), f"{addressee.rstrip('：:')}：", tuple(parts), signature, annex)


def title_lines(report: Report) -> tuple[str, ...]:
    """The title in one line where it holds it, else broken between its words into as few lines as hold it, as even as can be."""
    about = report.submission
    project = cleaned(about.project)
    project = f"{project}项目" if project and not project.endswith(("项目", "资金", "经费")) else project
    year = f"{about.year}年度" if about.year is not None else ""
    words = [word for word in (f"关于{cleaned(about.unit) or '所报单位'}", f"{year}", project, "绩效自评的", "复核意见") if word]
    ways = [_broken(words, gaps) for gaps in range(1 << (len(words) - 1))]
    return min(ways, key=lambda lines: (max(0, *(width_of(line) - TITLE_ROOM for line in lines)), len(lines), max(map(width_of, lines))))


def _broken(words: Sequence[str], gaps: int) -> tuple[str, ...]:
    """The words in lines, broken behind the word of each bit of `gaps`."""
    lines = [words[0]]
    for place, word in enumerate(words[1:]):
        if gaps >> place & 1:
            lines.append(word)
        else:
            lines[-1] += word
    return tuple(lines)


def _request(letter: Letter) -> str:
    """What the department is to do, and until when."""
    until = f"请于{letter.deadline}前" if letter.deadline else "请"
    asked = f"{until}对上述问题逐条核实：确属填报有误的，更正后重新报送；数字无误的，书面说明理由并附佐证材料。"
    return asked + (f"联系人：{letter.contact.rstrip('。')}。" if letter.contact else "")


def _opening(report: Report) -> str:
    year = f"{report.submission.year}年度" if report.submission.year is not None else ""
    return f"对你单位报送的{year}绩效自评材料（共 {len(report.submission.files)} 个文件）进行了复算和核对，意见如下。"


def _conclusion(report: Report) -> Iterator[Part]:
    if report.total is None:
        yield Text(sentences.no_total(report))
    else:
        total = f"复算总分 {points_text(report.total)} 分"
        total += f"（满分 {points_text(report.full)} 分）" if report.full is not None else ""
        if report.claimed_total is not None:
            total += f"，自评总分 {points_text(report.claimed_total)} 分"
        if report.grade or report.claimed_grade:
            total += f"；复算等级为“{report.grade or '无法确定'}”"
            total += f"，自评等级为“{cleaned(report.claimed_grade)}”" if report.claimed_grade else ""
        yield Text(f"{total}。{sentences.share_words(report)}{sentences.range_words(report)}")
    for note in report.notes:
        yield Text(cleaned(note))
    yield Text(sentences.counts_words(report))


def _points(report: Report) -> Iterator[Part]:
    rows, strong = [], set()
    for number, line in enumerate(report.lines):
        if not line.leaf:
            strong.add(number)
        rows.append(
            (
                INDENT * max(len(line.path) - 1, 0) + cleaned(sentences.name_of(line)),
                points_text(line.weight) or "",
                _short(line.target),
                _short(line.actual),
                points_text(line.claimed) or "",
                points_text(line.points) or "",
                sentences.STATUSES[line.status] if line.status else "",
            )
        )
    if report.total is not None:
        strong.add(len(rows))
        rows.append(
            (
                *("总分", points_text(report.full) or "", "", ""),
                *(points_text(report.claimed_total) or "", points_text(report.total) or "", ""),
            )
        )
    yield Grid("得分复核表", HEADINGS, tuple(rows), WIDTHS, FIGURES, frozenset(strong))
    told = [line for line in report.leaves() if line.words and sentences.worth_telling(line)]
    if told:
        yield Text("未得满分或与自评不同的指标，得分由来如下。")
        for number, line in enumerate(told, 1):
            yield Text(f"{cleaned(line.words)}。", lead=f"{number}. {cleaned(sentences.name_of(line))}：")


def _short(text: str) -> str:
    text = cleaned(text)
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…"


def _findings(report: Report, cells: CellNames) -> Iterator[Part]:
    if not report.findings:
        yield Text("没有发现不一致的数字。")
        return
    yield Text("以下只指出数字不一致之处和各处的原文；以哪一处为准，请核实后确定。")
    for position, (level, group) in enumerate(sentences.by_level(report)):
        words = f"{sentences.LEVELS[level]}（{sentences.LEVEL_WORDS[level]}，{len(group)} 处）"
        yield Heading(2, f"（{NUMERALS[position]}）{words}")
        for item in group:
            title = sentences.title_of(item.finding.code) or item.finding.name
            alone = sentences.is_alone(report, item.finding)
            yield Text(_finding_words(item.finding, alone, cells), lead=f"{item.number}. {title}。")


def _finding_words(finding: Finding, alone: bool, cells: CellNames) -> str:
    words = f"{' › '.join(cleaned(name) for name in finding.path)}：" if finding.path else ""
    words += cleaned(finding.message)
    words += "" if words.endswith(("。", "！", "？")) else "。"
    shown = [
        " ".join(part for part in ("" if alone and at else cleaned(file), _spoken(file, at, cells), quoted(quote)) if part)
        for file, at, quote in sentences.together(finding)
        if at or quote or not alone
    ]
    words += f"出处：{'；'.join(shown)}。" if shown else ""
    return words + sentences.advice(finding).replace("改法：", "建议：", 1)


def _spoken(file: str, at: Sequence[str], cells: CellNames) -> str:
    return "、".join(cells.get((file, one)) or in_words(file, one) for one in at)


def quoted(quote: str) -> str:
    text = cleaned(quote)
    text = text if len(text) <= LONGEST_QUOTE else text[: LONGEST_QUOTE - 1] + "…"
    return f"“{text}”" if text else "（空白）"


def _tallies(report: Report) -> Iterator[Part]:
    if not report.tallies:
        yield Text("没有运行检查。")
        return
    yield Text(sentences.tally_words(report))
    open_ = [tally for tally in sentences.ran(report) if tally.undecided]
    if open_:
        names = "、".join(f"{sentences.title_of(tally.code)}（{tally.undecided} 处）" for tally in open_)
        yield Text(f"无法判定的不作结论，须由人核对：{names}。")


def _basis(report: Report, layout: Layout) -> Iterator[Part]:
    indicators = sentences.set_behind(report, layout.indicator_set)
    if indicators is not None:
        facts = (f"{name}：{cleaned(value)}" for name, value in sentences.set_facts(indicators) if name != "标题")
        yield Text(f"指标体系：{cleaned(indicators.title)}；{'；'.join(facts).rstrip('。')}。")
    elif report.set.id == "form":
        yield Text("按表中自带的分值和评分规则复算。")
    elif report.set.id:
        yield Text(f"指标体系：{cleaned(report.set.id)}。")
    if report.submission.files:
        yield Text(f"所核材料：{'、'.join(cleaned(file.path) for file in report.submission.files)}。")
    yield Text("采信自评的部分须由人判断。")


def _annex(report: Report) -> Iterator[Part]:
    """What a technician asks: the codes, which checks were passed, what the files and the set are known by."""
    yield Heading(1, "附件：技术说明")
    words = sentences.set_words(report)
    if words:
        yield Text(f"指标体系：{cleaned(words)}。")
    found = [item for _, group in sentences.by_level(report) for item in group]
    rows = tuple((str(item.number), item.finding.code, sentences.title_of(item.finding.code)) for item in found)
    if rows:
        yield Grid("问题的检查代码", ("序号", "代码", "检查"), rows, (12, 20, 68), ())
    yield from _annexed_checks(report)
    known = [(cleaned(file.path), file.sha256) for file in report.submission.files]
    if report.set.digest:
        known.append((f"指标体系 {cleaned(report.set.id)}", report.set.digest))
    if known:
        yield Grid("文件和指标体系的摘要", ("文件", "SHA-256"), tuple(known), (40, 60), ())
    yield Text(f"由 scorer {report.tool} 生成。")


def _annexed_checks(report: Report) -> Iterator[Part]:
    done = sentences.ran(report)
    counted = tuple(
        (
            f"{tally.code} {sentences.title_of(tally.code)}",
            *(str(count) for count in (tally.sound, tally.faulty, tally.undecided)),
            cleaned(sentences.reason_words(tally)),
        )
        for tally in done
        if tally.faulty or tally.undecided
    )
    if counted:
        yield Grid("有出入或无法判定的检查", TALLY_HEADINGS, counted, TALLY_WIDTHS, (1, 2, 3))
    groups = {
        "全部相符": [tally.code for tally in done if tally.sound and not (tally.faulty or tally.undecided)],
        "没有可核对之处": [tally.code for tally in done if not (tally.sound or tally.faulty or tally.undecided)],
    }
    for words, codes in groups.items():
        if codes:
            yield Text(f"{words}的检查：{'、'.join(codes)}。")
    skipped = [f"{'、'.join(codes)}（{cleaned(reason)}）" for reason, codes in sentences.not_run(report).items()]
    if skipped:
        yield Text(f"未运行的检查：{'；'.join(skipped)}。")
