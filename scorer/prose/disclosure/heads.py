"""The heads of published tables: what a column holds, told from the words above it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from scorer.model import Cell
from scorer.prose.disclosure.amounts import NARROW, written_amount

Path = tuple[str, ...]

_ORDINAL = re.compile(r"行次|序号")
_GROUPS = (
    ("opening", r"^(?:上年|年初)(?:财政拨款)?结转"),
    ("closing", r"^年末(?:财政拨款)?结转"),
    ("income", r"^本年(?:财政拨款)?收入(?!合计)"),
)
_LEAVES = (
    ("budget", r"预算数$|^年初预算|^全年预算|调整.{0,2}预算"),
    ("fiscal", r"财政拨款(?:收入|$)"),
    ("superior", r"^上级补助"),
    ("business", r"^事业收入|^事业(?:单位)?预算收入"),
    ("operating", r"^经营(?:收入|支出)|单位经营收入"),
    ("subsidiary", r"^附属单位上[缴交]|附属单位缴款"),
    ("other", r"^其他收入"),
    ("basic", r"^基本支出"),
    ("project", r"^项目支出"),
    ("upward", r"^上[缴交]上级"),
    ("aid", r"^对附属单位补助"),
    ("person", r"^人员经费"),
    ("public", r"^(?:日常)?公用经费"),
    ("total", r"^(?:总计|合计|小计|本年收入(?:合计|$)|本年支出(?:合计|$)|决算数?|金额|支出决算|年度决算数?)"),
)
_FUNDS = (
    ("general", r"^一般公共预算"),
    ("fund", r"^政府性基金"),
    ("capital", r"^国有资本经营"),
)
_OFFICIAL = (
    ("abroad", r"因公出国"),
    ("purchase", r"(?:公务)?用车购置(?!.{0,2}(?:及|和))"),
    ("running", r"(?:公务)?用车运行"),
    ("cars", r"(?:公务)?用车购置(?:及|和|与)"),
    ("reception", r"公务接待"),
)
_MARKED: dict[str, re.Pattern[str]] = {
    name: re.compile(pattern) for name, pattern in (*_GROUPS, *_LEAVES, *_FUNDS, *_OFFICIAL)
}
_OF_WHICH = re.compile(r"其中|小计其中")


def squeezed(text: str) -> str:
    """Words without blanks, line breaks and quotation marks, narrow: the form in which heads and names compare."""
    return re.sub(r"[\s“”\"'‘’]", "", text.translate(NARROW))


def paths(rows: Sequence[Sequence[Cell]], width: int) -> list[Path]:
    """The words above each column, outermost first, blank cells completed.

    In a text a merged heading is a word and blanks: a blank beside a word belongs to it where both stand below the same
    word (or in the first row), else to the word above it.
    """
    found: list[list[tuple[int, str]]] = [[] for _ in range(width)]
    above: list[tuple[int, int] | None] = [(-1, 0)] * width
    for number, row in enumerate(rows):
        owners: list[tuple[int, int] | None] = []
        for column in range(width):
            cell = row[column] if column < len(row) else None
            text = squeezed(cell.text) if cell is not None else ""
            if cell is not None and text:
                owner = (cell.row, cell.column)
                if not found[column] or found[column][-1] != (id(cell), text):
                    found[column].append((id(cell), text))
            elif column and above[column] == above[column - 1] and owners[column - 1] is not None:
                owner = owners[column - 1]  # type: ignore[assignment]
                if found[column - 1] and (number == 0 or owner != above[column]):
                    found[column].append(found[column - 1][-1])
            else:
                owner = above[column]  # type: ignore[assignment]
            owners.append(owner)
        above = owners
    return [tuple(text for _, text in column) for column in found]


def key(number: int, path: Path) -> str | None:
    """What a column of a table holds (total, basic, general, …), None where its head says nothing known."""
    words = [re.sub(r"\(.{0,12}\)$", "", word) for word in path if word not in ("项目", "收入", "支出", "栏次")]
    if not words or any(_ORDINAL.search(word) for word in words):
        return None
    if number == 7:
        return _official_key(words)
    lone = number == 2 and not any("财政拨款" in word for word in words[:-1])  # sources of income without their sum
    if (number == 4 or lone) and (name := _first(_FUNDS, words[-1])):
        return name
    leaf = _first(_LEAVES, words[-1])
    for name, _ in _GROUPS:
        if any(_MARKED[name].search(word) for word in words):
            plain = len(words) == 1 or leaf == "total" or _MARKED[name].search(words[-1])
            return name if plain else None
    if any(_OF_WHICH.search(word) for word in words):
        return None
    return leaf


def _official_key(words: Sequence[str]) -> str | None:
    side = "budget" if any(re.search(r"预算数?$", word) for word in words) else "final"
    named = [word for word in words if not re.search(r"(?:预算|决算)数?$", word) and word != "小计"]
    leaf = next((word for word in reversed(named) if "三公" not in word), None)
    for name, _ in _OFFICIAL:
        if leaf is not None and _MARKED[name].search(leaf):
            return f"{side}.{name}"
    if leaf in (None, "合计", "总计"):
        return f"{side}.total"
    return None


def official_name(word: str) -> str | None:
    """Which part of 三公 a line of a list is of, "total" for its sum, None for another."""
    if word in ("合计", "总计", "小计") or re.fullmatch(r"“?三公”?经费.{0,8}", word):
        return "total"
    return _first(_OFFICIAL, word)


def _first(table: Sequence[tuple[str, str]], word: str) -> str | None:
    return next((name for name, _ in table if _MARKED[name].search(word)), None)


def is_ordinals(cells: Sequence[Cell]) -> bool:
    """Whether a row only numbers the columns: 栏次 | 1 | 2 | 3."""
    texts = [squeezed(cell.text) for cell in {id(cell): cell for cell in cells if cell}.values()]
    if not texts:
        return False
    if texts[0] in ("栏次", "行次"):
        return True
    figures = [written_amount(text) for text in texts]
    numbers = [figure[0] for figure in figures if figure is not None]
    rising = all(later - earlier == 1 for earlier, later in pairwise(numbers))
    return len(numbers) == len(texts) and len(texts) >= 3 and numbers[0] == 1 and rising
