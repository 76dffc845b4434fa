"""TOML as people type it: full-width signs are named, and every fault of the file is said in one run."""

from __future__ import annotations

from pathlib import Path

import pytest

from scorer.forms import read_submission
from scorer.model import ScorerError
from scorer.sets import check_paths
from scorer.sets.toml_reading import in_half_width, read_toml

TYPED = """\
＃ 说明
id ＝ “某县/乡镇”
title = “乡镇评价“
basis = "虚构，有逗号＝号“引号”"
evidence = "unconfirmed"
rule = { kind = "proportion"， overshoot2 = 1 }
full = １００

[[indicator]]
code = "1"
name = "产出"
weight = 70
open = true

【[indicator]]
code = "2"
name = "效果"
weight = 40
"""


def test_full_width_signs_are_named_and_the_other_faults_found_in_the_same_run(tmp_path: Path) -> None:
    path = tmp_path / "体系.toml"
    path.write_text(TYPED, encoding="utf-8")
    faults = check_paths([str(path)])
    assert [fault.line for fault in faults] == [1, 2, 3, 6, 6, 7, 7, 15]
    assert faults[1].message == "用了全角的 ＝ “ ”，应写半角的 = \"；请切换到英文输入法改写"
    assert "overshoot" in faults[4].message
    assert "不等于满分 100" in faults[6].message


def test_what_is_mended_is_what_was_meant() -> None:
    mended, faults = in_half_width("体系.toml", TYPED)
    values, _ = read_toml("体系.toml", mended)
    assert values is not None
    assert values["basis"] == "虚构，有逗号＝号“引号”"
    assert (values["id"], values["title"], values["full"]) == ("某县/乡镇", "乡镇评价", 100)
    assert len(faults) == 6


@pytest.mark.parametrize("text", ['a = "“，＃”"\n', "a = '＝'\n", 'a = """\n“＝”\n＃\n"""\nb = 1 # ，＃“\n', "a = 1\r\n"])
def test_texts_and_comments_stay_as_they_are(text: str) -> None:
    assert in_half_width("甲.toml", text) == (text, [])


def test_every_line_that_is_no_toml_is_told() -> None:
    values, faults = read_toml("甲.toml", 'id = "a"\ntitle = 甲\nbasis = "x\nfull = 100\nevidence = unconfirmed\n')
    assert values is None
    assert [fault.line for fault in faults] == [2, 3, 5]


def test_a_form_in_toml_is_read_in_the_same_way(tmp_path: Path) -> None:
    path = tmp_path / "表.toml"
    path.write_text("unit ＝ “某县水利局”\nprojekt = \"灌区\"\n", encoding="utf-8")
    with pytest.raises(ScorerError, match=r"(?s):1: 用了全角的 ＝ “ ”.*:2: projekt: 未知的键"):
        read_submission(str(path))


def test_bands_that_cross_are_said(tmp_path: Path) -> None:
    path = tmp_path / "体系.toml"
    bands = "{ points = 0 }, { from = 60, points = 5 }, { from = 80, points = 3 }, { from = 90, points = 10 }"
    path.write_text(
        'id = "甲"\ntitle = "甲"\nbasis = "虚构"\nevidence = "unconfirmed"\n[[indicator]]\ncode = "1"\nname = "产出"\nweight = 100\n'
        f'rule = {{ kind = "bands", bands = [{bands}] }}\n',
        encoding="utf-8",
    )
    (fault,) = check_paths([str(path)])
    assert "1 产出 的各档交叉：从低到高得 0、5、3、10" in fault.message
