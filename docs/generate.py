"""Write what comes out of the program: codes.md, rules.md, commands.md, the samples in README.md, the schema of sets.

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


def readme() -> str:
    """README.md with its samples as the program prints them today, long blocks cut."""
    text = (FOLDER.parent / "README.md").read_text(encoding="utf-8")
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
