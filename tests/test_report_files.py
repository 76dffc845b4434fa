"""The reports that people hand in: opened again, their figures are the JSON's, and no text does more than be read."""

import csv
import io
import json
import re
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from scorer import ScorerError, load_set, write_report
from scorer.cli.shared import letter_of
from scorer.model import Place, Report, Tally
from scorer.report import WRITERS, Layout, Letter
from scorer.report.opinion import title_lines
from scorer.report.places import in_words
from scorer.report.width import width_of
from tests.sample_report import SAMPLE, WITHOUT_FORM

OPINIONS = ("docx", "md", "pdf")
HOSTILE = ('=HYPERLINK("http://x","y")', "+1+cmd|' /C calc'!A1", "-2+3", "@SUM(A1)", "\t=1", "http://x.invalid/a")
CONTROLS = "\x00\x1b[31m\u202e反\ud800 </w:t> & <b> |a| `x` [l](http://x) **b**"


def data_of(report: Report) -> dict:
    return json.loads(write_report(report, "json"))


def with_text(text: str) -> Report:
    """The sample with `text` wherever a stranger's words can stand."""
    place = Place(file=text, at="表1!R1C1", quote=text)
    line = SAMPLE.lines[4].model_copy(
        update={"path": ("产出指标", text), "target": text, "actual": text, "words": text, "where": place}
    )
    finding = SAMPLE.findings[0].model_copy(update={"message": text, "path": (text,), "where": (place, place)})
    about = SAMPLE.submission.model_copy(update={"unit": text, "project": text})
    return SAMPLE.model_copy(
        update={
            "submission": about,
            "lines": (*SAMPLE.lines, line),
            "findings": (finding, *SAMPLE.findings),
            "claimed_grade": text,
            "notes": (text,),
            "set": SAMPLE.set.model_copy(update={"why": text}),
            "tallies": (*SAMPLE.tallies, Tally(code="A101", undecided=1, reasons={text: 1})),
        }
    )


def words_of(report: Report, format: str, tmp_path: Path) -> str:
    """What a reader sees, without breaks: lines are broken at different places in every format."""
    if format == "pdf":
        content = pdf(report)
        pdfplumber = pytest.importorskip("pdfplumber", reason="pdfplumber is not installed (extra pdf)")
        with pdfplumber.open(io.BytesIO(content)) as opened:
            return re.sub(r"[\s\u200b]+", "", "".join(one.extract_text() for one in opened.pages))
    content = write_report(report, format)
    if format == "docx":
        import docx

        assert isinstance(content, bytes)
        body = docx.Document(io.BytesIO(content)).element.body
        content = "".join(node.text or "" for node in body.iter() if node.tag.endswith("}t"))
    return re.sub(r"[\s*\\]+", "", str(content))


def pdf(report: Report) -> bytes:
    pytest.importorskip("typst", reason="typst is not installed (extra typst)")
    try:
        return bytes(write_report(report, "pdf"))
    except ScorerError as error:
        if "中文字体" not in str(error):
            raise
        pytest.skip("no Chinese font on this machine")


# ----------------------------------------------------------------------------------------------------------- opinions


@pytest.mark.parametrize("format", OPINIONS)
def test_opinion_says_the_figures_of_the_json(format: str, tmp_path: Path) -> None:
    words = words_of(SAMPLE, format, tmp_path)
    data = data_of(SAMPLE)
    assert f"复算总分{data['total']}分（满分{data['full']}分），自评总分{data['claimed_total']}分" in words
    assert f"复算{data['recomputed_weight']}分、采信自评{data['judged_weight']}分、未能计分{data['missing_weight']}分" in words
    assert f"总分在{data['low']}–{data['high']}之间" in words
    for finding in data["findings"]:
        assert re.sub(r"\s+", "", finding["message"]) in words
    for file in data["submission"]["files"]:
        assert file["path"].rpartition("/")[2] in words
        assert file["sha256"][:8] not in words  # what is sent speaks of what people know
    assert "scorer" not in words
    assert "--set" not in words


def test_the_annex_has_what_a_technician_asks() -> None:
    data = data_of(SAMPLE)
    words = str(WRITERS["md"].render(SAMPLE, Layout(annex=True)))
    for finding in data["findings"]:
        assert finding["code"] in words
    for file in data["submission"]["files"]:
        assert file["sha256"] in words


def test_an_opinion_is_sent_as_its_letter_says(tmp_path: Path) -> None:
    import docx

    sent = Letter("某县财政局", "2024年5月6日", "2024年5月20日", "某县总工会、某县文旅局", "办公室")
    written = docx.Document(io.BytesIO(bytes(WRITERS["docx"].render(SAMPLE, Layout(letter=sent)))))  # type: ignore[arg-type]
    texts = [one.text for one in written.paragraphs if one.text]
    assert "某县总工会、某县文旅局：" in texts
    assert texts[-2:] == ["某县财政局", "2024年5月6日"]
    assert any(text.startswith("请于2024年5月20日前对上述问题逐条核实") and "联系人：办公室。" in text for text in texts)
    path = tmp_path / "落款.toml"
    path.write_text('落款 = "某县财政局"\n日期 = 2024-05-06\n答复期限 = "5月20日"\n', encoding="utf-8")
    assert letter_of(str(path)) == Letter("某县财政局", "2024年5月6日", "5月20日")
    path.write_text('落款 = 3\n电话 = "1"\n', encoding="utf-8")
    with pytest.raises(ScorerError, match=r"不认识 落款、电话。可用的键有 落款、日期、答复期限、主送、联系人"):
        letter_of(str(path))


@pytest.mark.parametrize(
    ("unit", "project", "lines"),
    [
        ("某局", "培训", ("关于某局2020年度培训项目绩效自评的", "复核意见")),
        ("某县人力资源和社会保障局", "公益性岗位补贴", ("关于某县人力资源和社会保障局2020年度", "公益性岗位补贴项目绩效自评的复核意见")),
        ("某局", "", ("关于某局2020年度绩效自评的复核意见",)),
    ],
)
def test_the_title_breaks_between_its_words(unit: str, project: str, lines: tuple[str, ...]) -> None:
    about = SAMPLE.submission.model_copy(update={"unit": unit, "project": project})
    assert "".join(title_lines(SAMPLE.model_copy(update={"submission": about}))) == "".join(lines)
    shown = title_lines(SAMPLE.model_copy(update={"submission": about}))
    assert len(shown) == len(lines)
    assert max(map(width_of, shown)) <= 40


@pytest.mark.parametrize("format", OPINIONS)
def test_opinion_without_a_form_says_that_there_is_no_total(format: str, tmp_path: Path) -> None:
    words = words_of(WITHOUT_FORM, format, tmp_path)
    assert "没有总分" in words
    assert "复算总分" not in words


@pytest.mark.parametrize("format", OPINIONS)
def test_findings_alone_leave_out_the_points(format: str) -> None:
    if format == "pdf":
        pdf(SAMPLE)
    assert write_report(SAMPLE, format, findings_only=True) != write_report(SAMPLE, format)


def test_document_is_laid_out_as_official_papers_are() -> None:
    import docx

    written = docx.Document(io.BytesIO(bytes(write_report(SAMPLE, "docx"))))
    section = written.sections[0]
    sides = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(side.mm) for side in sides] == [37, 35, 28, 26]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    title, *rest = [one for one in written.paragraphs if one.text]
    assert title.text.startswith("关于某县总工会2020年度")
    assert (title.runs[0].font.size.pt, title.runs[0].font.name) == (22, "方正小标宋简体")
    body = next(one for one in rest if one.text.startswith("对你单位"))
    assert (body.runs[0].font.size.pt, body.runs[0].font.name) == (16, "仿宋_GB2312")
    assert body.paragraph_format.line_spacing.pt == 30
    assert " PAGE " in section.footer._element.xml
    assert " PAGE " in section.even_page_footer._element.xml


def test_document_holds_the_table_of_points_row_by_row() -> None:
    import docx

    table = docx.Document(io.BytesIO(bytes(write_report(SAMPLE, "docx")))).tables[0]
    rows = [[one.text for one in row.cells] for row in table.rows][1:]
    data = data_of(SAMPLE)
    assert [(row[1], row[4], row[5]) for row in rows[:-1]] == [
        tuple(line[name] or "" for name in ("weight", "claimed", "points")) for line in data["lines"]
    ]
    assert rows[-1] == ["总分", data["full"], "", "", data["claimed_total"], data["total"], ""]


def test_document_takes_any_text(tmp_path: Path) -> None:
    words = words_of(with_text(CONTROLS), "docx", tmp_path)
    assert "</w:t>&<b>" in words
    assert not set(words) & set("\x00\x1b\u202e\ud800")


def test_markdown_shows_texts_as_they_are() -> None:
    text = str(write_report(with_text(CONTROLS), "md"))
    assert r"\[l\](http\://x) \*\*b\*\*" in text
    assert r"\<b\> \|a\| \`x\`" in text
    rows = [line for line in text.splitlines() if line.startswith("|")]
    cells = {len(re.findall(r"(?<!\\)\|", row)) - 1 for row in rows}
    assert cells == {len(("指标", "分值", "目标", "完成", "自评", "复算", "状态"))}


def test_pdf_is_the_same_twice_and_its_font_is_embedded() -> None:
    first = pdf(with_text(CONTROLS))
    assert first == pdf(with_text(CONTROLS))
    assert b"/FontFile" in first
    assert b"/CreationDate" not in first


def test_without_the_extra_the_message_names_the_remedy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(__import__("sys").modules, "typst", None)
    with pytest.raises(ScorerError, match=r"请在源码文件夹中运行 pip install '\.\[typst\]'，或 pip install 'jixiao-scorer\[typst\]'"):
        write_report(SAMPLE, "pdf", tmp_path / "意见.pdf")
    assert list(tmp_path.iterdir()) == []


def test_without_a_font_the_message_names_the_remedy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("typst", reason="typst is not installed (extra typst)")
    from scorer.report import typeset

    monkeypatch.setattr(typeset, "families", lambda folders=(): frozenset({"DejaVu Sans"}))
    with pytest.raises(ScorerError, match=r"没有找到中文字体.*fonts-noto-cjk"):
        write_report(SAMPLE, "pdf", tmp_path / "意见.pdf")
    assert list(tmp_path.iterdir()) == []


# ----------------------------------------------------------------------------------------------------------- workbook


def sheets(report: Report, **options) -> dict[str, list[list[object]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(bytes(write_report(report, "xlsx", **options))))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def below(rows: list[list[object]], heading: str) -> list[list[object]]:
    """The rows of a table, found by its first heading."""
    start = next(number for number, row in enumerate(rows) if row[0] == heading)
    return rows[start + 1 :]


def figure(value: object) -> str:
    return "" if value == "" else f"{Decimal(repr(value)):.2f}"


def test_workbook_holds_the_figures_of_the_json() -> None:
    data, found = data_of(SAMPLE), sheets(SAMPLE)
    assert list(found) == ["得分表", "问题清单", "核对统计", "指标体系"]
    facts = {row[0]: row[1] for row in found["得分表"]}
    for name, key in (
        *(("复算总分", "total"), ("满分", "full"), ("自评总分", "claimed_total"), ("可能的最低分", "low")),
        *(("其中复算（分值）", "recomputed_weight"), ("其中采信自评（分值）", "judged_weight")),
        ("未能计分（分值）", "missing_weight"),
    ):
        assert figure(facts[name]) == data[key], name
    rows = below(found["得分表"], "指标")
    assert [[figure(row[column]) for column in (2, 5, 6, 7, 8)] for row in rows] == [
        [line[name] or "" for name in ("weight", "claimed", "points", "low", "high")] for line in data["lines"]
    ]
    assert [row[3] for row in rows] == [line["target"] for line in data["lines"]]


def test_workbook_has_one_row_a_finding_with_its_cell() -> None:
    data, rows = data_of(SAMPLE), below(sheets(SAMPLE)["问题清单"], "序号")
    assert [(row[2], row[5], row[6], row[7]) for row in rows] == [
        (one["code"], one["message"], one["where"][0]["file"], in_words(one["where"][0]["file"], one["where"][0]["at"]))
        for one in data["findings"]
    ]
    assert rows[0][9] == "自评表.docx 表1第21行第6列 “10”"


def test_workbook_counts_what_the_json_counts() -> None:
    data, rows = data_of(SAMPLE), below(sheets(SAMPLE)["核对统计"], "代码")
    assert [(row[0], row[2], row[3], row[4], row[5]) for row in rows] == [
        (one["code"], one["sound"], one["faulty"], one["undecided"], "是" if one["not_run"] is None else "否")
        for one in data["tallies"]
    ]


def test_workbook_lists_the_set_only_if_it_is_the_very_same() -> None:
    digest = load_set("mof/project-2020").digest
    same = SAMPLE.model_copy(update={"set": SAMPLE.set.model_copy(update={"digest": digest})})
    assert any("数量指标" in str(row[1]) for row in below(sheets(same)["指标体系"], "编号"))
    other = sheets(SAMPLE)["指标体系"]
    assert not any(row[0] == "编号" for row in other)
    assert any("内容已经改变" in str(row[1]) for row in other)


def test_workbook_can_be_filtered() -> None:
    with zipfile.ZipFile(io.BytesIO(bytes(write_report(SAMPLE, "xlsx")))) as packed:
        texts = [packed.read(f"xl/worksheets/sheet{number}.xml").decode() for number in (1, 2, 3)]
    assert all("<autoFilter ref=" in text for text in texts)


@pytest.mark.parametrize("text", [*HOSTILE, CONTROLS, "长" * 40_000])
def test_no_text_in_the_workbook_is_a_formula_or_a_link(text: str) -> None:
    with zipfile.ZipFile(io.BytesIO(bytes(write_report(with_text(text), "xlsx")))) as packed:
        names = packed.namelist()
        written = "".join(packed.read(name).decode() for name in names if name.startswith("xl/worksheets/"))
    assert "<f>" not in written
    assert "<hyperlink" not in written
    cells = [one for rows in sheets(with_text(text)).values() for row in rows for one in row]
    assert all(len(one) < 32_768 for one in cells if isinstance(one, str))
    assert not any(set(one) & set("\x00\x1b\u202e\ud800") for one in cells if isinstance(one, str))


# ---------------------------------------------------------------------------------------------------------------- csv


def table(report: Report) -> list[dict[str, str]]:
    content = write_report(report, "csv")
    assert isinstance(content, bytes)
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_table_holds_the_figures_of_the_json() -> None:
    data, rows = data_of(SAMPLE), table(SAMPLE)
    lines = [row for row in rows if row["类别"] in ("指标", "上级指标")]
    columns = (("分值", "weight"), ("自评得分", "claimed"), ("复算得分", "points"), ("最低", "low"), ("最高", "high"))
    assert [[row[name] for name, _ in columns] for row in lines] == [
        [line[key] or "" for _, key in columns] for line in data["lines"]
    ]
    total = next(row for row in rows if row["类别"] == "总分")
    assert (total["复算得分"], total["自评得分"], total["分值"]) == (data["total"], data["claimed_total"], data["full"])
    shares = {row["状态或级别"]: row["分值"] for row in rows if row["类别"] == "总分构成"}
    assert shares == {
        "复算": data["recomputed_weight"],
        "采信": data["judged_weight"],
        "未能计分": data["missing_weight"],
    }
    found = [(row["规则或代码"], row["位置"]) for row in rows if row["类别"] == "发现"]
    assert found == [(one["code"], one["where"][0]["at"]) for one in data["findings"]]


@pytest.mark.parametrize("text", [*HOSTILE[:-1], "＝1+1"])
def test_no_cell_of_the_table_begins_a_formula(text: str) -> None:
    cells = [one for row in table(with_text(text)) for one in row.values()]
    assert any(text.strip() in one for one in cells)
    assert not [one for one in cells if one.startswith(("=", "+", "-", "@", "\t", "\r", "＝"))]


# -------------------------------------------------------------------------------------------------------------- files


@pytest.mark.parametrize("format", [name for name in WRITERS if name != "pdf"])
def test_existing_file_is_never_overwritten_unasked(format: str, tmp_path: Path) -> None:
    path = tmp_path / f"报告{WRITERS[format].suffixes[0]}"
    path.write_bytes(b"mine")
    with pytest.raises(ScorerError, match="已存在"):
        write_report(SAMPLE, format, path)
    assert path.read_bytes() == b"mine"
    content = write_report(SAMPLE, format, path, force=True)
    assert path.read_bytes() == (content.encode() if isinstance(content, str) else content)
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("format", list(WRITERS))
def test_any_text_can_be_written(format: str, tmp_path: Path) -> None:
    report = with_text(CONTROLS.replace("\ud800", ""))  # JSON has no place for a lone surrogate
    content = pdf(report) if format == "pdf" else write_report(report, format, tmp_path / "x")
    assert content
