"""Balances in running text: what was there and what was spent make what is left; what is added to an income makes its total."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from scorer.prose.equations import Total
from scorer.prose.outline import Outline, Piece, Stated
from scorer.prose.relation import Question
from scorer.prose.wholes import LEFT, MOST_FIGURES, MOST_PARTS, MOST_RUN, OPENS, levels, readings_of, unnested


def find_balances(outline: Outline) -> Iterator[Question]:
    """Every balance that the words of one piece state; pieces with too many figures are told of with their wholes."""
    for piece in outline.pieces:
        if len(piece.figures) <= MOST_FIGURES:
            yield from _balance(piece)


_SPENT = re.compile(r"支出|执行|使用|支付|拨付|用于")


def _balance(piece: Piece) -> Iterator[Question]:
    """A加上B、C，收入总计D, and budget − spent = left, in one piece."""
    for index, last in enumerate(piece.figures):
        if last.aspect != "level" or index < 2:
            continue
        before = levels(piece.figures[max(0, index - MOST_PARTS) : index], last.unit)
        if len(before) < 2:
            continue
        if LEFT.search(last.near):
            pairs = [
                (before[i], before[j])
                for i in range(max(0, len(before) - 4), len(before))
                for j in range(max(0, len(before) - 4), len(before))
                if i != j
            ]
            totals = tuple(Total(whole, (spent, last)) for whole, spent in pairs if whole.number >= spent.number)
            plain = tuple(total for total in totals if total.whole is before[-2] and total.parts[0] is before[-1])
            why = "" if _SPENT.search(before[-1].near) and len(before) <= 3 else "没有写明由哪两个数相减"
            last3 = before[-3:]
            if len(last3) == 3:
                totals += tuple(
                    Total(last, (last3[i], last3[j]), (last3[3 - i - j],)) for i in range(3) for j in range(i + 1, 3)
                )
            if totals:
                yield Question("difference", totals, plain, "near", why, False, (last, *before[-4:]))
        elif re.search(r"总计|合计|总量|总财力|共计", last.near) and re.search(
            r"加上?|补助|结余", piece.line.text[: last.mention.start]
        ):
            totals = tuple(
                Total(last, tuple(before[start:])) for start in range(max(0, len(before) - MOST_RUN), len(before) - 1)
            )
            totals += tuple(
                Total(last, tuple(listed))
                for start in range(max(0, len(before) - MOST_RUN), len(before) - 1)
                for listed in readings_of(before[start:])[:4]
            )
            plain = _added_up(before, last)
            why = "" if plain else "加总的各项不能确定"
            yield Question("sum", totals, plain, "named" if plain else "near", why, False, (last, *before))


_ADDS = re.compile(r"加上?[：:]?")
_SIDES = ("收入", "支出")


def _added_up(run: Sequence[Stated], last: Stated) -> tuple[Total, ...]:
    """A完成…。加上B、C，收入合计D: what the words add to the figure of the same side, lists inside it left out."""
    side = next((side for side in _SIDES if side in last.near), "")
    at = next((at for at in range(len(run) - 1, 0, -1) if _ADDS.search(run[at].gap)), 0)
    begin = next((i for i in range(at - 1, -1, -1) if side in run[i].near and not _inside(run, i)), None)
    if not side or not at or begin is None:
        return ()
    other = _SIDES[1 - _SIDES.index(side)]
    added = unnested(run[at:], "。")
    if any(other in figure.near or figure.mention.kind == "budget" for figure in (run[begin], *added)):
        return ()
    return (Total(last, (run[begin], *added)),) if not any(figure.loose for figure in added) else ()


def _inside(run: Sequence[Stated], at: int) -> bool:
    """Whether a figure stands in a list that 其中 opened in its sentence."""
    for index in range(at, -1, -1):
        if OPENS.search(run[index].gap):
            return True
        if "。" in run[index].gap:
            return False
    return False
