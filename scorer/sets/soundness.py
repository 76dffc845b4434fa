"""What only the whole tree can tell: codes, names, weights that add up, grades without gaps, rules for every leaf."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from scorer.naming import normalize_name
from scorer.rules import Bands
from scorer.sets.faults import Fault
from scorer.sets.sources import Block, SetSource, library, parent_code


def set_faults(sources: list[SetSource], values: Mapping[str, Any], blocks: Mapping[str, Block]) -> Iterator[Fault]:
    """The faults of a merged set. Nothing is said of what merely follows from a key that was faulty itself."""
    source = sources[-1]
    lost = frozenset(key for item in sources if item.rest is not None for key in item.rest.keys)
    complete = all(item.rest is None or item.rest.whole for item in sources)
    if "id" not in lost:
        yield from _identity_faults(source)
    if not blocks and "indicator" not in lost:
        yield Fault(source.shown, 1, "没有任何指标；每个指标写一段 [[indicator]]")
    yield from _tree_faults(blocks, complete=complete)
    if not lost & {"grade", "full"}:
        yield from _grade_faults(source, values)
    if not lost & {"points", "full", "execution"} and complete:
        yield from _weight_faults(source, blocks, values)
    if not lost & {"rule", "points"}:
        yield from _rule_faults(blocks, values)
    yield from _band_faults(source, blocks, values)


def _identity_faults(source: SetSource) -> Iterator[Fault]:
    try:
        expected = source.path.resolve().relative_to(library().resolve()).with_suffix("").as_posix()
    except ValueError:
        return
    if source.file.id != expected:
        yield Fault(source.shown, source.line("id"), f"id 应与文件位置一致：{expected}")


def _tree_faults(blocks: Mapping[str, Block], *, complete: bool) -> Iterator[Fault]:
    siblings: dict[tuple[str | None, str], str] = {}
    for code, block in blocks.items():
        parent = parent_code(code)
        if parent is not None and parent not in blocks and complete:
            yield Fault(block.file, block.line, f'{code} 的上级 {parent} 没有定义；先写 code = "{parent}" 的指标')
        name = block.values.get("name")
        if name is None:
            if not block.doubtful:
                yield Fault(block.file, block.line, f"指标 {code} 缺少 name；所继承的体系里没有这个编号")
            continue
        while parent is not None and parent in blocks and blocks[parent].values.get("group"):
            parent = parent_code(parent)  # what a group holds stands on the form beside the group
        written = dict.fromkeys(normalize_name(word) for word in (name, *block.values.get("aliases", ())))
        for word in written:
            other = siblings.setdefault((parent, word), code)
            if other != code:
                yield Fault(
                    block.file,
                    block.line,
                    f"{code} 与同级的 {other} 名称或别名相同（“{word}”），表中的行无法对应；请改名或去掉别名",
                )


def _grade_faults(source: SetSource, values: Mapping[str, Any]) -> Iterator[Fault]:
    grades = values["grades"]
    if not grades:
        return

    def line(position: int) -> int:
        return source.line("grade", position, "from") if "grade" in source.raw else source.line("grade")

    placed = sorted(range(len(grades)), key=lambda position: -grades[position].start)
    names: dict[str, int] = {}
    for position, grade in enumerate(grades):
        if names.setdefault(grade.name, position) != position:
            yield Fault(source.shown, line(position), f"等级“{grade.name}”写了两次")
        if grade.start >= values["full"]:
            yield Fault(
                source.shown, line(position), f"等级“{grade.name}”的下限 {grade.start} 不低于满分 {values['full']}"
            )
    upper: Decimal | None = None
    for position in placed:
        grade = grades[position]
        if upper is not None and grade.start == upper:
            yield Fault(source.shown, line(position), f"等级“{grade.name}”与上一档重叠：下限都是 {upper}")
        if grade.end is not None and upper is not None and grade.end != upper:
            what = "重叠" if grade.end > upper else "之间有空档"
            yield Fault(
                source.shown,
                line(position),
                f"等级“{grade.name}”的上限 {grade.end} 与上一档的下限 {upper} {what}；to 不含在内，应写 {upper}",
            )
        upper = grade.start
    if upper:
        yield Fault(source.shown, line(placed[-1]), f"最低一档从 {upper} 起，{upper} 以下没有等级；最低一档应从 0 起")


def _weight_faults(source: SetSource, blocks: Mapping[str, Block], values: Mapping[str, Any]) -> Iterator[Fault]:
    weights = {code: block.values.get("weight") for code, block in blocks.items()}
    if not values["points"]:
        for code, weight in weights.items():
            if weight is not None and blocks[code].file == source.shown:
                yield Fault(source.shown, blocks[code].line, f"points = false 的表不计分，{code} 不应写 weight")
        if "execution" in source.raw and values["execution"].weight:
            line = source.line("execution", "weight")
            yield Fault(source.shown, line, "points = false 的表不计分，预算执行率不应有分值")
        return
    below: dict[str | None, list[str]] = {}
    for code in blocks:
        below.setdefault(parent_code(code), []).append(code)
    for code, block in blocks.items():
        children = below.get(code, [])
        if block.doubtful or any(blocks[child].doubtful for child in children):
            continue
        if not children and weights[code] is None and not _given_by_form(code, blocks):
            message = f"末级指标 {_title(code, blocks)} 缺少分值 weight；分值由表内自定的写 open = true"
            yield Fault(block.file, block.line, message)
        yield from _sum_faults(code, children, weights, blocks)
    if not any(blocks[code].doubtful for code in below.get(None, ())):
        yield from _full_faults(source, [weights[code] for code in below.get(None, ())], values)


def _full_faults(source: SetSource, stated: list[Decimal | None], values: Mapping[str, Any]) -> Iterator[Fault]:
    execution, full = values["execution"].weight, values["full"]
    known = [weight for weight in stated if weight is not None]
    total = sum(known, execution)
    if not stated or (total == full if len(known) == len(stated) else total <= full):
        return
    parts = [_plain(weight) for weight in known] + ([f"预算执行率 {_plain(execution)}"] if execution else [])
    added = f"{' + '.join(parts)} = {_plain(total)}" if len(parts) > 1 else _plain(total)
    line = source.line("full") if "full" in source.raw else source.line("indicator", 0)
    yield Fault(source.shown, line, f"一级指标分值之和 {added}，不等于满分 {_plain(full)}")


def _given_by_form(code: str, blocks: Mapping[str, Block]) -> bool:
    """Open itself, or below a level that the form fills in."""
    place: str | None = code
    while place is not None:
        if place in blocks and blocks[place].values.get("open"):
            return True
        place = parent_code(place)
    return False


def _sum_faults(
    code: str, children: list[str], weights: Mapping[str, Decimal | None], blocks: Mapping[str, Block]
) -> Iterator[Fault]:
    weight, block = weights[code], blocks[code]
    stated = [own for child in children if (own := weights[child]) is not None]
    if not stated or weight is None:
        return
    total = sum(stated, Decimal(0))
    complete = len(stated) == len(children)
    if (complete and total != weight) or total > weight:
        added = f"{' + '.join(_plain(own) for own in stated)} = {_plain(total)}" if len(stated) > 1 else _plain(total)
        message = f"{_title(code, blocks)} 的分值 {_plain(weight)} 与下级之和 {added} 不等"
        yield Fault(block.file, block.line, message)
    elif not complete:
        silent = [child for child in children if weights[child] is None and not blocks[child].values.get("open")]
        if silent:
            message = f"{_title(code, blocks)} 的下级有的写了分值、有的没写（{'、'.join(silent)}）"
            yield Fault(block.file, block.line, message)


def _rule_faults(blocks: Mapping[str, Block], values: Mapping[str, Any]) -> Iterator[Fault]:
    if values["rule"] is not None or not values["points"]:
        return
    parents = {parent_code(code) for code in blocks}
    for code, block in blocks.items():
        place: str | None = code
        while place is not None and _says_no_rule(place, blocks):
            place = parent_code(place)
        if place is None and code not in parents:
            message = f"末级指标 {_title(code, blocks)} 没有计分规则 rule，上级和全表也没有"
            yield Fault(block.file, block.line, message + '；例：rule = { kind = "proportion" }')


def _band_faults(source: SetSource, blocks: Mapping[str, Block], values: Mapping[str, Any]) -> Iterator[Fault]:
    """Bands whose awards cross: one in the middle gives less than one below it and one above it."""
    ruled = [("", source.shown, source.line("rule"), values["rule"])]
    ruled += [(code, block.file, block.line, block.values.get("rule")) for code, block in blocks.items()]
    for code, file, line, rule in ruled:
        if not isinstance(rule, Bands):
            continue
        for name in ("share", "points"):
            awards = [getattr(step, name) for step in rule.rising()]
            if None not in awards and _dips(awards):
                of = f"{_title(code, blocks)} 的" if code else ""
                told = "、".join(_plain(award) for award in awards)
                yield Fault(file, line, f"{of}各档交叉：从低到高得 {told}，中间有一档比上下都少")


def _dips(awards: Sequence[Decimal]) -> bool:
    """Is an award below one before it and one behind it? Rising, falling, and rising to a peak are all in use."""
    return any(max(awards[:place]) > awards[place] < max(awards[place + 1 :]) for place in range(1, len(awards) - 1))


def _says_no_rule(code: str, blocks: Mapping[str, Block]) -> bool:
    return code not in blocks or (blocks[code].values.get("rule") is None and not blocks[code].doubtful)


def _title(code: str, blocks: Mapping[str, Block]) -> str:
    return f"{code} {blocks[code].values.get('name', '')}".strip()


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"
