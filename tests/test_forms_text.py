"""Plain text as blocks: encodings, places, headings, and what is refused in which words."""

from __future__ import annotations

import codecs
import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scorer.forms.files import limits
from scorer.forms.readers.text import read
from scorer.model import Paragraph, ReadError

TEXT = "一、部门概况\r\n\r\n  全县收入212.6万元，占100％。\n①“特殊”字符：㎡、≥、—。\n"
LINES = [("L1", "一、部门概况"), ("L3", "  全县收入212.6万元，占100％。"), ("L4", "①“特殊”字符：㎡、≥、—。")]


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        TEXT.encode("gb18030"),
        codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
    ],
    ids=["utf-8", "utf-8 mark", "gb18030", "utf-16-le mark", "utf-16-be mark", "utf-16-le", "utf-16-be"],
)
def test_every_encoding_gives_the_same_lines(data: bytes) -> None:
    document = read("报告.txt", data)
    assert [(paragraph.source.at, paragraph.text) for paragraph in document.paragraphs] == LINES
    assert document.sha256 == hashlib.sha256(data).hexdigest()
    assert not document.doubts


def test_places_name_the_file_as_the_user_did_and_the_line() -> None:
    (paragraph,) = read("资料/报告.txt", "\n\r\n\r第四行".encode()).paragraphs
    assert (paragraph.source.file, paragraph.source.place) == ("资料/报告.txt", "L4")


@pytest.mark.parametrize(
    ("line", "level", "text"),
    [
        ("# 第四部分", 1, "第四部分"),
        ("### **（一）基本支出情况**", 3, "（一）基本支出情况"),
        ("#标签不是标题", 0, "#标签不是标题"),
        ("第三部分 名词解释", 1, "第三部分 名词解释"),
        ("附件2", 1, "附件2"),
        (" 二、机构设置", 2, " 二、机构设置"),
        ("（二）存在问题。", 3, "（二）存在问题。"),
        ("一、财政拨款收入：指从同级财政取得的资金。", 0, "一、财政拨款收入：指从同级财政取得的资金。"),
        ("（一）内设机构12个，核定编制28个。", 0, "（一）内设机构12个，核定编制28个。"),
        ("1.基本情况", 0, "1.基本情况"),
        ("**全文**加粗", 0, "**全文**加粗"),
    ],
)
def test_headings_are_those_that_are_surely_headings(line: str, level: int, text: str) -> None:
    assert [(p.level, p.text) for p in read("报告.md", line.encode()).paragraphs] == [(level, text)]


@pytest.mark.parametrize(("path", "kind"), [("a.md", "md"), ("a.MD", "md"), ("a.txt", "txt"), ("说明", "txt")])
def test_the_format_follows_the_name(path: str, kind: str) -> None:
    assert read(path, "文字".encode()).format == kind


def test_an_empty_file_is_a_document_without_blocks() -> None:
    assert read("空.txt", b"").blocks == ()
    assert read("空.txt", b"\n \t\n").blocks == ()


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04" + bytes(range(256)) * 8,
        bytes(range(256)) * 40,
        b"\x7fELF\x02\x01\x01" + b"\x00" * 64,
        b"\x00" * 100,
    ],
    ids=["package", "all bytes", "program", "zeros"],
)
def test_bytes_that_are_no_text_are_refused_with_cause_and_remedy(data: bytes) -> None:
    with pytest.raises(ReadError, match=r"坏.txt：内容不是文本.+请用记事本") as refusal:
        read("坏.txt", data)
    assert refusal.value.exit_code == 3


def test_a_file_and_a_line_have_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "FILE_BYTES", 1000)
    monkeypatch.setattr(limits, "CELL_CHARACTERS", 100)
    assert len(read("a.txt", ("字" * 100 + "\n").encode()).blocks) == 1
    with pytest.raises(ReadError, match="一行的字数 101"):
        read("a.txt", ("字" * 101).encode())
    with pytest.raises(ReadError, match="文件大小 1001"):
        read("a.txt", b"a" * 1001)


def test_a_damaged_character_is_said_and_the_rest_is_read() -> None:
    data = "第一行\n第二行收入12万元，支出11万元，结余1万元，全部用于正常运转。\n第三行\n".encode()
    document = read("报告.txt", data.replace("支".encode(), b"\xe6\x94", 1) + "正文".encode() * 40)
    assert [(doubt.code, doubt.source.at) for doubt in document.doubts] == [("F606", "L2")]
    assert isinstance(document.blocks[2], Paragraph)
    assert document.blocks[2].text == "第三行"


@given(st.binary(max_size=400))
@settings(max_examples=200, deadline=None)
def test_whatever_the_bytes_the_answer_is_a_document_or_a_refusal(data: bytes) -> None:
    try:
        blocks = read("a.txt", data).blocks
    except ReadError as refusal:
        words = str(refusal)
    else:
        words = f"a.txt：{len(blocks)}"
    assert words.startswith("a.txt：")
