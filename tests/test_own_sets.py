"""A folder of one's own indicator sets: named, by environment or by user; listed, loaded and recognised with the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from scorer.cli.app import run
from scorer.model import ScorerError
from scorer.sets import list_sets, load_set, own

OWN = """
id = "{id}"
title = "某县乡镇评价"
basis = "虚构"
evidence = "unconfirmed"
rule = {{ kind = "proportion" }}

[[indicator]]
code = "1"
name = "产出"
weight = {weight}
open = true

[[indicator]]
code = "2"
name = "效果"
weight = 40
open = true
"""


@pytest.fixture(autouse=True)
def nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(own.VARIABLE, raising=False)
    monkeypatch.setattr(own, "user_folder", lambda: tmp_path / "用户")


def write(path: Path, id: str, weight: int = 60) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(OWN.format(id=id, weight=weight), encoding="utf-8")
    return path


def test_own_sets_are_found_by_name_and_by_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "体系" / "某县" / "乡镇.toml", "某县/乡镇-2024")
    write(tmp_path / "用户" / "自用.toml", "自用")
    assert load_set("自用").id == "自用"
    with pytest.raises(ScorerError):
        load_set("某县/乡镇-2024")
    monkeypatch.setenv(own.VARIABLE, str(tmp_path / "体系"))
    assert load_set("某县/乡镇").id == load_set("某县/乡镇-2024").id == "某县/乡镇-2024"
    assert {"自用", "某县/乡镇-2024", "mof/project-2020"} <= {one.id for one in list_sets()}


def test_the_list_names_own_sets_and_those_that_cannot_be_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "体系"
    write(folder / "乡镇.toml", "乡镇")
    write(folder / "坏的.toml", "坏的", weight=70)
    write(folder / "同名.toml", "mof/project-2020")
    assert run(["sets", "list", "--sets-dir", str(folder)]) == 0
    printed = capsys.readouterr().out
    own_part = printed.split("自己的指标体系")[1]
    assert "某县乡镇评价" in own_part
    assert "坏的.toml：有 1 处错误" in "".join(own_part.split()).replace("有1处", "有 1 处")
    assert "同名（mof/project-2020）" in "".join(own_part.split())
    assert own.own_folders() == []  # the option holds for its run


def test_a_folder_that_is_none_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sets", "list", "--sets-dir", str(tmp_path / "没有")]) == 2
    assert "没有文件夹" in capsys.readouterr().err


def test_an_own_set_scores(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "体系" / "乡镇.toml", "乡镇")
    form = tmp_path / "表.toml"
    form.write_text(
        'unit = "某乡"\n[[answer]]\npath = ["产出", "修路"]\ntarget = "≥10公里"\nactual = "5公里"\nweight = 60\nclaimed = 60\n', "utf-8"
    )
    run(["score", str(form), "--set", "乡镇", "--sets-dir", str(tmp_path / "体系")])
    assert "指标体系：乡镇（版本 1）：由 --set 指定" in capsys.readouterr().out
