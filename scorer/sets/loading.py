"""From TOML to `IndicatorSet`: read, extend, check; every fault at once, with its line."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import tomli
from pydantic import ValidationError

from scorer.naming import normalize_name
from scorer.sets.faults import Fault, SetError, model_faults, probable, syntax_fault
from scorer.sets.indicator import DEFAULT_TEXT_RULE, Indicator, IndicatorSet, words_rule
from scorer.sets.lines import Path as KeyPath
from scorer.sets.lines import line_map, line_of
from scorer.sets.schema import Evidence, IndicatorBlock, SetFile, known_keys

LARGEST_FILE = 8 * 1024 * 1024
LONGEST_CHAIN = 20
MERGED_TABLES = ("execution", "thresholds", "recognition")
OWN_KEYS = ("id", "title", "version", "basis", "evidence", "since", "until", "note", "extends", "remove")
"""What a local variant says for itself and never takes over."""

Stamp = tuple[str, int, int]


@dataclass(frozen=True)
class SetSource:
    """One TOML file as read: `shown` is how messages name it."""

    path: Path
    shown: str
    raw: dict[str, Any]
    lines: dict[KeyPath, int]
    file: SetFile

    def line(self, *path: str | int) -> int:
        return line_of(self.lines, path)


# --------------------------------------------------------------------------------------------------- where sets stand


def library() -> Path:
    """The folder of the shipped sets: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "indicator_sets"
    return inside if inside.is_dir() else package.parent / "indicator_sets"


def set_names() -> list[str]:
    """The identities of the shipped sets, sorted."""
    root = library()
    return sorted(path.relative_to(root).with_suffix("").as_posix() for path in root.glob("*/*.toml"))


def locate(name_or_path: str | Path, beside: Path | None = None) -> Path:
    """The file of a set: a shipped one by its name (mof/project-2020), else a path, relative to `beside` if given.

    Raises:
        SetError: neither; the message names what is close.
    """
    text = str(name_or_path)
    if not text.strip():
        raise SetError([Fault("--set", 0, "指标体系的名称是空的；用 scorer sets list 查看有哪些")])
    name = text.removesuffix(".toml")
    if not any(ord(letter) < 32 for letter in text):
        parts = name.split("/")
        shipped = library().joinpath(*parts[:-1], parts[-1] + ".toml")
        if len(parts) == 2 and all(part not in ("", ".", "..") for part in parts) and shipped.is_file():
            return shipped
        path = Path(text) if beside is None else beside / text
        try:
            if path.is_dir():
                raise SetError([Fault(text, 0, "这是文件夹，不是指标体系；请写到其中的 .toml 文件")])
            if path.is_file():
                return path
        except OSError:  # a name longer than the system allows
            pass
    raise SetError([Fault(text[:200], 0, f"没有这个指标体系，也没有这个文件{probable(name, set_names())}")])


def shown_name(path: Path) -> str:
    """mof/project-2020.toml for a shipped set, the path as given for any other."""
    try:
        return path.resolve().relative_to(library().resolve()).as_posix()
    except ValueError:
        return str(path)


# ------------------------------------------------------------------------------------------------------- one file


def read_source(path: Path) -> SetSource:
    """One file parsed and validated on its own.

    Raises:
        SetError: every fault of the file that can be told without the sets it extends.
    """
    shown = shown_name(path)
    text = _text(path, shown)
    try:
        raw: dict[str, Any] = tomli.loads(text, parse_float=Decimal)
    except tomli.TOMLDecodeError as error:
        raise SetError([syntax_fault(shown, error, text)]) from None
    except (RecursionError, ValueError):
        raise SetError([Fault(shown, 1, "括号嵌套过深或数字过长，无法读取")]) from None
    lines = line_map(text)
    try:
        file = SetFile.model_validate(raw)
    except ValidationError as error:
        raise SetError(model_faults(shown, error, lines, known_keys(), SetFile)) from None
    return SetSource(path, shown, raw, lines, file)


def _text(path: Path, shown: str) -> str:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise SetError([Fault(shown, 0, f"文件大于 {LARGEST_FILE // 1024 // 1024} MB，不像是指标体系")])
        data = path.read_bytes()
    except OSError as error:
        raise SetError([Fault(shown, 0, f"无法读取：{error.strerror or error}")]) from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SetError(
            [Fault(shown, line, "不是 UTF-8 编码；请在编辑器里另存为 UTF-8（记事本：另存为 → 编码）")]
        ) from None
    if not text.strip():
        raise SetError([Fault(shown, 1, "文件是空的；至少要有 id、title、basis、evidence 和 [[indicator]]")])
    return text.replace("\r\n", "\n")


def chain(path: Path) -> list[SetSource]:
    """The file and all that it extends, the most general first.

    Raises:
        SetError: the faults of every file of the chain, a circle, a missing file.
    """
    sources: list[SetSource] = []
    seen: list[Path] = []
    faults: list[Fault] = []
    while True:
        resolved = path.resolve()
        if resolved in seen:
            circle = " → ".join(shown_name(item) for item in (*seen[seen.index(resolved) :], resolved))
            faults.append(Fault(sources[-1].shown, sources[-1].line("extends"), f"extends 成环：{circle}"))
            break
        if len(seen) >= LONGEST_CHAIN:
            faults.append(Fault(sources[-1].shown, sources[-1].line("extends"), f"extends 超过 {LONGEST_CHAIN} 层"))
            break
        seen.append(resolved)
        try:
            source = read_source(path)
        except SetError as error:
            faults += error.faults
            break
        sources.append(source)
        if source.file.extends is None:
            break
        try:
            path = locate(source.file.extends, source.path.parent)
        except SetError as error:
            message = error.faults[0].message
            faults.append(Fault(source.shown, source.line("extends"), f'extends = "{source.file.extends}"：{message}'))
            break
    if faults:
        raise SetError(faults)
    return sources[::-1]


# ------------------------------------------------------------------------------------------------------- extending


@dataclass
class Block:
    """An indicator on its way through the chain: merged values, and the file and line that defined it last."""

    values: dict[str, Any]
    file: str
    line: int
    basis: str
    evidence: Evidence


def merge(sources: list[SetSource], faults: list[Fault]) -> tuple[dict[str, Any], dict[str, Block]]:
    """The top-level values and the blocks by code: the child overrides by key and by code, adds, removes."""
    top: dict[str, Any] = {}
    blocks: dict[str, Block] = {}
    for source in sources:
        given = source.file
        for key in OWN_KEYS:
            top.pop(key, None)
        _remove(source, top, blocks, faults)
        for key in given.model_fields_set - {"indicators"}:
            value = getattr(given, key)
            if key in MERGED_TABLES and key in top:
                value = top[key].model_copy(update={name: getattr(value, name) for name in value.model_fields_set})
            top[key] = value
        inherited = set(blocks)
        own: set[str] = set()
        for index, block in enumerate(given.indicators):
            line = source.line("indicator", index, "code")
            if block.code in own:
                first = blocks[block.code].line
                faults.append(Fault(source.shown, line, f"编号 {block.code} 重复，第 {first} 行已经用过"))
                continue
            own.add(block.code)
            _place(source, block, line, blocks, inherited)
    return top, blocks


def _remove(source: SetSource, top: dict[str, Any], blocks: dict[str, Block], faults: list[Fault]) -> None:
    aliases = {field.alias or name: name for name, field in SetFile.model_fields.items()}
    for item in source.file.remove:
        if item in blocks:
            for code in [code for code in blocks if code == item or code.startswith(item + ".")]:
                del blocks[code]
        elif aliases.get(item, "") in top and item not in OWN_KEYS:
            del top[aliases[item]]
        elif not any(block == item or item.startswith(block + ".") for block in source.file.remove if block != item):
            what = "没有可去掉的" if source.file.extends else "没有写 extends，不能去掉"
            faults.append(
                Fault(source.shown, source.line("remove"), f"remove：{what}“{item}”{probable(item, list(blocks))}")
            )


def _place(source: SetSource, block: IndicatorBlock, line: int, blocks: dict[str, Block], inherited: set[str]) -> None:
    values = {name: value for name in block.model_fields_set if (value := getattr(block, name)) is not None}
    if block.code in inherited:
        values = {**blocks[block.code].values, "basis": None, "evidence": None, **values}
    blocks[block.code] = Block(values, source.shown, line, source.file.basis, source.file.evidence)


# --------------------------------------------------------------------------------------------------------- checking


def build(sources: list[SetSource]) -> IndicatorSet:
    """The set that a chain of files stands for.

    Raises:
        SetError: all faults at once.
    """
    source = sources[-1]
    faults: list[Fault] = []
    top, blocks = merge(sources, faults)
    blocks = {code: blocks[code] for code in sorted(blocks, key=code_key)}
    values = {
        name: top.get(name, field.get_default(call_default_factory=True))
        for name, field in SetFile.model_fields.items()
    }
    faults += _identity_faults(source)
    faults += _tree_faults(blocks)
    faults += _grade_faults(source, values)
    if not blocks:
        faults.append(Fault(source.shown, 1, "没有任何指标；每个指标写一段 [[indicator]]"))
    if not faults:
        faults += list(_weight_faults(source, blocks, values))
        faults += list(_rule_faults(source, blocks, values))
    if faults:
        order = {item.shown: position for position, item in enumerate(sources)}
        raise SetError(sorted(faults, key=lambda fault: (-order.get(fault.file, 0), fault.line)))
    return _assemble(sources, values, blocks)


def code_key(code: str) -> tuple[int, ...]:
    """1.10 comes after 1.9."""
    return tuple(int(part) for part in code.split("."))


def parent_code(code: str) -> str | None:
    return code.rpartition(".")[0] or None


def _identity_faults(source: SetSource) -> Iterator[Fault]:
    try:
        expected = source.path.resolve().relative_to(library().resolve()).with_suffix("").as_posix()
    except ValueError:
        return
    if source.file.id != expected:
        yield Fault(source.shown, source.line("id"), f"id 应与文件位置一致：{expected}")


def _tree_faults(blocks: Mapping[str, Block]) -> Iterator[Fault]:
    siblings: dict[tuple[str | None, str], str] = {}
    for code, block in blocks.items():
        parent = parent_code(code)
        if parent is not None and parent not in blocks:
            yield Fault(block.file, block.line, f'{code} 的上级 {parent} 没有定义；先写 code = "{parent}" 的指标')
        name = block.values.get("name")
        if name is None:
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
    below: dict[str | None, list[str]] = {None: []}
    for code in blocks:
        below.setdefault(parent_code(code), []).append(code)
    if not values["points"]:
        for code, weight in weights.items():
            if weight is not None:
                yield Fault(blocks[code].file, blocks[code].line, f"points = false 的表不计分，{code} 不应写 weight")
        if values["execution"].weight:
            yield Fault(
                source.shown, source.line("execution", "weight"), "points = false 的表不计分，预算执行率不应有分值"
            )
        return
    for code, block in blocks.items():
        children = below.get(code, [])
        if not children and weights[code] is None and not _given_by_form(code, blocks):
            yield Fault(
                block.file,
                block.line,
                f"末级指标 {code} {block.values['name']} 缺少分值 weight；分值由表内自定的写 open = true",
            )
        yield from _sum_faults(
            blocks[code].file, block.line, f"{code} {block.values['name']}", weights[code], children, weights, blocks
        )
    execution = values["execution"].weight
    full = values["full"]
    stated = [weights[code] for code in below[None]]
    total = sum((weight for weight in stated if weight is not None), Decimal(0)) + execution
    if total != full if all(weight is not None for weight in stated) else total > full:
        listed = " + ".join(_plain(weight) for weight in stated if weight is not None)
        with_execution = f" + 预算执行率 {_plain(execution)}" if execution else ""
        place = source.line("full") if "full" in source.raw else blocks[below[None][0]].line if below[None] else 1
        yield Fault(
            source.shown,
            place,
            f"一级指标分值之和 {listed}{with_execution} = {_plain(total)}，不等于满分 {_plain(full)}",
        )


def _given_by_form(code: str, blocks: Mapping[str, Block]) -> bool:
    """Open itself, or below a level that the form fills in."""
    place: str | None = code
    while place is not None:
        if blocks[place].values.get("open"):
            return True
        place = parent_code(place)
    return False


def _sum_faults(
    file: str,
    line: int,
    name: str,
    weight: Decimal | None,
    children: list[str],
    weights: Mapping[str, Decimal | None],
    blocks: Mapping[str, Block],
) -> Iterator[Fault]:
    stated = [own for code in children if (own := weights[code]) is not None]
    if not stated or weight is None:
        return
    total = sum(stated, Decimal(0))
    complete = len(stated) == len(children)
    if (complete and total != weight) or total > weight:
        listed = " + ".join(_plain(own) for own in stated)
        yield Fault(file, line, f"{name} 的分值 {_plain(weight)} 与下级之和 {listed} = {_plain(total)} 不等")
    elif not complete:
        silent = [code for code in children if weights[code] is None and not blocks[code].values.get("open")]
        if silent:
            yield Fault(file, line, f"{name} 的下级有的写了分值、有的没写（{'、'.join(silent)}）")


def _rule_faults(source: SetSource, blocks: Mapping[str, Block], values: Mapping[str, Any]) -> Iterator[Fault]:
    if values["rule"] is not None or not values["points"]:
        return
    parents = {parent_code(code) for code in blocks}
    for code, block in blocks.items():
        place: str | None = code
        while place is not None and blocks[place].values.get("rule") is None:
            place = parent_code(place)
        if place is None and code not in parents:
            yield Fault(
                block.file,
                block.line,
                f'末级指标 {code} {block.values["name"]} 没有计分规则 rule，上级和全表也没有；例：rule = {{ kind = "proportion" }}',
            )


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


# ------------------------------------------------------------------------------------------------------- assembling


def _assemble(sources: list[SetSource], values: dict[str, Any], blocks: Mapping[str, Block]) -> IndicatorSet:
    from scorer.rules import Proportion

    children: dict[str, list[str]] = {}
    for code in blocks:
        if (above_code := parent_code(code)) is not None:
            children.setdefault(above_code, []).append(code)
    rule = values["rule"] or Proportion()
    text_rule = words_rule(values["rule"], values["text_rule"], DEFAULT_TEXT_RULE)
    indicators: dict[str, Indicator] = {}
    for code, block in blocks.items():
        own = block.values
        parent = indicators.get(parent_code(code) or "")
        above = (parent.rule, parent.text_rule) if parent else (rule, text_rule)
        indicators[code] = Indicator(
            code=code,
            name=own["name"],
            aliases=own.get("aliases", ()),
            weight=own.get("weight"),
            rule=own.get("rule") or above[0],
            text_rule=words_rule(own.get("rule"), own.get("text_rule"), above[1]) or DEFAULT_TEXT_RULE,
            open=own.get("open", False),
            optional=own.get("optional", False),
            group=own.get("group", False),
            basis=own.get("basis") or block.basis,
            evidence=own.get("evidence") or block.evidence,
            note=own.get("note", ""),
            file=block.file,
            line=block.line,
            path=(*(parent.path if parent and not parent.group else parent.path[:-1] if parent else ()), own["name"]),
            parent=parent.code if parent else None,
            children=tuple(children.get(code, ())),
        )
    grades = tuple(sorted(values["grades"], key=lambda grade: -grade.start))
    loaded = IndicatorSet(
        **{name: values[name] for name in ("id", "title", "version", "basis", "evidence", "since", "until", "note")},
        **{name: values[name] for name in ("full", "points", "over_achieved", "execution", "execution_cap")},
        **{name: values[name] for name in ("thresholds", "recognition")},
        extends=tuple(source.file.id for source in sources[-2::-1]),
        rule=rule,
        text_rule=text_rule or DEFAULT_TEXT_RULE,
        grades=grades,
        indicators=indicators,
        file=sources[-1].shown,
    )
    object.__setattr__(loaded, "digest", digest_of(loaded))
    return loaded


def digest_of(loaded: IndicatorSet) -> str:
    """SHA-256 of the resolved content: what the set says, not where or in which order it is written."""
    rules: dict[int, Any] = {}

    def plain(value: Any) -> Any:
        if hasattr(value, "model_dump"):
            if id(value) not in rules:
                rules[id(value)] = value.model_dump(mode="json", by_alias=True)
            return rules[id(value)]
        return _plain(value) if isinstance(value, Decimal) else value

    names = ("id", "title", "version", "basis", "evidence", "since", "until", "full", "points", "rule", "text_rule")
    more = ("over_achieved", "execution", "execution_cap", "thresholds", "grades")
    content = {
        **{name: plain(getattr(loaded, name)) for name in (*names, *more) if name != "grades"},
        "grades": [plain(grade) for grade in loaded.grades],
        "indicators": [
            [
                plain(getattr(item, name))
                for name in ("code", "name", "weight", "rule", "text_rule", "open", "optional", "group", "aliases")
            ]
            for item in loaded.indicators.values()
        ],
    }
    written = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()


# ----------------------------------------------------------------------------------------------------------- loading

_LOADED: dict[Path, tuple[tuple[Stamp, ...], IndicatorSet]] = {}


def _stamps(paths: list[Path]) -> tuple[Stamp, ...]:
    return tuple((str(path), stat.st_mtime_ns, stat.st_size) for path in paths for stat in [path.stat()])


def load_set(name_or_path: str | Path) -> IndicatorSet:
    """The indicator set of that name in the library (``mof/project-2020``), or in that TOML file.

    Raises:
        SetError: no such set, or a faulty one: all faults at once, each as ``file:line: 说明``.
    """
    path = locate(name_or_path)
    key = path.resolve()
    known = _LOADED.get(key)
    if known is not None:
        try:
            if _stamps([Path(stamp[0]) for stamp in known[0]]) == known[0]:
                return known[1]
        except OSError:
            pass
    sources = chain(path)
    loaded = build(sources)
    _LOADED[key] = (_stamps([source.path for source in sources]), loaded)
    return loaded


def list_sets() -> list[IndicatorSet]:
    """Every set of the library, by name: id, title, basis, evidence, since, until.

    Raises:
        SetError: a shipped set is faulty.
    """
    return [load_set(name) for name in set_names()]
