"""From an indicator table to the text of a set file, with a list of every cell that was not understood."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from scorer.forms import read_document
from scorer.forms.tabled.rule_cells import NotUnderstoodError, quoted_texts, rule_of_cell, split
from scorer.forms.tabled.settings import HEAD, evidence_of, read_settings, yes_or_no
from scorer.forms.tabled.skeleton import Node, Outline, Unread, outline
from scorer.forms.tabled.toml_text import assignment
from scorer.model import EMPTY, Cell, Document, ScorerError, Table
from scorer.naming import fold
from scorer.rules import Execution, Manual, Proportion, Rule
from scorer.rules.standards import read_standard
from scorer.sets import SetError, load_set
from scorer.sets.lines import line_map
from scorer.sets.schema import check_code

LONGEST_REASON = 200
EXECUTION = "预算执行率"
ORDER = ("id", "title", "version", "basis", "evidence", "since", "until", "note", "full", "points", "over_achieved")
TABLES = ("thresholds", "recognition", "form")


@dataclass(frozen=True, slots=True)
class Drafted:
    """The text of a set file, how many indicators it holds, what was not understood, and why it cannot be used yet."""

    text: str
    indicators: int
    unread: tuple[Unread, ...]
    faults: tuple[Unread, ...]


@dataclass(slots=True)
class _Block:
    """One [[indicator]]: its node, code, keys and the remark above it."""

    node: Node
    code: str
    keys: dict[str, Any]
    remark: str = ""


def set_from(path: str | PathLike[str], name: str, sheet: str | None = None) -> Drafted:
    """The set file that an indicator table makes. `name` is the identity that a set gets whose table states none.

    Raises:
        ReadError: the file cannot be read.
        ScorerError: it holds no indicator table, or no sheet of that name.
    """
    document = read_document(path)
    unread: list[Unread] = []
    tables = list(_chosen(document, sheet, unread))
    read = outline(tables)
    if read is None or not read.roots:
        raise ScorerError(
            f"{fspath(path)}：没有找到指标体系表。需要一张表，表头有“一级指标”“二级指标”等列，以及“分值”或“评分标准”。"
        )
    settings = {id(table): _settings(table) for table in tables}
    rows = [row for table in tables for row in settings[id(table)]]
    top = read_settings(rows, unread)
    read.unread = unread + [item for item in read.unread if not _of_settings(item, rows)]
    return _drafted(read, top, document, Path(fspath(path)), name)


def _of_settings(item: Unread, rows: list[tuple[Cell, Cell]]) -> bool:
    return any(item.place == cell.source.place for row in rows for cell in row)


def _chosen(document: Document, sheet: str | None, unread: list[Unread]) -> Iterator[Table]:
    names = list(dict.fromkeys(table.name for table in document.tables))
    if sheet is not None and sheet not in names:
        raise ScorerError(f"{document.path}：没有“{sheet}”这张表；有 {'、'.join(names)}。")
    for table in document.tables:
        if table.hidden and sheet is None:
            unread.append(Unread(table.name, "", "隐藏的工作表，没有读取；要读请用 --sheet 指定"))
        elif sheet is None or table.name == sheet or _settings(table):
            yield table


def _settings(table: Table) -> list[tuple[Cell, Cell]]:
    """The rows of a table 项目 | 内容, [] for any other."""
    grid = table.grid()
    if table.columns != len(HEAD) or not grid or tuple(fold(cell.text) for cell in grid[0]) != HEAD:
        return []
    return [(row[0], row[1]) for row in grid[1:] if row[0] and row[1]]


def _drafted(read: Outline, top: dict[str, Any], document: Document, path: Path, name: str) -> Drafted:
    unread = read.unread
    title = read.title or next((one.text for one in document.paragraphs if one.text.strip() and len(one.text) < 60), path.stem)
    blank = not top
    top = {
        "id": name,
        "title": fold(title) or path.stem,
        "basis": f"见 {path.name}，文号待填",
        "evidence": "unconfirmed",
        **top,
    }
    nodes = list(read.nodes())
    execution = _execution(read, nodes, top, unread)
    blocks = [block for block in _blocks(nodes, top, unread) if block.node is not execution]
    _full(read, top)
    if "rule" not in top:
        silent = [block for block in blocks if not block.node.children and not _ruled(block.node)]
        if silent and top.get("points", True):
            names = "、".join(block.node.name for block in silent[:8]) + ("等" if len(silent) > 8 else "")
            why = f"{len(silent)} 项没有评分标准，按“完成比例”写入（全表的 rule），请核对：{names}"
            unread.append(Unread(silent[0].node.cell.source.place, "", why))
        top["rule"] = Proportion()
    if blank and top.get("points", True):
        unread.append(Unread("", "", "表中没有等级，没有写 [[grade]]；不写则不评等级"))
    text, starts = _text(top, blocks, path.name)
    return Drafted(text, len(blocks), tuple(unread), tuple(_faults(text, starts, blocks, read)))


def _ruled(node: Node) -> bool:
    place: Node | None = node
    while place is not None:
        if "standard" in place.fields:
            return True
        place = place.parent
    return False


def _execution(read: Outline, nodes: list[Node], top: dict[str, Any], unread: list[Unread]) -> Node | None:
    """The row of the budget execution rate on the first level goes to the set's own [execution]."""
    node = next((node for node in read.roots if fold(node.name) == EXECUTION and not node.children), None)
    if node is None:
        return None
    cell = node.first("standard")
    rule: Rule | None = Execution()
    if cell:
        rule = _rule(cell, node, unread, lambda words: rule_of_cell(words) or _execution_standard(words, node.weight))
    block = {"weight": node.weight or Decimal(0), "rule": rule or Manual(reason=_reason(cell))}
    top["execution"] = {**block, **top.get("execution", {})}
    nodes.remove(node)
    return node


def _execution_standard(words: str, weight: Decimal | None) -> Rule | None:
    rule = read_standard(words, weight).rule
    return Execution() if isinstance(rule, Proportion) else rule


def _rule(cell: Cell, node: Node, unread: list[Unread], read: Callable[[str], Rule | None]) -> Rule | None:
    """The rule of a cell; None where it says none, which is then listed."""
    try:
        found = read(cell.text)
    except NotUnderstoodError as error:
        unread.append(Unread.of(cell, f"“{node.name}”的评分标准：{error}；按人工评分写入"))
        return None
    if found is None:
        why = read_standard(cell.text, None if node.children else node.weight).why
        unread.append(Unread.of(cell, f"“{node.name}”的评分标准没有读懂（{why}），按人工评分写入"))
    return found


def _reason(cell: Cell) -> str:
    words = " ".join(cell.text.split())
    return "按表列标准由人评分：" + (words if len(words) <= LONGEST_REASON else words[:LONGEST_REASON] + "…")


def _blocks(nodes: list[Node], top: dict[str, Any], unread: list[Unread]) -> list[_Block]:
    codes = _codes(nodes, unread)
    deepest = max((node.depth for node in nodes), default=1)
    return [_block(node, codes[id(node)], deepest, top, unread) for node in nodes]


def _codes(nodes: list[Node], unread: list[Unread]) -> dict[int, str]:
    """The codes as the table writes them where they are sound and fit the tree, else numbers in the order of the rows."""
    written = {id(node): fold(node.first("code").text) for node in nodes}
    if any(written.values()):
        wrong = next((node for node in nodes if not _fits(node, written)), None)
        if wrong is None and len(set(written.values())) == len(nodes):
            return written
        cell = (wrong or nodes[0]).first("code") or (wrong or nodes[0]).cell
        unread.append(Unread.of(cell, "编号与各级的上下关系不一致（应如 1、1.1、1.1.1）或有重复，各级重新编号"))
    numbered: dict[int, str] = {}
    for node in nodes:
        siblings = node.parent.children if node.parent else [one for one in nodes if one.parent is None]
        own = str(next(at for at, one in enumerate(siblings, 1) if one is node))
        numbered[id(node)] = f"{numbered[id(node.parent)]}.{own}" if node.parent else own
    return numbered


def _fits(node: Node, codes: dict[int, str]) -> bool:
    code = codes[id(node)]
    try:
        check_code(code)
    except ValueError:
        return False
    above = codes.get(id(node.parent), "") if node.parent else ""
    return code.rpartition(".")[0] == above


def _block(node: Node, code: str, deepest: int, top: dict[str, Any], unread: list[Unread]) -> _Block:
    keys: dict[str, Any] = {}
    remark = ""
    if cell := node.first("aliases"):
        keys["aliases"] = _aliases(cell.text)
    if node.weight is not None:
        keys["weight"] = node.weight
    if cell := node.first("standard"):
        weight = None if node.children else node.weight
        found = _rule(cell, node, unread, lambda words: rule_of_cell(words) or read_standard(words, weight).rule)
        keys["rule"] = found or Manual(reason=_reason(cell))
        if found is None:
            remark = f"{cell.source.place} 的评分标准没有读懂，请改写 rule"
        elif not _named(cell.text):
            keys["note"] = f"评分标准：{cell.text.strip()}"
    if (cell := node.first("text_standard")) and (rule := _rule(cell, node, unread, rule_of_cell)):
        keys["text_rule"] = rule
    for name in ("open", "optional", "group"):
        if cell := node.first(name):
            try:
                keys[name] = yes_or_no(cell.text.strip())
            except NotUnderstoodError as error:
                unread.append(Unread.of(cell, str(error)))
    if not node.children and "open" not in keys and (node.placeholder or (node.depth < deepest and "rule" not in keys)):
        keys["open"] = True
        if not node.placeholder:
            unread.append(Unread.of(node.cell, "下级是空的，按“由单位自定”写入（open = true），请核对"))
    if cell := node.first("basis"):
        keys["basis"] = " ".join(cell.text.split())
    if cell := node.first("evidence"):
        try:
            keys["evidence"] = evidence_of(cell.text.strip())
        except NotUnderstoodError as error:
            unread.append(Unread.of(cell, str(error)))
    if notes := [one.text.strip() for one in node.fields.get("note", ())]:
        keys["note"] = "；".join([*notes, *([keys["note"]] if "note" in keys else [])])
    for name, cells in node.fields.items():
        for cell in cells[1:] if name != "note" else ():
            unread.append(Unread.of(cell, f"“{node.name}”的这一栏有两格，只采用第一格"))
    return _Block(node, code, keys, remark)


def _named(words: str) -> bool:
    try:
        return rule_of_cell(words) is not None
    except NotUnderstoodError:
        return True


def _aliases(words: str) -> tuple[str, ...]:
    try:
        return quoted_texts(words)
    except NotUnderstoodError:
        return tuple(split(words, "、，,；;\n"))


def _full(read: Outline, top: dict[str, Any]) -> None:
    """The full score: stated beside the tree, in the row of totals, else what the first level adds up to."""
    weights = [_worth(root) for root in read.roots]
    if "full" in top or not top.get("points", True):
        return
    known = [weight for weight in weights if weight is not None]
    if read.total is not None:
        top["full"] = read.total
    elif len(known) == len(weights):
        top["full"] = sum(known, Decimal(0))
        if top["full"] != 100:
            read.unread.append(Unread("", "", f"各一级指标的分值合计 {top['full']}，不是 100；满分按 {top['full']} 写入，请核对"))


def _worth(node: Node) -> Decimal | None:
    """Its weight, else what its lower levels add up to; None where one of them states none."""
    if node.weight is not None or not node.children:
        return node.weight
    below = [_worth(child) for child in node.children]
    known = [weight for weight in below if weight is not None]
    return sum(known, Decimal(0)) if len(known) == len(below) else None


def _text(top: dict[str, Any], blocks: list[_Block], source: str) -> tuple[str, list[int]]:
    """The file's text, and the line on which each indicator's block begins."""
    lines = [f"# 由 {' '.join(source.split())} 转换而来；改动后用 scorer sets check 检查"]
    for name in (*ORDER, "rule", "text_rule", "execution_cap"):
        if name in top:
            lines += assignment(name, top[name])
    for name in ("execution", *TABLES):
        if name in top:
            lines += ["", f"[{name}]"]
            for key, value in top[name].items():
                lines += assignment(key, value)
    for grade in top.get("grade", ()):
        lines += ["", "[[grade]]"]
        for key, value in grade.items():
            lines += assignment(key, value)
    starts = []
    for block in blocks:
        lines.append("")
        if block.remark:
            lines.append(f"# {block.remark}")
        starts.append(len(lines) + 1)
        lines += ["[[indicator]]", *assignment("code", block.code), *assignment("name", block.node.name)]
        for key, value in block.keys.items():
            lines += assignment(key, value)
    return "\n".join(lines) + "\n", starts


def _faults(text: str, starts: list[int], blocks: list[_Block], read: Outline) -> Iterator[Unread]:
    """Why the set cannot be used as it stands, each fault at the cell that it came from."""
    with tempfile.TemporaryDirectory(prefix="scorer-") as folder:
        path = Path(folder) / "set.toml"
        path.write_text(text, "utf-8")
        try:
            load_set(path)
        except SetError as error:
            faults = error.faults
        else:
            return
    full = line_map(text).get(("full",), 0)
    for fault in faults:
        at = next((at for at in range(len(starts) - 1, -1, -1) if starts[at] <= fault.line), -1)
        cell = blocks[at].node.cell if at >= 0 else read.total_cell if fault.line == full else EMPTY
        yield Unread(cell.source.place, cell.text, fault.message)
