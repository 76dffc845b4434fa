"""From TOML to `IndicatorSet`: read, extend, check; every fault at once, with its line."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from scorer.rules import Proportion
from scorer.sets.faults import Fault, SetError
from scorer.sets.indicator import DEFAULT_TEXT_RULE, Indicator, IndicatorSet, words_rule
from scorer.sets.own import own_files
from scorer.sets.schema import ExecutionBlock
from scorer.sets.soundness import set_faults
from scorer.sets.sources import Block, SetSource, chain, locate, merge, parent_code, set_names

Stamp = tuple[str, int, int]


def build(path: Path) -> tuple[IndicatorSet, list[SetSource]]:
    """The set of a file, and the files it came from, the most general first.

    Raises:
        SetError: all faults at once, those of the file itself before those of what it extends.
    """
    faults: list[Fault] = []
    sources = chain(path, faults)
    if sources:
        values, blocks = merge(sources, faults)
        faults += set_faults(sources, values, blocks)
    if faults:
        order = {item.shown: position for position, item in enumerate(reversed(sources))}
        raise SetError(sorted(faults, key=lambda fault: (order.get(fault.file, len(order)), fault.line)))
    return _assemble(sources, values, blocks), sources


def _assemble(sources: list[SetSource], values: dict[str, Any], blocks: Mapping[str, Block]) -> IndicatorSet:
    if not values["points"]:  # what an inherited set says of points is not meant
        values = {**values, "execution": ExecutionBlock(), "execution_cap": None, "grades": ()}
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
            weight=own.get("weight") if values["points"] else None,
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
        **{name: values[name] for name in ("thresholds", "recognition", "form")},
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
        return f"{value.normalize():f}" if isinstance(value, Decimal) else value

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
        except OSError:  # a file of it is gone: the set is built anew, which says so
            pass
    loaded, sources = build(path)
    _LOADED[key] = (_stamps([source.path for source in sources]), loaded)
    return loaded


def load_named(name: str, beside: Path | None = None) -> IndicatorSet:
    """The set that a submission names: one by its name, or a file in the folder beside it; a stranger's path is not followed.

    Raises:
        SetError: there is none, or it is faulty.
    """
    return load_set(locate(name, beside, anywhere=False))


def list_sets() -> list[IndicatorSet]:
    """Every set of the library, by name, then one's own that are sound: id, title, basis, evidence, since, until.

    Raises:
        SetError: a shipped set is faulty.
    """
    return [*(load_set(name) for name in set_names()), *own_sets()[0]]


def own_sets() -> tuple[list[IndicatorSet], list[tuple[Path, str]]]:
    """One's own sets that can be used, and the files of those that cannot, each with why in Chinese."""
    sound: list[IndicatorSet] = []
    left_out = []
    taken = set(set_names())
    for path in own_files().values():
        try:
            loaded = load_set(path)
        except SetError as error:
            left_out.append((path, f"有 {len(error.faults)} 处错误，用 scorer sets check 查看"))
            continue
        if loaded.id in taken:
            left_out.append((path, f"与另一套同名（{loaded.id}），没有采用；请改 id"))
        else:
            taken.add(loaded.id)
            sound.append(loaded)
    return sound, left_out
