"""The pages made of the program's own words are what the program says today: titles, messages, explanations, parameters."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("page", "file"),
    [
        ("codes", "docs/codes.md"),
        ("rules", "docs/rules.md"),
        ("commands", "docs/commands.md"),
        ("accuracy", "docs/accuracy.md"),
        ("schema", "indicator_sets/indicator_set.schema.json"),
    ],
)
def test_a_generated_page_is_what_the_program_says(generate: ModuleType, page: str, file: str) -> None:
    assert (ROOT / file).read_text("utf-8") == getattr(generate, page)()
