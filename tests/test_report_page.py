"""The HTML report: whole, harmless whatever the documents hold, readable without eyes, and its figures the JSON's."""

import base64
import hashlib
import json
import re
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorer import Submission, evaluate, load_set, write_report
from scorer.model import Answer, Cell, Document, Finding, Paragraph, Place, Report, Source, Table
from scorer.report.evidence import Gap, MarkedParagraph, MarkedTable, mark
from tests.sample_report import SAMPLE, WITHOUT_FORM

VOID = {"meta", "br", "hr", "img", "input", "link", "rect"}


@dataclass
class Page(HTMLParser):
    """Elements with their attributes, and the words outside of style sheets."""

    elements: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    style: str = ""

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(tag)

    def handle_data(self, data):
        if self.open and self.open[-1] == "style":
            self.style += data
        else:
            self.words.append(data)

    def of(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", "".join(self.words))


def page(report: Report, submission: Submission | None = None, **options) -> Page:
    parsed = Page()
    parsed.feed(str(write_report(report, "html", submission=submission, **options)))
    parsed.close()
    return parsed


def cell(text: str, row: int, column: int, **spans: int) -> Cell:
    return Cell(text, Source("自评表.docx", "表1", f"R{row + 1}C{column + 1}"), row, column, **spans)


def paragraph(text: str, number: int, file: str = "报告.txt") -> Paragraph:
    return Paragraph(text, Source(file, "", f"L{number}"))


FORM = Document(
    "自评表.docx",
    "ab" * 32,
    "docx",
    (
        Table(
            "表1",
            (
                *(cell("数量指标", 0, 0, rowspan=2), cell("培训场次", 0, 1), cell("≥12场", 0, 2), cell("8", 0, 3)),
                *(cell("满意率", 1, 1), cell("≥95%", 1, 2), cell("", 1, 3)),
            ),
            2,
            4,
        ),
    ),
)
REPORT_TEXT = Document(
    "报告.txt",
    "cd" * 32,
    "txt",
    (
        paragraph("一、基本情况", 1),
        *(paragraph(f"无关的第 {number} 段。", number) for number in range(2, 9)),
        paragraph("全年举办培训 12 场，培训职工 640 人。", 9),
    ),
)
PAPERS = Submission(documents=(FORM, REPORT_TEXT))
DISAGREEING = SAMPLE.model_copy(
    update={
        "findings": (
            Finding(
                code="C306",
                name="form-differs-from-text",
                level="error",
                message="表内 8，正文 12 场，不一致。",
                where=(
                    Place(file="自评表.docx", at="表1!R1C4", quote="8"),
                    Place(file="报告.txt", at="L9:5-11", quote="培训 12 场"),
                ),
            ),
            Finding(
                code="F601",
                name="actual-missing",
                level="warning",
                message="完成值未填。",
                where=(Place(file="自评表.docx", at="表1!R2C4"), Place(file="不在手边.docx", at="表1!R1C1", quote="9")),
            ),
        )
    }
)
HOSTILE = (
    '<script>alert(1)</script>"><img src=x onerror=alert(2)> \' onmouseover=alert(3) javascript:alert(4) '
    "{{ 7*7 }}{% raw %} &lt;b&gt; ]]> --> </style></title></textarea> \x00\x1b[31m\u202e反\u2066 \ud800 ＜script＞"
)


# --------------------------------------------------------------------------------------------------------- the whole


@pytest.mark.parametrize("report", [SAMPLE, WITHOUT_FORM, DISAGREEING], ids=["sample", "without form", "disagreeing"])
@pytest.mark.parametrize("submission", [None, PAPERS], ids=["quotes", "documents"])
def test_page_is_well_formed_and_every_link_leads_somewhere(report: Report, submission: Submission | None) -> None:
    found = page(report, submission)
    assert found.faults == []
    assert found.open == []
    ids = Counter(attributes["id"] for _, attributes in found.elements if "id" in attributes)
    assert [name for name, times in ids.items() if times > 1] == []
    links = {attributes["href"] for attributes in found.of("a")}
    known = {f"#{name}" for name in ids}
    unknown_codes = {f"#code-{finding.code}" for finding in report.findings}
    assert links - known - unknown_codes == set()
    named = {attributes["aria-labelledby"] for _, attributes in found.elements if "aria-labelledby" in attributes}
    assert named - set(ids) == set()


def test_every_code_that_found_something_links_to_its_explanation() -> None:
    found = page(DISAGREEING)
    ids = {attributes.get("id") for _, attributes in found.elements}
    assert {"code-C306", "code-F601", "code-proportion"} <= ids


def test_nothing_is_loaded_and_nothing_runs() -> None:
    found = page(DISAGREEING, PAPERS)
    assert {tag for tag, _ in found.elements} & {"script", "link", "img", "iframe", "object", "embed", "form", "base"} == set()
    for tag, attributes in found.elements:
        assert not [name for name in attributes if name.startswith("on") or name in ("style", "src", "srcset", "action")], tag
        assert attributes.get("href", "#").startswith("#")
    assert "url(" not in found.style
    assert "@import" not in found.style


def test_policy_allows_the_pages_own_style_sheet_and_nothing_else() -> None:
    found = page(SAMPLE)
    policy = next(meta["content"] for meta in found.of("meta") if meta.get("http-equiv") == "Content-Security-Policy")
    digest = base64.b64encode(hashlib.sha256(found.style.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def test_page_can_be_used_without_eyes_and_without_a_mouse() -> None:
    found = page(DISAGREEING, PAPERS)
    tags = Counter(tag for tag, _ in found.elements)
    assert (tags["main"], tags["header"], tags["nav"], tags["h1"], tags["title"]) == (1, 1, 1, 1, 1)
    assert found.of("html") == [{"lang": "zh-CN"}]
    assert found.of("a")[0] == {"class": "skip", "href": "#content"}
    assert all(attributes.get("scope") in ("row", "col") for attributes in found.of("th"))
    assert all("aria-label" in svg or svg.get("aria-hidden") == "true" for svg in found.of("svg"))
    scrolled = [attributes for attributes in found.of("div") if attributes.get("class") == "scroll"]
    assert scrolled
    assert all(one["tabindex"] == "0" and one["role"] == "region" and one["aria-label"] for one in scrolled)
    levels = [int(tag[1]) for tag, _ in found.elements if re.fullmatch("h[1-6]", tag)]
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert ":focus-visible" in found.style


# ------------------------------------------------------------------------------------------------------- what it says


def test_figures_are_those_of_the_json() -> None:
    found = page(SAMPLE)
    data = json.loads(write_report(SAMPLE, "json"))
    assert f"{data['total']} / {data['full']}" in found.text
    assert "复算 60.00 分、采信自评 20.00 分、未能计分 20.00 分" in found.text
    rows = re.findall(r'<tr role="row" id="l\d+".*?</tr>', str(write_report(SAMPLE, "html")), re.DOTALL)
    assert len(rows) == len(data["lines"])
    for row, line in zip(rows, data["lines"], strict=True):
        for label, value in (("分值", "weight"), ("自评", "claimed"), ("复算", "points")):
            shown = re.search(rf'data-label="{label}">([^<]*)', row)
            assert shown is not None
            assert shown[1] == (line[value] or ""), (line["path"], label)


def test_findings_only_leaves_out_the_tree() -> None:
    found = page(SAMPLE, findings_only=True)
    ids = {attributes.get("id") for _, attributes in found.elements}
    assert "lines" not in ids
    assert "findings" in ids


def test_set_of_the_library_is_named_with_its_basis_only_if_it_is_the_same() -> None:
    basis = load_set("mof/project-2020").basis
    same = SAMPLE.set.model_copy(update={"digest": load_set("mof/project-2020").digest})
    assert basis in page(SAMPLE.model_copy(update={"set": same, "findings": (), "lines": ()})).text
    assert basis not in page(SAMPLE.model_copy(update={"findings": (), "lines": ()})).text


def test_without_a_total_that_is_said() -> None:
    assert "没有总分" in page(WITHOUT_FORM).text


# ----------------------------------------------------------------------------------------------------------- evidence


def test_two_places_are_marked_and_linked_to_each_other() -> None:
    html = str(write_report(DISAGREEING, "html", submission=PAPERS))
    assert re.search(r'id="p1-1"></span><mark class="error">8</mark>.*?href="#f1".*?href="#p1-2"', html)
    assert re.search(r'全年举办<span class="anchor" id="p1-2"></span><mark class="error">培训 12 场</mark>', html)
    assert 'href="#p1-1"' in html.split('id="p1-2"')[1]
    finding = html.split('id="f1"')[1].split("</li>\n</ol>")[0]
    assert 'href="#p1-1"' in finding
    assert 'href="#p1-2"' in finding


def test_blank_cell_is_marked_and_a_place_elsewhere_stands_with_its_quote() -> None:
    html = str(write_report(DISAGREEING, "html", submission=PAPERS))
    assert re.search(r'<td class="marked warning"[^>]*><span class="anchor" id="p2-1"></span><span class="blank">（空白）', html)
    assert "p2-2" not in html
    assert "不在手边.docx" in html


def test_paragraphs_far_from_every_mark_are_counted_not_shown() -> None:
    evidence = mark(DISAGREEING, PAPERS)
    kinds = [type(block) for block in evidence.documents[1].blocks]
    assert kinds == [Gap, MarkedParagraph, MarkedParagraph]
    assert evidence.documents[1].blocks[0] == Gap(7)


def test_long_table_shows_its_head_and_what_is_around_a_mark() -> None:
    rows = 500
    table = Table("表1", tuple(cell(str(row), row, 0) for row in range(rows)), rows, 1)
    finding = Finding(
        code="F601", name="x", level="note", message="", where=(Place(file="自评表.docx", at="表1!R301C1"),)
    )
    document = Document("自评表.docx", "", "docx", (table,))
    shown = mark(SAMPLE.model_copy(update={"findings": (finding,)}), Submission(documents=(document,)))
    block = shown.documents[0].blocks[0]
    assert isinstance(block, MarkedTable)
    assert [(part.left_out, [row[0].text for row in part.cells]) for part in block.parts] == [
        (0, ["0", "1", "2"]),
        (294, ["297", "298", "299", "300", "301", "302", "303"]),
    ]
    assert block.left_out == 196


@given(
    st.text(min_size=1, max_size=30),
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=5),
)
def test_no_word_of_a_marked_paragraph_is_lost(text: str, spans: list[tuple[int, int]]) -> None:
    where = tuple(Place(file="报告.txt", at=f"L1:{first}-{last}", quote="x") for first, last in spans)
    finding = Finding(code="C302", name="figure-differs", level="error", message="", where=where)
    document = Document("报告.txt", "", "txt", (paragraph(text, 1),))
    shown = mark(SAMPLE.model_copy(update={"findings": (finding,)}), Submission(documents=(document,)))
    if not where:
        assert shown.documents == ()
        return
    block = shown.documents[0].blocks[0]
    assert isinstance(block, MarkedParagraph)
    assert "".join(piece.text for piece in block.pieces) == text
    assert {found.anchor for piece in block.pieces for found in piece.begins} == set(shown.anchors.values())


def test_record_without_a_document_is_shown_as_the_official_form() -> None:
    actual = Cell("8", Source("form.toml", "", "L7"))
    answer = Answer(("产出指标", "数量指标", "培训场次"), target=Cell("≥12场", Source("form.toml", "", "L6")), actual=actual)
    submission = Submission(
        answers=(answer,), columns=("target", "actual"), documents=(Document("form.toml", "", "toml", ()),)
    )
    finding = Finding(
        code="A107", name="x", level="error", message="", where=(Place(file="form.toml", at="L7", quote="8"),)
    )
    shown = mark(SAMPLE.model_copy(update={"findings": (finding,)}), submission)
    block = shown.documents[0].blocks[0]
    assert isinstance(block, MarkedTable)
    marked = [one.text for part in block.parts for row in part.cells for one in row if one.marks]
    assert marked == ["8"]


# ------------------------------------------------------------------------------------------------------ hostile texts


def test_no_text_of_a_stranger_becomes_markup() -> None:
    calm = page(DISAGREEING, PAPERS)
    place = Place(file=HOSTILE, at="表1!R1C4", quote=HOSTILE)
    line = SAMPLE.lines[4].model_copy(
        update={"path": (HOSTILE,), "target": HOSTILE, "actual": HOSTILE, "words": HOSTILE, "where": place}
    )
    finding = DISAGREEING.findings[0].model_copy(
        update={"message": HOSTILE, "path": (HOSTILE,), "where": (place, Place(file=HOSTILE, at="L1:1-3", quote=HOSTILE))}
    )
    about = SAMPLE.submission.model_copy(update={"unit": HOSTILE, "project": HOSTILE})
    report = DISAGREEING.model_copy(
        update={
            "lines": (line,),
            "findings": (finding,),
            "submission": about,
            "claimed_grade": HOSTILE,
            "notes": (HOSTILE,),
            "set": SAMPLE.set.model_copy(update={"why": HOSTILE}),
        }
    )
    source = Source(HOSTILE, "表1", "R1C4")
    papers = Submission(
        documents=(
            Document(
                HOSTILE,
                "",
                "docx",
                (Table(HOSTILE, (Cell(HOSTILE, source),), 1, 1), Paragraph(HOSTILE, Source(HOSTILE, "", "L1"))),
            ),
        )
    )
    found = page(report, papers)
    assert found.faults == []
    assert {tag for tag, _ in found.elements} - {tag for tag, _ in calm.elements} == set()
    names = {name for _, attributes in found.elements for name in attributes}
    assert names - {name for _, attributes in calm.elements for name in attributes} == set()
    assert "alert(1)" in found.text
    assert "{{ 7*7 }}" in found.text
    assert re.search("[\x00\x1b\u202e\u2066\ud800]", found.text) is None


@given(st.text(max_size=60))
def test_any_text_survives_as_words(text: str) -> None:
    finding = SAMPLE.findings[0].model_copy(update={"message": f"始{text}终"})
    found = page(SAMPLE.model_copy(update={"findings": (finding,)}))
    assert found.faults == []
    assert "".join(letter for letter in f"始{text}终" if letter.isalnum()) in "".join(
        letter for letter in found.text if letter.isalnum()
    )


def test_a_real_evaluation_renders(tmp_path) -> None:
    path = tmp_path / "表.toml"
    path.write_text(
        'unit = "某县总工会"\nyear = 2020\n[[answer]]\npath = ["产出指标", "数量指标", "培训场次"]\nweight = 100\n'
        'target = "≥12场"\nactual = "8"\nclaimed = 100\n',
        encoding="utf-8",
    )
    from scorer import read_submission

    submission = read_submission(path)
    html = str(write_report(evaluate(submission), "html", submission=submission))
    assert "8 ÷ 12 = 66.67%" in html
    assert '<mark class="error">100</mark>' in html
