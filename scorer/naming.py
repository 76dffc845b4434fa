"""Names of indicators as forms write them, reduced to what they say: numbering, weights and ornament taken off.

Readers and sets both use it.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from scorer.value import remembered

LARGEST_WEIGHT = Decimal(100)

_INVISIBLE = re.compile(r"[\s\u200b-\u200f\u2060\ufeff\u00ad]+")
_CIRCLED = re.compile("[①-⓿❶-➓㈠-㈩㊀-㊉★☆※●○◆◇■□▲△*]+")
_NUMBERING = re.compile(
    r"^(?:"
    r"(?:[一二三四五六七八九十]级)?指标[0-9]{1,3}[:.、,]?"  # 指标1：
    r"|[(\[][0-9一二三四五六七八九十]{1,3}[)\]][:.、]?"  # （一） (1)
    r"|[0-9]{1,3}(?:\.[0-9]{1,3}){0,4}[:.、)](?![0-9])"  # 1. 1.1. 1、 1)
    r"|[一二三四五六七八九十]{1,3}[:.、]"  # 一、
    r"|[A-Z][0-9]{0,4}[:.、]?(?=[\u4e00-\u9fff])"  # A产出指标 B11
    r")"
)
_WEIGHT = re.compile(
    r"(?:[(\[【](?:分值|权重|满分|计)?[:=]?([0-9]{1,3}(?:\.[0-9]{1,4})?)分?[)\]】]?"  # （3 分） （6） （4
    r"|(?<=指标)([0-9]{1,3}(?:\.[0-9]{1,4})?)分)$"  # 产出指标50分
)
_TAIL = re.compile(r"(?:(?:指标|目标)[类等]?|类)$")


@remembered
def fold(text: str) -> str:
    """The text without white space and invisible characters, full-width forms folded (NFKC)."""
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))


@remembered
def normalize_name(text: str) -> str:
    """The bare name for comparison: 'A产出指标（50 分）', '产 出 指 标' and '（一）产出' are all '产出'.

    Numbering (1. 1、 （一） 指标1：), ornament (★ ①), a bracketed weight at the end and the trailing 指标 are taken off.
    A text that consists of nothing else keeps its last stage ('指标' stays '指标').
    """
    name = fold(_CIRCLED.sub("", text))
    for _ in range(3):
        shorter = _NUMBERING.sub("", name)
        shorter = _WEIGHT.sub("", shorter).rstrip(":。;,、")
        if shorter == name or not shorter:
            break
        name = shorter
    return _TAIL.sub("", name) or name


@remembered
def bracketed_weight(text: str) -> Decimal | None:
    """The weight behind a name: '数量指标（6）' → 6, '产出指标(50分)' → 50, '预算管理（4' → 4; None without one.

    Figures above 100 (a year) and ranges such as (0—20)分 are no weights.
    """
    found = _WEIGHT.search(fold(text))
    if not found:
        return None
    weight = Decimal(found[1] or found[2])
    return weight if weight <= LARGEST_WEIGHT else None
