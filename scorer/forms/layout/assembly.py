"""From located blocks to a submission: which table holds the indicators, and what every cell of a form means.

A document is one sequence of lines (rows of tables, paragraphs). Headers of indicator tables divide it into forms; each
form is read in one pass in which a line is, in this order, a header, the begin of a money block, the begin of the
goals, a label with its value, or a row of the indicator table. What is not understood is said as a doubt.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from scorer.forms.layout.division import Division, divide, extract
from scorer.forms.layout.grid import Line, Span, is_figure
from scorer.forms.layout.head import (
    LONGEST_LINE,
    Head,
    after_colon,
    in_brackets,
    inline_label,
    label_values,
    read_goals,
    year_in,
)
from scorer.forms.layout.header import Columns, Header, kind_of, read_columns
from scorer.forms.layout.hidden import hidden_parts
from scorer.forms.layout.money import read_funds
from scorer.forms.layout.pairing import form_party, pair, report_party
from scorer.forms.layout.rows import DOUBT, Rows
from scorer.forms.layout.vocabulary import Label, column_field, heading, is_subtotal, label_field, squash
from scorer.model import EMPTY, Branch, Cell, Document, Doubt, FormKind, Funds, Goal, Source, Submission, Table

FOOT_LABELS = ("total", "review_total", "grade", "reason", "problems", "note")
HEAD_LABELS = ("project", "unit", "department", "year", "known", "goal_block", "goal_target", "goal_actual")


def understand(documents: Sequence[Document]) -> Submission:
    """The first form among the documents with the reports handed in beside it; that there are more is a doubt.

    For all of them see `understand_all`. Without a form the documents are kept as text.
    """
    return first_of(understand_all(documents))


def first_of(found: Sequence[Submission]) -> Submission:
    """The first of several submissions, with a doubt that names the others."""
    first, *others = found
    if not others:
        return first
    named = "、".join(_words_for(each) for each in others[:3]) + ("等" if len(others) > 3 else "")
    message = f"还有 {len(others)} 份没有读取（{named}），本次只取了第一份（{_words_for(first)}）；逐份读取请用 read_submissions"
    place = next((doc for doc in others[0].documents), None)
    source = others[0].title.source if others[0].title else Source(place.path if place else "")
    return replace(first, doubts=(*first.doubts, Doubt(DOUBT, message, source, others[0].title.text.strip())))


def _words_for(submission: Submission) -> str:
    named = submission.part or submission.project or _one_line(submission.title)
    return named or "、".join(document.path for document in submission.documents)


def understand_all(documents: Sequence[Document]) -> list[Submission]:
    """Every form among the documents as a submission of its own, every value with its place.

    Args:
        documents: files as their readers made them. A document without a form is a report: it goes with the form when
            there is one, with the form that it names (`pairing`) when there are several, else it is one of its own.

    Returns:
        At least one submission, in the order of the documents; `doubts` says what could not be understood, after the
        readers' own doubts. Without any form there is one submission, whose `has_form` is false, with all documents.
    """
    forms = [form for document in documents for form in forms_of(document)]
    if not forms:
        doubts = tuple(doubt for document in documents for doubt in document.doubts)
        return [Submission(year=_year_of_text(documents), documents=tuple(documents), doubts=doubts)]
    holding = {form.documents[0].path for form in forms}
    reports = [document for document in documents if document.path not in holding]
    if not reports:
        return forms
    if len(forms) == 1:
        order = {document.path: index for index, document in enumerate(documents)}
        joined = with_reports(forms[0], reports)
        return [replace(joined, documents=tuple(sorted(joined.documents, key=lambda each: order[each.path])))]
    return _shared_out(forms, reports)


def _shared_out(forms: Sequence[Submission], reports: Sequence[Document]) -> list[Submission]:
    texts = [understand_all([report])[0] for report in reports]
    found = pair([form_party(form) for form in forms], [report_party(text) for text in texts])
    of_form: dict[int, list[Document]] = {}
    alone: list[Submission] = []
    for number, (text, match) in enumerate(zip(texts, found, strict=True)):
        if match.form is None:
            alone.append(text)
        else:
            of_form.setdefault(match.form, []).append(reports[number])
    return [*(with_reports(form, of_form.get(number, ())) for number, form in enumerate(forms)), *alone]


def with_reports(form: Submission, reports: Sequence[Document]) -> Submission:
    """A form that was read alone, with the reports that belong to it: what reading them together gives."""
    if not reports:
        return form
    before = sum(len(document.doubts) for document in form.documents)
    doubts = (*form.doubts[:before], *(doubt for document in reports for doubt in document.doubts), *form.doubts[before:])
    return replace(form, documents=(*form.documents, *reports), doubts=doubts)


def add_reports(record: Submission, reports: Sequence[Document]) -> list[Submission]:
    """A form that was read from a record, with the reports that belong to it, and the forms among those."""
    forms = [form for document in reports for form in forms_of(document)]
    holding = {form.documents[0].path for form in forms}
    texts = [document for document in reports if document.path not in holding]
    doubts = [doubt for document in texts for doubt in document.doubts]
    return [replace(record, documents=(*record.documents, *texts), doubts=(*record.doubts, *doubts)), *forms]


def _year_of_text(documents: Sequence[Document]) -> int | None:
    """The year that the first lines of a report name."""
    for document in documents:
        for paragraph in document.paragraphs[:6]:
            year = year_in(paragraph.text[:LONGEST_LINE])
            if year:
                return year
    return None


# ---------------------------------------------------------------------------------------------- the forms of a document


def forms_of(document: Document) -> list[Submission]:
    """Every form of a document as a submission of its own; none where it holds running text alone.

    Of several the blank ones without a name are templates, and beside a self-evaluation 监控表 and 目标申报表 are no
    submissions: the first form's doubts name them. `part` tells several forms of one file apart.
    """
    division = divide(document)
    forms = [
        _read_form(division.lines[start:end], start, headers, division.sheets)
        for start, end, headers in division.forms
    ]
    chosen = _chosen(forms)
    if not chosen:
        return []
    left = [number for number in range(len(forms)) if number not in chosen]
    if len(chosen) == 1:
        number = chosen[0]
        aside = {at for other in left for at in division.own(other)}
        # what stands around the form's own lines may be its goals or its notes, unless it is another form
        hidden = tuple(hidden_parts(document))
        document = extract(document, set(range(len(division.lines))) - aside) if aside else document
        form = forms[number].submission()
        doubts = (*document.doubts, *form.doubts, *_left_aside(forms, left), *hidden)
        return [replace(form, documents=(document,), doubts=doubts)]
    names = _part_names([forms[number] for number in chosen], division.sheets)
    around = _around(division, chosen)
    found: list[Submission] = []
    for number, name in zip(chosen, names, strict=True):
        part = extract(document, division.own(number))
        form = _completed(forms[number].submission(), around)
        found.append(replace(form, part=name, documents=(part,), doubts=(*part.doubts, *form.doubts)))
    said = {doubt for submission in found for doubt in submission.documents[0].doubts}
    first = found[0].documents[0]
    # what concerns the file, and no form of it, is said once
    first = replace(first, doubts=(*(doubt for doubt in document.doubts if doubt not in said), *first.doubts))
    own = found[0].doubts[len(found[0].documents[0].doubts) :]
    more = (*_left_aside(forms, left), *_unread_sheets(document, division), *hidden_parts(document))
    found[0] = replace(found[0], documents=(first,), doubts=(*first.doubts, *own, *more))
    return found


def _chosen(forms: Sequence[_Form]) -> list[int]:
    """The forms that are submissions: those that are filled or named, else the first blank one; self-evaluations first."""
    for alike in (
        [number for number, form in enumerate(forms) if not form.kind],
        [number for number, form in enumerate(forms) if form.kind == "monitoring"],
        [number for number, form in enumerate(forms) if form.kind == "goals"],
    ):
        handed_in = [number for number in alike if forms[number].filled]
        handed_in = [number for number in alike if number in handed_in or (handed_in and forms[number].named)]
        handed_in = handed_in or [number for number in alike if forms[number].named and forms[number].rows.answers]
        written = handed_in or [number for number in alike if forms[number].rows.answers][:1] or alike[:1]
        if written:
            return written
    return []


def _left_aside(forms: Sequence[_Form], left: Sequence[int]) -> Iterator[Doubt]:
    """What is said of the forms of a file that are no submissions."""
    for number in left:
        form = forms[number]
        words = KINDS.get(form.kind) or ("空白的自评表" if not form.filled else "自评表")
        message = f"文件中另有一份{words}（{form.words}），没有计入；要按它评分请另存为一个文件"
        yield Doubt(DOUBT, message, form.place, form.head.title.text.strip())


KINDS: dict[str, str] = {"goals": "绩效目标申报表", "monitoring": "绩效监控表"}


def _unread_sheets(document: Document, division: Division) -> Iterator[Doubt]:
    """The sheets of a workbook of many forms that hold none: nobody's text, so it is not checked, and that is said."""
    if not division.sheets:
        return
    holding = {id(header.table) for _, _, headers in division.forms for header in headers}
    others = [table for table in document.tables if id(table) not in holding and not table.hidden and any(table.cells)]
    if others:
        named = "、".join(f"“{table.name}”" for table in others[:5]) + ("等" if len(others) > 5 else "")
        message = f"有 {len(others)} 张工作表不是自评表（{named}），其中的内容没有核对"
        yield Doubt(DOUBT, message, Source(document.path, others[0].name))


def _part_names(forms: Sequence[_Form], sheets: bool) -> list[str]:
    """What tells the forms of one file apart: the sheet, or where one holds several the project or title behind it."""
    tables = Counter(form.sheet for form in forms)
    names: list[str] = []
    for number, form in enumerate(forms, 1):
        said = _one_line(form.head.value("project")) or _one_line(form.head.title) or f"第{number}份"
        if sheets:
            said = form.sheet if tables[form.sheet] == 1 else f"{form.sheet} {said}"
        again = sum(1 for name in names if name == said or name.startswith(f"{said}（"))
        names.append(f"{said}（{again + 1}）" if again else said)
    return names


def _around(division: Division, chosen: Sequence[int]) -> Head:
    """The labels on the cover or the sheets before the first of several forms: they hold for all."""
    head = Head()
    first = min(division.own(chosen[0]), default=0)
    for line in division.lines[:first]:
        if line.own:
            head.take(line, True)
    return head


def _completed(form: Submission, around: Head) -> Submission:
    """A form that leaves out its unit or year, with those of the cover."""
    return replace(
        form,
        unit=form.unit or _one_line(around.unit),
        unit_cell=form.unit_cell or around.unit,
        year=form.year or around.year(),
    )


# ------------------------------------------------------------------------------------------------------------ one form


@dataclass(frozen=True, slots=True)
class _Total:
    """A total row: its label, its figures, how many indicators stand above it, its place."""

    label: str
    branch: Branch
    above: int
    source: Source


@dataclass(slots=True)
class _Form:
    """A form while its lines are read."""

    rows: Rows
    head: Head = field(default_factory=Head)
    funds: tuple[Funds, ...] = ()
    goals: list[Goal] = field(default_factory=list)
    totals: list[_Total] = field(default_factory=list)
    grade: Cell = EMPTY
    words: str = ""
    sheet: str = ""  # the name of the table that holds its indicators
    kind: FormKind = ""

    @property
    def filled(self) -> bool:
        """Is anything answered? In a form of goals: is anything aimed at?"""
        if self.kind == "goals":
            return any(answer.target for answer in self.rows.answers)
        return any(answer.actual or answer.claimed for answer in self.rows.answers)

    @property
    def named(self) -> bool:
        return bool(self.head.value("project") or self.head.unit)

    @property
    def place(self) -> Source:
        answer = next(iter(self.rows.answers), None)
        return answer.names[-1].source if answer and answer.names else self.head.title.source

    def submission(self) -> Submission:
        head, rows = self.head, self.rows
        total = self._total()
        doubtful = [
            Doubt(DOUBT, f"没有看懂的列：{cell.text.strip()}", cell.source, cell.text) for cell in rows.columns.doubtful
        ]
        return Submission(
            unit=_one_line(head.unit or (EMPTY if head.value("project") else head.value("department"))),
            project=_one_line(head.value("project")),
            department=_one_line(head.value("department")),
            year=head.year(),
            answers=tuple(rows.answers),
            branches=(*rows.branches, *((total,) if total else ())),
            funds=self.funds,
            goals=tuple(self.goals),
            # a form of goals claims nothing: a figure beside 合计 is money or the sum of the weights
            claimed_total=total.claimed if total and self.kind != "goals" else EMPTY,
            claimed_grade=self.grade or head.value("grade"),
            reason=head.value("reason"),
            problems=head.value("problems"),
            title=head.title,
            unit_cell=head.unit,
            project_cell=head.value("project"),
            columns=rows.columns.printed,
            notes=(*head.notes, *rows.notes),
            doubts=(*doubtful, *rows.doubts),
            kind=self.kind,
        )

    def total_row(self) -> _Total | None:
        """The last total below the last indicator, a 总分 before a 合计."""
        last = max((total.above for total in self.totals), default=0)
        final = [total for total in self.totals if total.above == last]
        return next(reversed([total for total in final if "总" in total.label] or final), None)

    def _total(self) -> Branch | None:
        """The form's own total: its row, completed by a score in the head."""
        row = self.total_row()
        chosen = row.branch if row else None
        beside = self.head.value("total")
        if chosen is None:
            return Branch((), claimed=beside) if beside else None
        if not chosen.weight:
            # 合计 | 100 | 98 above 总分 | 98: the same total once with and once without its weight
            same = [
                other.branch
                for other in self.totals
                if squash(other.branch.claimed.text) == squash(chosen.claimed.text)
            ]
            chosen = replace(chosen, weight=next((branch.weight for branch in same if branch.weight), chosen.weight))
        return replace(chosen, claimed=beside) if beside and not chosen.claimed else chosen


def _settle_sections(form: _Form) -> None:
    """合计 rows beside the form's own total are subtotals of the level that the indicators above them share."""
    chosen = form.total_row()
    whole = {answer.path[0] for answer in form.rows.answers}
    start = 0
    for total in form.totals:
        if total is chosen:
            continue
        levels = {answer.path[0] for answer in form.rows.answers[start : total.above]}
        start = total.above
        if len(levels) == 1 and len(whole) > 1:
            form.rows.branches.append(replace(total.branch, path=(levels.pop(),)))
        elif chosen is None or squash(total.branch.claimed.text) != squash(chosen.branch.claimed.text):
            words = f"「{total.label}」不止一行，看不出这一行是哪几项之和"
            form.rows.doubts.append(Doubt(DOUBT, words, total.source, total.branch.claimed.text))


def _one_line(cell: Cell) -> str:
    return " ".join(cell.text.split())


def _read_form(lines: Sequence[Line], offset: int, headers: Sequence[Header], sheets: bool) -> _Form:
    begins = {header.first - offset: header for header in headers}
    form = _Form(Rows(_columns(lines, offset, headers, 0)))
    at, table, number = 0, None, 0
    first = headers[0].first - offset
    while at < len(lines):
        line = lines[at]
        if at in begins:
            header = begins[at]
            if number:
                form.rows.columns = _columns(lines, offset, headers, number)
            number, table, at = number + 1, header.table, header.last - offset + 1
            continue
        if not line.own:
            at += 1
            continue
        if table is not None and line.table is not table:
            table = _continued(line, table, sheets)
        at = _read_line(form, lines, at, begins, before=at < first, active=table is not None and line.table is table)
    _settle_sections(form)
    form.rows.finish()
    form.sheet = headers[0].table.name
    form.words = _one_line(form.head.value("project")) or _one_line(form.head.title) or form.sheet
    form.kind = kind_of(headers, form.rows.columns, (form.head.title.text, form.sheet if sheets else ""))
    return form


def _columns(lines: Sequence[Line], offset: int, headers: Sequence[Header], number: int) -> Columns:
    header = headers[number]
    end = headers[number + 1].first - offset if number + 1 < len(headers) else len(lines)
    below = [line for line in lines[header.last - offset + 1 : end] if line.table is header.table]
    return read_columns(header, below)


def _continued(line: Line, table: Table, sheets: bool) -> Table | None:
    """The table in which the indicators go on: the next one of the same width; a paragraph between does not end them."""
    if line.table is None:
        return table
    return line.table if not sheets and line.table.columns == table.columns else None


def _read_line(
    form: _Form, lines: Sequence[Line], at: int, begins: dict[int, Header], before: bool, active: bool
) -> int:
    """Reads the line, or the block that begins with it. Returns the line behind."""
    line = lines[at]
    if not form.funds:
        block = read_funds(lines, at, begins, form.head.money_unit, columns_only=active)
        if block is not None:
            form.funds = block.rows
            return block.end
    if not active or label_field(line.own[0].text) in ("goal_block", "goal_target"):
        found = read_goals(lines, at, begins)
        if found is not None:
            form.goals.extend(found[0])
            return found[1]
    if active:
        _read_row(form, line)
    else:
        form.head.take(line, before)
    return at + 1


def _read_row(form: _Form, line: Line) -> None:
    written = form.rows.columns.written(line)
    if not written:
        return
    first = written[0]
    label = _margin_label(form.rows, line, first)
    if label == "total":
        _read_total(form, line, first)
    elif label:
        form.head.take(line, before=False)
    elif _is_foot(form, line, written):
        _read_foot(form, written)
    else:
        form.rows.take(line)


def _margin_label(rows: Rows, line: Line, first: Span) -> Label:
    """The label that a line under the table begins with, "" for a row of the table."""
    label = label_field(first.text) or inline_label(first.cell)
    if first.first > rows.columns.names[0] and (label != "total" or first.first not in _first_values(rows, line)):
        return ""
    if label in FOOT_LABELS:
        return label
    if label in HEAD_LABELS:
        figures = [column for name in ("weight", "claimed") for column in rows.columns.fields.get(name, ())]
        if not any(line.owned(column) and is_figure(line.at(column).text) for column in figures):
            return label
    return ""


def _first_values(rows: Rows, line: Line) -> tuple[int, ...]:
    """The columns of the target, where no name stands before it: a total that a repeated label pushed to the right."""
    named = any(span.first in rows.columns.names for span in rows.columns.written(line))
    return () if named else tuple(column for name in ("sign", "target") for column in rows.columns.fields.get(name, ()))


def _read_total(form: _Form, line: Line, first: Span) -> None:
    form.rows.settle()
    total = form.rows.total(line, first)
    claimed = total.claimed or after_colon(first.cell)
    branch = Branch((), total.weight or in_brackets(first.cell), claimed or total.claimed)
    form.totals.append(_Total(heading(first.text), branch, len(form.rows.answers), first.cell.source))
    form.grade = form.grade or total.grade
    for label, value in label_values(line):
        if label == "grade" and not form.grade:
            form.grade = value


def _is_foot(form: _Form, line: Line, written: Sequence[Span]) -> bool:
    """A label with words beside it that is no row of the table: one text over several fields, or one below the total."""
    columns = form.rows.columns
    if len(written) != 2 or written[0].first > columns.names[0] or is_subtotal(written[0].text):
        return False
    beside = written[1]
    fields = [columns.fields[name] for name in ("target", "actual", "weight", "claimed") if name in columns.fields]
    covered = sum(1 for field in fields if any(beside.first <= column <= beside.last for column in field))
    return not is_figure(beside.text) and (covered >= 2 or (bool(form.totals) and len(columns.names) > 1))


def _read_foot(form: _Form, written: Sequence[Span]) -> None:
    label, value = written[0], written[1].cell
    if column_field(label.text) == "reason" and not form.head.value("reason"):
        form.head.values["reason"] = value
    else:
        form.rows.notes.extend((label.cell, value))
