"""F607 in prose and free tables: 元 where the other figures say that 万元 is meant, and amounts that no unit allows.

An amount in 元 among amounts in 万元 is only accused where it fits as 万元 and does not as 元: a sum, a rate or a product
of its line, the same figure elsewhere, or its brothers of one name.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from statistics import median

from scorer.checks.form import Form
from scorer.checks.registry import Outcome, faulty, sound, undecided
from scorer.model import Cell
from scorer.numbers.interval import loose, shown, step, written
from scorer.prose.mentions import PERCENTAGES, Mention
from scorer.prose.phrases import fold
from scorer.prose.things import core

WAN = Decimal(10000)
APART = 50
"""How many times smaller than its line's usual amount one in 元 must be to be looked at."""

MOST_AMOUNTS = 60  # of one line that are compared with one another
LONGEST_RUN = 16  # parts of one sum
LARGEST_YI = 100_000  # 亿元: what no budget below the country's reaches

_EACH = re.compile(r"每|人均|户均|次均|亩均|均价|单价|标准|限额以|/|不足|起付|封顶|价格|票价|电价|水价|[金费]率")
_EACH_AFTER = re.compile(r"^\s*(?:/|每|的?标准|一?[人次户亩件个月天年头只株]\b|·)")


def suspect_in_prose(form: Form) -> Iterator[Outcome]:
    """Amounts of the text that stand in the wrong unit."""
    lines: dict[int, list[Mention]] = defaultdict(list)
    for mention in form.mentions:
        if not mention.in_table and mention.number is not None:
            lines[id(mention.line)].append(mention)
    known: dict[Decimal, list[Mention]] = defaultdict(list)
    begun: dict[str, list[Mention]] = defaultdict(list)
    for mention in form.mentions:
        if mention.quantity.unit == "元" and mention.number and mention.quantity.scale != 1:
            known[mention.number].append(mention)
            if not mention.in_table and (label := _begin(mention)):
                begun[label].append(mention)
    plain = [one for mentions in lines.values() for one in mentions if one.quantity.unit == "元" and one.number and not _is_price(one)]
    in_yuan = sum(one.quantity.scale == 1 for one in plain) * 2 > len(plain)
    for mentions in lines.values():
        yield from _of_line(mentions, known, begun, in_yuan)
    yield from _too_large(form)


def _is_price(mention: Mention) -> bool:
    return _EACH.search(mention.label) is not None or _EACH_AFTER.match(mention.tail) is not None


def _of_line(
    mentions: Sequence[Mention], known: dict[Decimal, list[Mention]], begun: dict[str, list[Mention]], in_yuan: bool
) -> Iterator[Outcome]:
    """What is said of one line; in a text that mostly counts in 元 only fractions of a 分 are."""
    amounts = [mention for mention in mentions if mention.quantity.unit == "元" and mention.number][:MOST_AMOUNTS]
    usual = [mention.number for mention in amounts if mention.quantity.scale != 1 and mention.number is not None]
    for mention in amounts:
        if mention.quantity.scale != 1 or _is_price(mention):
            continue
        if _parts_of_fen(mention):
            yield _accuse(mention, (), "元以下不止两位小数")
            continue
        brothers = [one for one in begun.get(_begin(mention), ()) if one.line is not mention.line]
        sizes = usual or [one.number for one in brothers if one.number is not None]
        if in_yuan or not sizes or loose(mention.quantity) or (mention.number or 0) * APART > median(sizes):
            continue
        fit = _fits(mention, amounts, mentions, known, brothers)
        if fit is None:
            yield undecided("以元计，与旁边的万元相差悬殊，但没有别的数可以印证")
        else:
            yield _accuse(mention, fit[0], fit[1])


def _accuse(mention: Mention, beside: Sequence[Mention], why: str) -> Outcome:
    cells: list[Cell] = [mention.cell(), *(one.cell() for one in beside[:7] if one is not mention)]
    figure = mention.quote
    message = f"{mention.subject[-16:]}{figure}：{why}，疑“万元”误作“元”；请核对计量单位"
    return faulty((), cells, message=message, numbers={"figure": figure})


def _begin(mention: Mention) -> str:
    """The words of a line before its first amount, where they are a label: 资金来源：以工代赈资金…"""
    words = mention.line.text[: mention.start].strip()
    return words if 4 <= len(words) <= 40 and not re.search(r"\d", words) else ""


def _digits(mention: Mention) -> int:
    parts = written(mention.quantity)
    return len(f"{parts[0].normalize():f}".replace(".", "").strip("0")) if parts else 0


def _parts_of_fen(mention: Mention) -> bool:
    """52.917430元: below 分 there is nothing."""
    parts = written(mention.quantity)
    return parts is not None and parts[0] != parts[0].quantize(Decimal("0.01"))


Fit = tuple[tuple[Mention, ...], str]


def _fits(
    mention: Mention, amounts: Sequence[Mention], line: Sequence[Mention], known: dict[Decimal, list[Mention]], brothers: Sequence[Mention]
) -> Fit | None:
    """With what the amount agrees as 万元, and how that is said; None where nothing tells."""
    assert mention.number is not None
    meant = mention.number * WAN
    enough = _digits(mention)
    for other in known.get(meant, ()):
        if enough >= 4 or (enough >= 3 and core(other.subject) and core(other.subject) == core(mention.subject)):
            return (other,), f"别处写作 {other.quote}"
    values = {id(one): (one.number or Decimal(0)) * (WAN if one.quantity.scale == 1 else 1) for one in amounts}
    found = _sum_with(mention, amounts, values) if enough >= 2 else None
    if found is not None:
        return found, "按万元计时分项之和相符"
    found = _rate_with(mention, amounts, line, values) if enough >= 3 else None
    if found is not None:
        return found, "按万元计时比率相符"
    sizes = [one.number for one in brothers if one.number is not None]
    if len(sizes) >= 2 and min(sizes) / 3 <= meant <= max(sizes) * 3:
        return tuple(brothers[:3]), "同名的其他各项都以万元计"
    return None


def _sum_with(mention: Mention, amounts: Sequence[Mention], values: dict[int, Decimal]) -> tuple[Mention, ...] | None:
    """A whole of the line and a run of amounts beside it that make it up, the amount among them."""
    at = next(index for index, one in enumerate(amounts) if one is mention)
    for whole_at, whole in enumerate(amounts):
        if abs(whole_at - at) > LONGEST_RUN or _digits(whole) < 3:
            continue
        for run in (amounts[whole_at + 1 : whole_at + 1 + LONGEST_RUN], amounts[max(0, whole_at - LONGEST_RUN) : whole_at][::-1]):
            total, slack = Decimal(0), _slack(whole)
            for count, part in enumerate(run, 1):
                total += values[id(part)]
                slack = max(slack, _slack(part))
                inside = part is mention or mention is whole or any(one is mention for one in run[:count])
                if count >= 2 and inside and abs(total - values[id(whole)]) <= slack / 2:
                    return (whole, *(one for one in run[:count]))
    return None


def _slack(mention: Mention) -> Decimal:
    size = step(mention.quantity) or Decimal(0)
    return size if mention.quantity.scale != 1 else Decimal(0)


def _rate_with(
    mention: Mention, amounts: Sequence[Mention], line: Sequence[Mention], values: dict[int, Decimal]
) -> tuple[Mention, ...] | None:
    """A rate of the same sentence, exact enough to tell, that the amount makes with another one as 万元."""
    rates = [one for one in line if one.quantity.unit in PERCENTAGES and one.sentence is mention.sentence and _digits(one) >= 3]
    meant = values[id(mention)]
    for rate in rates:
        assert rate.number is not None
        half = (step(rate.quantity) or Decimal(0)) / 2
        if abs(rate.start - mention.start) > 80:
            continue
        for other in amounts:
            if other is mention or other.sentence is not mention.sentence or _digits(other) < 3:
                continue
            value = values[id(other)]
            readings = [meant / value, value / meant]
            readings += [meant / (value - meant)] if value > meant else []
            readings += [meant / (value + meant), abs(value - meant) / meant, abs(value - meant) / value]
            if any(abs(100 * reading - rate.number) <= half for reading in readings):
                return rate, other
    return None


_IN_YI = re.compile(r"单位[：:]\s*亿元")
_OTHER_UNIT = re.compile(r"单位[：:]")
_BARE = re.compile(r"[|\s]*(\d{1,3}(?:,\d{3})+|\d{6,})(?:\.\d+)?[|\s]*")


def _too_large(form: Form) -> Iterator[Outcome]:
    """Figures below 单位：亿元 that no budget reaches."""
    inside, file = False, ""
    for cell in form.texts:
        text = fold(cell.text)
        if cell.source.file != file:
            inside, file = False, cell.source.file
        if len(text) <= 40 and _OTHER_UNIT.search(text):
            inside = _IN_YI.search(text) is not None
            caption = cell
        elif inside and (match := _BARE.fullmatch(text)):
            number = Decimal(match[1].replace(",", ""))
            if number < LARGEST_YI:
                yield sound()
                continue
            message = f"单位写作亿元，所列 {match[0].strip('| ')} 即 {shown(number / WAN)} 万亿元；请核对计量单位"
            yield faulty((), [cell, caption], message=message, numbers={"figure": match[1]})
            inside = False
