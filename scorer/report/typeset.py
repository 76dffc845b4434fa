"""The opinion as PDF, typeset by Typst (the extra ``typst``) in the style of official papers, its font embedded.

The words reach Typst as data, never as markup: no text of strangers can become an instruction.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from scorer import install_words
from scorer.model import Report, ScorerError
from scorer.report import Layout, sentences
from scorer.report.opinion import Grid, Heading, Opinion, Part, draw_up, indented

TEMPLATE = Path(__file__).parent / "templates" / "opinion.typ"
FONT_FOLDERS = "TYPST_FONT_PATHS"
SONG = ("Noto Serif CJK SC", "Noto Serif SC", "Source Han Serif SC", "Source Han Serif CN", "SimSun", "NSimSun", "STSong", "Songti SC")
SANS = ("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "Microsoft YaHei", "PingFang SC")
FONTS: dict[str, tuple[str, ...]] = {  # what official papers ask for, then what stands in for it
    "title": ("FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05", "STZhongsong", *SONG),
    "body": ("FangSong_GB2312", "FangSong", "STFangsong", "FZFangSong-Z02S", *SONG),
    "first": ("SimHei", "STHeiti", "Heiti SC", *SANS),
    "second": ("KaiTi_GB2312", "KaiTi", "STKaiti", "Kaiti SC", *SONG),
    "table": SONG,
}


def render(report: Report, layout: Layout) -> bytes:
    """The PDF's bytes; the same report and the same fonts give the same ones.

    Raises:
        ScorerError: the extra is not installed, or no Chinese font is found; the message says what to do.
    """
    try:
        import typst
    except ImportError as error:
        raise ScorerError(
            f"写 PDF 需要 typst，没有安装。请{install_words('typst')}；或改用 docx，用 Word、WPS 另存为 PDF。"
        ) from error
    folders = [folder for folder in os.environ.get(FONT_FOLDERS, "").split(os.pathsep) if folder]
    fonts = chosen_fonts(families(tuple(folders)))
    data = json.dumps({"fonts": fonts, **content(draw_up(report, layout))}, ensure_ascii=False)
    try:
        return bytes(typst.compile(str(TEMPLATE), font_paths=folders, sys_inputs={"opinion": data}))
    except typst.TypstError as error:
        raise ScorerError(f"typst 没有能写出 PDF：{error}。可改用 docx，用 Word、WPS 另存为 PDF。") from error


@cache
def families(folders: tuple[str, ...] = ()) -> frozenset[str]:
    """The names of the font families that Typst finds on this machine and in `folders`."""
    import typst

    return frozenset(typst.Fonts(font_paths=list(folders)).families())


def chosen_fonts(known: frozenset[str]) -> dict[str, list[str]]:
    """For every use the families that are there, best first.

    Raises:
        ScorerError: none of the Chinese ones is there.
    """
    anything = [name for names in FONTS.values() for name in names if name in known]
    if not anything:
        raise ScorerError(
            "没有找到中文字体，不能写 PDF。请安装一种：Debian、Ubuntu 运行 apt install fonts-noto-cjk；"
            f"Windows、macOS 自带；或把字体所在的文件夹写入环境变量 {FONT_FOLDERS}。也可改用 docx 或 html。"
        )
    return {use: [name for name in names if name in known] or anything[:1] for use, names in FONTS.items()}


def content(opinion: Opinion) -> dict[str, Any]:
    """The opinion as the template reads it: plain lists and strings."""
    return {
        "title": _plains(opinion.title),
        "addressee": _plain(opinion.addressee),
        "parts": [_part(part) for part in opinion.parts],
        "signature": _plains(opinion.signature),
        "annex": [_part(part) for part in opinion.annex],
    }


def _part(part: Part) -> dict[str, Any]:
    match part:
        case Heading():
            return {"kind": "heading", "level": part.level, "text": _plain(part.text)}
        case Grid():
            rows = [
                {"strong": number in part.strong, "cells": [_cell(text) for text in row]} for number, row in enumerate(part.rows)
            ]
            return {
                "kind": "grid",
                "caption": _plain(part.caption),
                "headings": _plains(part.headings),
                "rows": rows,
                "widths": list(part.widths),
                "figures": list(part.figures),
            }
    return {"kind": "text", "lead": _plain(part.lead), "text": _plain(part.text)}


def _cell(text: str) -> dict[str, Any]:
    depth, words = indented(text)
    return {"indent": depth, "text": _plain(words)}


def _plains(texts: Sequence[str]) -> list[str]:
    return [_plain(text) for text in texts]


def _plain(text: str) -> str:
    """A text without what cannot be handed over."""
    return sentences.printable(text).replace("\x00", " ")
