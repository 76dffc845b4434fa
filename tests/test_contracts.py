"""What holds for every check, rule, writer and command, whoever adds the next one."""

import re
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import tomli
from pydantic import TypeAdapter

import scorer
from scorer.checks import CHECKS
from scorer.checks.registry import SECTIONS as CHECK_SECTIONS
from scorer.cli.app import root_command
from scorer.explanation import FAMILIES, INTERNAL, MODIFIERS, explain
from scorer.report import WRITERS
from scorer.rules import RULES, AnyRule, ExecutionCap
from scorer.rules.rule import SECTIONS as RULE_SECTIONS

ROOT = Path(__file__).parent.parent
CASES = Path(__file__).parent / "cases"
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def outcomes(code: str) -> set[str]:
    path = CASES / "checks" / f"{code}.toml"
    return set(tomli.loads(path.read_text("utf-8"))) if path.exists() else set()


# -------------------------------------------------------------------------------------------------------------- checks


def test_codes_are_of_a_family_and_names_are_unique() -> None:
    assert CHECKS
    assert [code for code in CHECKS if not re.fullmatch(rf"[{''.join(FAMILIES)}][0-9]{{3}}", code)] == []
    assert [name for name, times in Counter(check.name for check in CHECKS.values()).items() if times > 1] == []


@pytest.mark.parametrize("code", CHECKS)
def test_check_states_the_fault_in_its_name_and_in_chinese(code: str) -> None:
    check = CHECKS[code]
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", check.name)
    assert CHINESE.search(check.message)
    assert CHINESE.search(check.title), f"{code}: the docstring has no line 标题：…"
    assert check.sections["summary"], f"{code}: the docstring has no first line for developers"


@pytest.mark.parametrize("section", CHECK_SECTIONS)
@pytest.mark.parametrize("code", CHECKS)
def test_check_is_documented(code: str, section: str) -> None:
    words = CHECKS[code].sections.get(section, "")
    told = words.strip() if section == "例" else CHINESE.search(words)  # an example may be all figures
    assert told, f"{code}: the docstring has no {section}：…"


@pytest.mark.parametrize("code", CHECKS)
def test_check_has_cases_of_all_three_outcomes(code: str) -> None:
    """A check that says it is never undecided needs no case of that."""
    always_tells = CHECKS[code].sections["何时无法判定"].startswith("不会无法判定")
    needed = {"sound", "faulty"} if always_tells else {"sound", "faulty", "undecided"}
    assert needed <= outcomes(code), f"tests/cases/checks/{code}.toml"


def test_no_cases_without_a_check() -> None:
    assert {path.stem for path in (CASES / "checks").glob("*.toml")} - set(CHECKS) == set()


# --------------------------------------------------------------------------------------------------------------- rules


@pytest.mark.parametrize("kind", RULES)
def test_rule_is_documented(kind: str) -> None:
    rule = RULES[kind]
    sections = rule.sections()
    assert CHINESE.search(rule.title)
    assert [name for name in RULE_SECTIONS if not sections[name]] == []
    undescribed = [name for name, field in rule.model_fields.items() if name != "kind" and not field.description]
    assert undescribed == []


@pytest.mark.parametrize("kind", RULES)
def test_rule_has_cases(kind: str) -> None:
    cases = tomli.loads((CASES / "rules" / f"{kind}.toml").read_text("utf-8"))
    assert cases["case"]


def test_no_cases_without_a_rule() -> None:
    assert {path.stem for path in (CASES / "rules").glob("*.toml")} - set(RULES) == set()


@pytest.mark.parametrize("word", [*CHECKS, INTERNAL.code, *RULES, *MODIFIERS])
def test_everything_can_be_explained(word: str) -> None:
    explanation = explain(word)
    assert explanation.code == word
    assert explanation.sections
    assert explain(explanation.title).code == word
    assert CHINESE.search(explanation.title)


@pytest.mark.parametrize("name", MODIFIERS)
def test_what_modifies_a_rule_is_described_in_full_and_written_as_sets_take_it(name: str) -> None:
    explanation = explain(name)
    assert [section for section, _ in explanation.sections] == list(RULE_SECTIONS)
    written = tomli.loads(dict(explanation.facts)["写法"], parse_float=Decimal)
    if "rule" in written:
        TypeAdapter(AnyRule).validate_python(written["rule"])
    else:
        ExecutionCap.model_validate(written["execution_cap"])


def test_codes_names_titles_and_rules_do_not_share_a_word() -> None:
    words = [*CHECKS, *(check.name for check in CHECKS.values()), *RULES, *MODIFIERS, INTERNAL.code]
    words += [*(check.title for check in CHECKS.values()), *(rule.title for rule in RULES.values()), INTERNAL.title]
    words += [title for title, _, _ in MODIFIERS.values()]
    assert len(words) == len(set(words))


# -------------------------------------------------------------------------------------------- writers, commands, names


def test_each_ending_belongs_to_one_writer() -> None:
    endings = Counter(suffix for writer in WRITERS.values() for suffix in writer.suffixes)
    assert [suffix for suffix, times in endings.items() if times > 1] == []
    assert all(CHINESE.search(writer.words) for writer in WRITERS.values())


def commands() -> dict[str, Any]:
    found: dict[str, Any] = {}

    def collect(command: Any, name: str) -> None:
        found[name] = command
        for below, entry in getattr(command, "commands", {}).items():
            collect(entry, f"{name} {below}")

    collect(root_command(), "scorer")
    return found


COMMANDS = commands()


@pytest.mark.parametrize("name", COMMANDS)
def test_command_and_its_options_have_chinese_help(name: str) -> None:
    command = COMMANDS[name]
    assert CHINESE.search(command.help or "")
    assert [parameter.name for parameter in command.params if not CHINESE.search(parameter.help or "")] == []


@pytest.mark.parametrize("page", ["README.md", "README.en.md", "docs/adding.md"])
def test_pages_name_only_commands_that_exist(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    named = set(re.findall(r"(?:`|^|/)scorer ([a-z]+)", text, re.MULTILINE))
    known = {name.split()[1] for name in COMMANDS if " " in name}
    assert named - known == set()
    assert named or page != "README.md"


@pytest.mark.parametrize("page", ["README.md", "README.en.md", "docs/adding.md", "docs/design.md"])
def test_pages_name_only_files_that_exist(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    links = re.findall(r"\]\(([\w./-]+)\)", text)
    folders = "scorer|tests|docs|examples|indicator_sets|batch|checks|cli|forms|numbers|prose|report|rules|scoring|sets"
    paths = re.findall(rf"`((?:{folders})/[\w./-]+|\w+\.py)`", text)
    missing = [link for link in links if not ((ROOT / page).parent / link).exists()]
    missing += [path for path in paths if not any((base / path).exists() for base in (ROOT, ROOT / "scorer", ROOT / "tests"))]
    made_by_the_reader = {"indicator_sets/moushi/project-2024.toml", "tests/cases/sets/worked/moushi-project-2024.toml"}
    assert [path for path in missing if path not in made_by_the_reader] == []


@pytest.mark.parametrize("name", scorer.__all__)
def test_public_name_can_be_imported(name: str) -> None:
    assert getattr(scorer, name).__doc__
