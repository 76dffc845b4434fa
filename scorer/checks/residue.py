"""F604–F606: words of the template that were left in, and figures that are written like none, in forms and in prose."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from scorer.checks.form import Form
from scorer.checks.registry import Outcomes, check, faulty, sound
from scorer.memory import remembered
from scorer.model import Cell
from scorer.numbers.numerals import MAXIMUM_NUMERAL
from scorer.prose.phrases import ALTERNATIVES, BLANKS, MALFORMED, TEMPLATE_TEXT, Residue, fold

MOST_SAID = 80  # characters of a figure in a message
_TEMPLATE = tuple((entry, re.compile(entry.words, re.MULTILINE)) for entry in TEMPLATE_TEXT)
_BLANKS = tuple((entry, re.compile(entry.words)) for entry in BLANKS)
_MALFORMED = tuple((entry, re.compile(entry.words, re.MULTILINE)) for entry in MALFORMED)


def _either(pairs: Sequence[tuple[str, str]]) -> str:
    """增加/减少, 减少（增加） and so on, either way round, as one pattern."""
    both = [(first, second) for one, other in pairs for first, second in ((one, other), (other, one))]
    return "|".join(rf"{first}\s*/\s*{second}|{first}（{second}）" for first, second in both)


# Words beside a figure to come, before a reason, or where a comparison ends; single characters, which also begin
# ordinary words (升/降级), only right before the figure.
_PAIRS = _either([pair for pair in ALTERNATIVES if len(pair[0]) > 1])
_ALTERNATIVES = re.compile(
    rf"(?:{_PAIRS})(?=[^。；\n]{{0,10}}?[\d_×Xx])|(?:{_PAIRS})(?=的?(?:主要)?原因)"
    rf"|(?<=年)(?:相比|度)?[，,]?(?:有所)?(?:{_PAIRS})(?=\s*(?:[。；，,]|$))"
    rf"|(?:{_either([pair for pair in ALTERNATIVES if len(pair[0]) == 1])})(?=\s?[\d_×])"
)

# One character that every pattern of a group needs: most texts have none of them and are not searched.
_TEMPLATE_SIGNS = re.compile(r"[（★×✕ＸX*＊_★\[…]|\.\.\.|填[报表写列]|模板|^\s*指标|目标对比")
_FIGURE_SIGNS = re.compile(r"\d[.,。OolI]|[OolI]\d|\d\s*万[，。；万]|亿亿|元元|%%|％％")
_LONG = re.compile(rf"[\d.．]{{{MAXIMUM_NUMERAL + 1}}}")


def part(cell: Cell, start: int, end: int) -> Cell:
    """The words from `start` to `end` of a text, with their columns when the text is a line."""
    at = cell.source.at
    if re.fullmatch(r"L\d+", at):
        at = f"{at}:{start + 1}-{end}"
    return replace(cell, text=cell.text[start:end].strip(), source=replace(cell.source, at=at))


_EMPHASIS = re.compile(r"(?<![≥≤＞＜=])\*\*([^*\n]{1,200})\*\*")


def without_emphasis(text: str) -> str:
    """Markdown's **bold** marks as blanks, so that they are not taken for a mask."""
    return _EMPHASIS.sub(lambda match: f"  {match[1]}  ", text) if "**" in text else text


Hits = tuple[tuple[Residue, int, int], ...]


@remembered
def _template_in(text: str) -> Hits:
    return hits(without_emphasis(fold(text)), _TEMPLATE)


_RUNNING = re.compile(r"[，,。；;].*[，,。；;]", re.DOTALL)
_MAY_BE_BLANK = re.compile(
    r"占[^\d]{0,16}[%％]|[一-龥][ \u3000\u00a0]+[%％万亿元所个座人户台套公亩处辆名平㎡]|面积[ \u3000\u00a0]{0,8}[㎡m平亩]"
)


def _blanks_in(text: str) -> Hits:
    """Where running text has a blank instead of a figure."""
    if _MAY_BE_BLANK.search(text) is None or _RUNNING.search(text) is None:
        return ()
    return hits(fold(text).replace("\u00a0", " "), _BLANKS)


@remembered
def _malformed_in(text: str) -> Hits:
    return hits(fold(text), _MALFORMED)


def hits(text: str, patterns: Sequence[tuple[Residue, re.Pattern[str]]]) -> Hits:
    """Where the patterns stand in a text, those that touch or overlap as one."""
    found = sorted(
        ((match.start(), match.end(), entry) for entry, pattern in patterns for match in pattern.finditer(text)),
        key=lambda hit: hit[:2],
    )
    merged: list[tuple[Residue, int, int]] = []
    for start, end, entry in found:
        if merged and start <= merged[-1][2] + 2:
            previous = merged[-1]
            keep = previous[0] if not previous[0].note else entry
            merged[-1] = (keep, previous[1], max(previous[2], end))
        else:
            merged.append((entry, start, end))
    return tuple(merged)


@check("F604", level="warning", message="模板文字残留（{kind}）：{words}；请替换为实际内容或删除")
def template_text_left(form: Form) -> Outcomes:
    """Words of the template stand in what was handed in.

    标题: 模板说明文字残留
    为何重要: 残留的说明文字表示该处没有填写或没有检查，公开后影响严肃性。
    依据: 绩效自评表和报告应内容完整（财预〔2020〕10号）。
    例: “（罗列全部功能分类科目，至类级。）”“××项目（填写项目全称）”“指标1：”。
    改法: 用实际内容替换，或删去说明文字。
    何时无法判定: 不会无法判定；编辑器书签等只作提示。
    """
    groups: dict[tuple[str, bool], list[Cell]] = defaultdict(list)
    looked = 0
    for cell in form.texts:
        looked += 1
        for entry, start, end in _blanks_in(cell.text):
            groups[entry.kind, entry.note].append(part(cell, start, end))
        if _TEMPLATE_SIGNS.search(cell.text) is None and "(" not in cell.text:
            continue
        for entry, start, end in _template_in(cell.text):
            groups[entry.kind, entry.note].append(part(cell, start, end))
    for (kind, note), found in groups.items():
        yield faulty(
            (), found, level="note" if note else None, kind=kind, words="、".join(dict.fromkeys(c.text[:30] for c in found[:6]))
        )  # fmt: skip
    if not groups and looked:
        yield sound()


@check("F605", level="warning", message="备选词未删：{words}；请保留一个")
def alternatives_left(form: Form) -> Outcomes:
    """Two words stand where one had to be struck out.

    标题: 备选词未删
    为何重要: “增加/减少”不删，读者不知道是增是减。
    依据: 决算公开说明模板要求二选一。
    例: “比上年增加/减少 0 万元，增长/下降 0%”。
    改法: 保留符合实际的一个词；为 0 时写“持平”。
    何时无法判定: 不会无法判定。
    """
    looked = False
    for cell in form.texts:
        looked = True
        if "/" not in cell.text and "／" not in cell.text and "（" not in cell.text and "(" not in cell.text:
            continue
        found = [part(cell, match.start(), match.end()) for match in _ALTERNATIVES.finditer(fold(cell.text))]
        if found:
            yield faulty((), found, words="、".join(dict.fromkeys(item.text for item in found)))
        else:
            yield sound()
    if looked:
        yield sound()


_SOUND = re.compile(r"[-−]?(?:\d{1,3}(?:,\d{3})+|\d{1,15})(?:\.\d{1,6})?")


def _wrapped(text: str) -> bool:
    """A sound figure that a narrow cell breaks over two lines: 34,340,100.⏎00."""
    return "\n" in text and _SOUND.fullmatch(text.replace("\n", "")) is not None


def _shortened(words: str) -> str:
    """A figure that fills a page, by its beginning and its end."""
    return words if len(words) <= MOST_SAID else f"{words[:20]}……{words[-10:]}（共 {len(words)} 个字符）"


@check("F606", level="error", message="数字写法错误（{kind}）：{words}；请核对后改正")
def malformed_number(form: Form) -> Outcomes:
    """A figure is written in a way that no figure is.

    标题: 数字写法错误
    为何重要: 写错的数字无法参加合计，转录时容易读成另一个数。
    依据: 填报数据应准确、规范。
    例: “1223.38.”“86..4万元”“41.17.0万元”；贴进数字栏的一长串数（48 位以上）。
    改法: 对照原始资料改为规范写法。
    何时无法判定: 不会无法判定；缺少单位只作提示。
    """
    clean = True
    places: set[tuple[str, str]] = set()
    for cell in form.texts:
        if _wrapped(cell.text) or not (_FIGURE_SIGNS.search(cell.text) or _LONG.search(cell.text) or cell.text.isascii()):
            continue
        for entry, start, end in _malformed_in(cell.text):
            clean = False
            found = part(cell, start, end)
            places.add((cell.source.file, cell.source.place))
            yield faulty((), [found], level="note" if entry.note else None, kind=entry.kind, words=_shortened(found.text))
    for document in form.documents:
        for doubt in document.doubts:
            if doubt.code == "F606" and (doubt.source.file, doubt.source.place) not in places:
                clean = False
                yield faulty((), [Cell(doubt.quote, doubt.source)], kind=doubt.message, words=doubt.quote)
    if clean:
        yield sound()
