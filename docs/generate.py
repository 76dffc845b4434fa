"""Write what comes out of the program: codes.md, rules.md, commands.md, accuracy.md, the samples in README.md, the schema
of sets.

    python docs/generate.py            write them
    python docs/generate.py --check    exit 1 and show the difference when one is stale
"""

from __future__ import annotations

import contextlib
import difflib
import io
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import tomli
import typer

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # runs in a checkout as it is

from scorer.checks import CHECKS
from scorer.cli.app import run
from scorer.cli.options import app
from scorer.cli.usage import help_text
from scorer.explanation import FAMILIES, INTERNAL, LEVELS, MODIFIERS, of_check, of_modifier, of_rule
from scorer.rules import RULES
from scorer.sets import json_schema

FOLDER = Path(__file__).resolve().parent
SAMPLE_LINES = 9
NOTICE = "<!-- 本页由 python docs/generate.py 生成；要改文字，请改程序中的说明。 -->\n"


def codes() -> str:
    """Every check, by family."""
    parts = [
        NOTICE,
        "# 检查代码\n",
        "级别：必改 error，数字不能成立；说明 warning，复核人会问；提示 note，供参考。每项检查都计三种结果：相符、有出入、"
        "无法判定。代码不会改作他用。\n",
    ]
    for family, title in FAMILIES.items():
        checks = [CHECKS[code] for code in sorted(CHECKS) if code.startswith(family)]
        if not checks:
            continue
        rows = [f"| [{check.code}](#{_anchor(check.code, check.title)}) | {check.title} | {check.name} | "
                f"{LEVELS[check.level]} |" for check in checks]
        parts.append("\n".join([f"## {family} · {title}\n", "| 代码 | 标题 | 名称 | 级别 |", "|---|---|---|---|", *rows, ""]))
        parts += [of_check(check).page() for check in checks]
    parts += [f"## Z · {FAMILIES['Z']}\n", INTERNAL.page()]
    return "\n".join(parts)


def rules() -> str:
    """Every scoring rule with its parameters."""
    parts = [
        NOTICE,
        "# 计分规则\n",
        "规则写在指标体系的 TOML 中，如 `rule = { kind = \"proportion\" }`。文件中的数字（分值、档次、门槛）是数据，"
        "写在指标体系里；这里只有算法。\n",
    ]
    for kind, rule in RULES.items():
        parts.append(of_rule(kind).page())
        rows = [
            f"| `{field.alias or name}` | {_cell(field.description)} | {_default(field)} |"
            for name, field in rule.model_fields.items()
            if name != "kind" and field.description
        ]
        parts.append("\n".join(["| 参数 | 含义 | 缺省 |", "|---|---|---|", *rows, ""]))
    parts.append("## 规则之外\n")
    parts += [of_modifier(name).page() for name in MODIFIERS]
    return "\n".join(parts)


def commands() -> str:
    """The help of every command, as the command line prints it."""
    parts = [NOTICE, "# 命令\n"]
    for command, context in walk(typer.main.get_command(app), None, "scorer"):
        parts.append(f"## {context.command_path}\n\n```text\n{help_text(command, context)}```\n")
    return "\n".join(parts)


def walk(command: Any, parent: Any, name: str) -> Iterator[tuple[Any, Any]]:
    context = command.context_class(command, info_name=name, parent=parent)
    yield command, context
    for below, entry in getattr(command, "commands", {}).items():
        yield from walk(entry, context, below)


def _anchor(code: str, title: str) -> str:
    """The anchor that GitHub and Gitee make of a heading."""
    return "".join(letter for letter in f"{code} {title}".lower().replace(" ", "-") if letter.isalnum() or letter == "-")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _default(field: Any) -> str:
    value = field.get_default(call_default_factory=True)
    if field.is_required():
        return "必填"
    return "—" if value is None or value == () else f"`{value}`"


MEASURED = (  # a column of accuracy.md, and where it stands in the last line of a measuring tool
    ("说得对的", r"precision ([\d.]+%)"),
    ("误报", r"false(?: alarms)? ([\d.]+)/(?:text|doc|form)"),
    ("稿中原有的错找到", r"own recall ([\d.]+%)"),
    ("埋下的错找到", r"(?:planted recall|^reports recall|^recall) ([\d.]+%)"),
    ("成立的关系说出相符", r"checked ([\d.]+%)"),
)


def accuracy() -> str:
    """What is found and what is said falsely, as last measured; its data are accuracy.toml."""
    measured = tomli.loads((FOLDER / "accuracy.toml").read_text(encoding="utf-8"))
    heads = [head for head, _ in MEASURED]
    parts = [
        NOTICE.replace("请改程序中的说明", "请改 docs/accuracy.toml"),
        "# 准确程度\n",
        f"测量日期 {measured['date']}，没有测过的不写（—）。“误报”是必改和说明两级里说得不对的，按每篇（份）计；提示不计。\n",
        _table(["材料", *heads], [[item["name"], *_figures(item["said"])] for item in measured["material"]]),
        "新写的文稿，每轮 25 篇，先标注后运行；以下是**第一次**运行的数：\n",
        _table(["轮", *heads], [[item["name"], *_figures(item["said"])] for item in measured["round"]]),
        "怎样读：说出来的多半是对的，没有说的不等于没有错。拿不准的一律“无法判定”，计数里有原因。没有人看过的文稿上，"
        "说出来的很少，对错各有，比率摆动大。先前的读法在同一批公开文稿上说得对的只有三成。\n",
        "命令（测量程序与材料不在本仓库中）和它们印出的末行：\n",
        "\n".join(f"- `{item['command']}`\n  `{item['said']}`" for item in measured["material"]) + "\n",
    ]
    return "\n".join(parts)


def _table(heads: list[str], rows: list[list[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _figures(said: str) -> list[str]:
    return [match[1] if (match := re.search(pattern, said)) else "—" for _, pattern in MEASURED]


def _accuracy_lines() -> str:
    """The three lines of README.md: forms, prose that nobody looked at, where the rest stands."""
    measured = tomli.loads((FOLDER / "accuracy.toml").read_text(encoding="utf-8"))
    forms = _figures(measured["material"][0]["said"])
    unseen = _figures(next(item for item in measured["material"] if item.get("unseen"))["said"])
    return (
        f"- 表：三十种版式的 120 份自评表，埋下的错找到 {forms[3]}，误报每份 {forms[1]} 处。\n"
        f"- 正文：没有人看过的公开文稿上，说出来的 {unseen[0]} 是对的，误报每篇 {unseen[1]} 处；改动一个数字的找到 {unseen[3]}。"
        "拿不准的都记“无法判定”。\n"
        f"- 数字（{measured['date']}）、各轮新文稿第一次运行的结果、命令和怎样读，见[准确程度](docs/accuracy.md)。\n"
    )


def readme() -> str:
    """README.md with its samples as the program prints them today, long blocks cut."""
    text = (FOLDER.parent / "README.md").read_text(encoding="utf-8")
    text = re.sub(r"(## 准确程度\n\n).*?(\n## )", lambda match: match[1] + _accuracy_lines() + match[2], text, flags=re.DOTALL)
    filled, count = re.subn(r"(<!-- sample(?: of (\d+) lines)?: (.*?) -->\n```text\n).*?(```)", _sample, text, flags=re.DOTALL)
    if not count:
        raise SystemExit("README.md has no <!-- sample: … -->")
    return filled


def _sample(match: re.Match[str]) -> str:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.chdir(FOLDER.parent):
        run(match[3].split())
    most = int(match[2] or SAMPLE_LINES)
    blocks = [block.splitlines() for block in printed.getvalue().strip().split("\n\n")]
    shown = [block[:most] + (["……"] if len(block) > most else []) for block in blocks]
    sample = "\n\n".join("\n".join(block) for block in shown)
    return f"{match[1]}{sample}\n{match[4]}"


def schema() -> str:
    """What editors know of the files of indicator sets."""
    return json.dumps(json_schema(), ensure_ascii=False, indent=1)


PAGES = {
    "codes.md": codes,
    "rules.md": rules,
    "commands.md": commands,
    "accuracy.md": accuracy,
    "../README.md": readme,
    "../indicator_sets/indicator_set.schema.json": schema,
}


def main(arguments: list[str]) -> int:
    stale = 0
    for name, page in PAGES.items():
        path = FOLDER / name
        wanted = page()
        written = path.read_text(encoding="utf-8") if path.exists() else ""
        if written == wanted:
            continue
        if "--check" not in arguments:
            path.write_text(wanted, encoding="utf-8", newline="\n")
            continue
        stale += 1
        difference = difflib.unified_diff(written.splitlines(True), wanted.splitlines(True), name, f"{name} (generated)")
        sys.stdout.writelines(list(difference)[:60])
    if stale:
        print(f"{stale} stale page(s): run python docs/generate.py and commit")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
