"""The example of docs/adding.md, taken from the page as it is read there: checked, scored, compared."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scorer import evaluate, load_set, read_submission
from scorer.cli.app import run
from scorer.sets import check_paths, diff_sets

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "adding.md").read_text("utf-8")
BLOCKS = dict(re.findall(r"```toml\n# 文件：(\S+)\n(.*?)```", PAGE, re.DOTALL))
SHOWN = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)
LINES = [line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]
COMMANDS = [line.split()[1:] for line in LINES if line.startswith("scorer ")]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The files of the page as a reader saves them, its comment line included."""
    for name, text in BLOCKS.items():
        (tmp_path / name).write_text(f"# 文件：{name}\n{text}", "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_page_has_a_set_and_a_form() -> None:
    assert sorted(BLOCKS) == ["form.toml", "moushi.toml"]
    assert len(SHOWN) == 1


@pytest.mark.usefixtures("folder")
def test_the_set_has_no_fault_and_differs_as_printed() -> None:
    assert check_paths(["moushi.toml"]) == []
    said = diff_sets(load_set("mof/project-2020"), load_set("./moushi.toml"))
    assert "“产出指标”的分值：50 分 → 45 分" in said
    assert "“满意度指标”的分值：10 分 → 15 分" in said


@pytest.mark.usefixtures("folder")
def test_the_form_scores_as_worked_out_on_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    report = evaluate(read_submission("form.toml"), load_set("./moushi.toml"))
    assert [f"{line.points}" for line in report.leaves()] == ["9.50", "22.50", "16.00", "16.00", "15.00"]
    assert (str(report.total), report.grade) == ("79.00", "中")
    run(["score", "form.toml", "--set", "moushi.toml"])
    assert SHOWN[0].strip() in capsys.readouterr().out


@pytest.mark.usefixtures("folder")
def test_a_mistake_is_told_as_the_page_says(capsys: pytest.CaptureFixture[str]) -> None:
    said = re.search(r"`(moushi\.toml:\d+: .*?？)`", PAGE)
    assert said is not None
    text = Path("moushi.toml").read_text("utf-8")
    Path("moushi.toml").write_text(text.replace("weight = 45", "wieght = 45"), "utf-8")
    assert run(["sets", "check", "moushi.toml"]) == 2
    assert said[1] in capsys.readouterr().out.splitlines()


@pytest.mark.usefixtures("folder")
def test_every_command_of_the_page_runs(capsys: pytest.CaptureFixture[str]) -> None:
    assert len(COMMANDS) == 4
    for command in COMMANDS:
        assert run(command) in (0, 1), capsys.readouterr().err
    assert "79.00（中）" in capsys.readouterr().out
