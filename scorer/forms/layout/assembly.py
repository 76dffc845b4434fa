"""From located blocks to a submission: which table holds the indicators, and what every cell of a form means.

A document is one sequence of lines (rows of tables, paragraphs). Headers of indicator tables divide it into forms; each
form is read in one pass in which a line is, in this order, a header, the begin of a money block, the begin of the
goals, a label with its value, or a row of the indicator table. What is not understood is said as a doubt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from scorer.forms.layout.grid import Line, Span, is_figure, read_lines
from scorer.forms.layout.head import (
    LONGEST_LINE,
    Head,
    after_colon,
    in_brackets,
    inline_label,
    is_table_title,
    label_values,
    read_goals,
    year_in,
)
from scorer.forms.layout.header import Columns, Header, find_headers, read_columns
from scorer.forms.layout.money import read_funds
from scorer.forms.layout.rows import DOUBT, Rows
from scorer.forms.layout.vocabulary import Label, column_field, heading, is_note, is_subtotal, label_field, squash
from scorer.model import EMPTY, Branch, Cell, Document, Doubt, Funds, Goal, Source, Submission, Table

SPREADSHEETS = ("xlsx", "xlsm", "xls", "et", "ods")  # each sheet is a form of its own
FOOT_LABELS = ("total", "review_total", "grade", "reason", "problems", "note")
HEAD_LABELS = ("project", "unit", "department", "year", "known", "goal_block", "goal_target", "goal_actual")


def understand(documents: Sequence[Document]) -> Submission:
    """Read one submission: the form among the documents, every value with its place.

    Where several forms are found the first that is filled in is taken; a document without a form is kept as text. All
    documents are kept, in their order.

    Args:
        documents: the files of one submission as their readers made them.

    Returns:
        What was handed in. `doubts` says what could not be understood, after the readers' own doubts; without a form
        `has_form` is false.
    """
    doubts = [doubt for document in documents for doubt in document.doubts]
    forms = [form for document in documents for form in _forms(document)]
    filled = [form for form in forms if form.filled]
    chosen = next(iter(filled or [form for form in forms if form.rows.answers] or forms), None)
    if chosen is None:
        return Submission(year=_year_of_text(documents), documents=tuple(documents), doubts=tuple(doubts))
    others = [form for form in filled if form is not chosen]
    if others:
        doubts.append(_unread(others, chosen.words))
    submission = chosen.submission()
    return replace(submission, documents=tuple(documents), doubts=(*doubts, *submission.doubts))


def add_reports(record: Submission, reports: Sequence[Document]) -> Submission:
    """A form that was read from a record, with the reports that belong to it; a form among those is doubted, not read."""
    doubts = [doubt for document in reports for doubt in document.doubts]
    others = [form for document in reports for form in _forms(document) if form.filled]
    if others:
        doubts.append(_unread(others, "、".join(document.path for document in record.documents)))
    return replace(record, documents=(*record.documents, *reports), doubts=(*record.doubts, *doubts))


def _unread(others: Sequence[_Form], read: str) -> Doubt:
    """The doubt that more forms were handed in than the one that was read."""
    named = "、".join(form.words for form in others[:3]) + ("等" if len(others) > 3 else "")
    message = f"还有 {len(others)} 份已填写的自评表（{named}），本次只读取了第一份（{read}）"
    return Doubt(DOUBT, message, others[0].place, others[0].head.title.text.strip())


def _year_of_text(documents: Sequence[Document]) -> int | None:
    """The year that the first lines of a report name."""
    for document in documents:
        for paragraph in document.paragraphs[:6]:
            year = year_in(paragraph.text[:LONGEST_LINE])
            if year:
                return year
    return None


# ---------------------------------------------------------------------------------------------- the forms of a document


def _forms(document: Document) -> list[_Form]:
    lines = read_lines(document)
    headers = find_headers(lines)
    sheets = document.format in SPREADSHEETS
    parts: list[list[Header]] = []
    starts: list[int] = []
    for header in headers:
        start = _start(lines, parts[-1][-1], header, sheets) if parts else 0
        if start is None:
            parts[-1].append(header)
        else:
            parts.append([header])
            starts.append(start)
    ends = [*starts[1:], len(lines)] if parts else []
    return [
        _read_form(lines[start:end], start, part, sheets) for start, end, part in zip(starts, ends, parts, strict=True)
    ]


def _start(lines: Sequence[Line], above: Header, header: Header, sheets: bool) -> int | None:
    """The line at which a new form begins between two headers, None where the second only goes on with the first."""
    for at in range(above.last + 1, header.first):
        if sheets and lines[at].table is header.table and above.table is not header.table:
            return at
        if _begins_form(lines[at]):
            return at
    return header.first if sheets and above.table is not header.table else None


def _begins_form(line: Line) -> bool:
    if not line.own:
        return False
    first = line.own[0]
    if label_field(first.text) in ("project", "department") or inline_label(first.cell) == "project":
        return True
    return len(line.own) == 1 and is_table_title(first.text) and "自评" in first.text and not is_note(first.text)


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

    @property
    def filled(self) -> bool:
        return any(answer.actual or answer.claimed for answer in self.rows.answers)

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
            claimed_total=total.claimed if total else EMPTY,
            claimed_grade=self.grade or head.value("grade"),
            reason=head.value("reason"),
            problems=head.value("problems"),
            title=head.title,
            unit_cell=head.unit,
            project_cell=head.value("project"),
            columns=rows.columns.printed,
            notes=(*head.notes, *rows.notes),
            doubts=(*doubtful, *rows.doubts),
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
    form.words = _one_line(form.head.value("project")) or _one_line(form.head.title) or headers[0].table.name
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
