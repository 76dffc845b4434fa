"""Indicator sets: what is read, what is refused and where, what a form's words lead to; and the whole library."""

from __future__ import annotations

import json
import os
import random
import re
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import tomli
from hypothesis import given
from hypothesis import strategies as st

from scorer import read_submission
from scorer.model import Answer, Branch, Cell, Document, Funds, Paragraph, Source, Submission
from scorer.naming import bracketed_weight, normalize_name
from scorer.numbers.quantity import parse_quantity
from scorer.rules import AnyRule, Bands, Manual, PerPoint, PerStep, Proportion, Step, score
from scorer.rules.answers import Answers, Entry
from scorer.sets import (
    IndicatorSet,
    SetError,
    check_paths,
    describe_set,
    diff_sets,
    find_set,
    form_set,
    json_schema,
    list_sets,
    load_set,
    set_names,
)
from scorer.sets.lines import line_map
from scorer.sets.sources import code_key, library, parent_code

CASES = Path(__file__).parent / "cases" / "sets"
FAULTY = sorted((CASES / "faulty").glob("*.toml"))
HEAD = 'id = "invented/a-2020"\ntitle = "某县自评表"\nbasis = "某县通知"\nevidence = "unconfirmed"\nrule = { kind = "proportion" }\n'


def cases(name: str) -> list[Any]:
    table = tomli.loads((CASES / name).read_text("utf-8"))
    return [pytest.param(case, id=case["why"]) for case in table["case"]]


def written(tmp_path: Path, text: str, name: str = "set.toml") -> Path:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return path


# -------------------------------------------------------------------------------------------------------------- faults


@pytest.mark.parametrize("path", FAULTY, ids=lambda path: path.stem)
def test_every_fault_is_told_at_once_with_its_line(path: Path) -> None:
    """The first lines of a faulty set, #! line: message, are all that is said of it, in that order."""
    expected = [line[3:] for line in path.read_text("utf-8").splitlines() if line.startswith("#! ")]
    with pytest.raises(SetError) as error:
        load_set(path)
    told = []
    for fault in error.value.faults:
        name = Path(fault.file).name
        told.append(f"{'' if name == path.name else name + ':'}{fault.line}: {fault.message}")
    assert told == expected
    assert str(error.value).splitlines()[0].startswith(f"{error.value.faults[0].file}:{error.value.faults[0].line}: ")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", r":1: 文件是空的"),
        (b" \n\n", r":1: 文件是空的"),
        (HEAD.encode("gb18030"), r":2: 不是 UTF-8 编码.*另存为"),
        (b'id = "x"\ntitle = "\xfcber"\n', r":2: 不是 UTF-8"),
        (b"PK\x03\x04" + bytes(200), r":1: 语法错误"),
        (b"x = " + b"9" * 10_000, r":1: .*数字过长"),
    ],
)
def test_bytes_that_are_no_set(tmp_path: Path, data: bytes, message: str) -> None:
    path = tmp_path / "set.toml"
    path.write_bytes(data)
    with pytest.raises(SetError, match=message):
        load_set(path)


def test_a_byte_order_mark_and_windows_line_ends_are_accepted(tmp_path: Path) -> None:
    text = "\ufeff" + HEAD + '\n[[indicator]]\ncode = "1"\nname = "产出指标"\nweight = 100\n'
    path = written(tmp_path, text.replace("\n", "\r\n"))
    assert load_set(path).indicators["1"].line == text.split("\n").index('code = "1"') + 1


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("mof/project-200", "没有这个指标体系.*是否想写 mof/project-2020"),
        ("某省/project-2020", "没有这个指标体系.*scorer sets list"),
        ("", "名称是空的"),
        ("mof/../mof/nothing", "没有这个指标体系"),
        ("a\x00b", "a[?]b: 没有这个指标体系"),
        ("x" * 5000, "没有这个指标体系"),
        (str(CASES), "这是文件夹"),
    ],
)
def test_a_name_that_leads_nowhere(name: str, message: str) -> None:
    with pytest.raises(SetError, match=message):
        load_set(name)


def test_ten_thousand_faults_are_counted_and_the_first_shown(tmp_path: Path) -> None:
    blocks = "".join(f'[[indicator]]\ncode = "{i}"\nname = "甲{i}乙"\nwieght = 1\n' for i in range(1, 10_001))
    with pytest.raises(SetError) as error:
        load_set(written(tmp_path, HEAD + blocks))
    assert len(error.value.faults) == 10_000
    assert "另有 9950 处" in str(error.value).splitlines()[-1]


def test_a_set_of_ten_thousand_indicators(tmp_path: Path) -> None:
    blocks = [f'[[indicator]]\ncode = "{i}"\nname = "甲{i}乙"\nweight = 0.01\n' for i in range(1, 10_001)]
    assert len(load_set(written(tmp_path, HEAD + "".join(blocks)))) == 10_000


def test_check_paths_goes_through_folders_and_names() -> None:
    assert check_paths(["mof/project-2020", library()]) == []
    faults = check_paths([CASES / "faulty"])
    assert {Path(fault.file).stem for fault in faults} >= {path.stem for path in FAULTY if "extends_" not in path.stem}


# ------------------------------------------------------------------------------------------------------------- extends


def local(tmp_path: Path, more: str) -> IndicatorSet:
    return load_set(written(tmp_path, HEAD + 'extends = "mof/project-2020"\n' + more))


def test_a_variant_states_only_what_differs(tmp_path: Path) -> None:
    base = load_set("mof/project-2020")
    variant = local(
        tmp_path,
        'remove = ["2.1", "over_achieved"]\n[execution]\nweight = 20\n[[indicator]]\ncode = "1"\nweight = 40\n'
        '[[indicator]]\ncode = "1.5"\nname = "安全指标"\nopen = true\n',
    )
    assert diff_sets(base, variant) == [
        "依据：财预〔2020〕10号 → 某县通知",
        "来源：见于已公开的表 → 未经核实",
        "适用年度：2020 年起 → 不限",
        "超额完成须说明的界限：130% → 无",
        "预算执行率的分值：10 分 → 20 分",
        "只在 mof/project-2020 中：效益指标/经济效益指标",
        "“产出指标”的分值：50 分 → 40 分",
        "只在 invented/a-2020 中：产出指标/安全指标",
    ]
    assert variant.extends == ("mof/project-2020",)
    assert variant.indicators["1"].basis == "某县通知"
    assert variant.indicators["2"].basis == "财预〔2020〕10号"
    assert variant.indicators["2"].file == "mof/project-2020.toml"
    assert variant.execution.rule == base.execution.rule


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        (
            "mof/project-2020",
            "hubei/project-2020",
            "文字的计分规则：定性分档（100%—80%、80%—60%、60%—0%） → 定性分档（100%—80%、80%—50%、50%—0%）",
        ),
        (
            "mof/project-2020",
            "platform/project-2022",
            "总分按执行率封顶：无 → ≥80% 不封顶、≥70% 最高 89 分、≥60% 最高 79 分、≥50% 最高 69 分、其余 最高 59 分",
        ),
        ("mof/project-2020", "chongqing/project-2021", "只在 mof/project-2020 中：产出指标（50 分，其下 4 项）"),
        ("mof/project-2020", "mof/transfer-2020", "预算执行率的分值：10 分 → 不单列"),
        (
            "mof/project-2021",
            "mof/central-2021",
            "“满意度指标”的计分规则：完成比例 → 分档计分（≥90 得 100%、≥80 得 80%、≥60 得 50%）",
        ),
    ],
)
def test_differences_are_told_in_words_and_once(first: str, second: str, said: str) -> None:
    differences = diff_sets(load_set(first), load_set(second))
    assert said in differences
    assert len(set(differences)) == len(differences)
    assert not [line for line in differences if line.startswith("“满意度指标/服务对象满意度指标”的计分规则")]


def test_removing_a_level_removes_what_is_below_it_and_nothing_else(tmp_path: Path) -> None:
    tree = HEAD + "".join(
        f'[[indicator]]\ncode = "{code}"\nname = "第{code.replace(".", "之")}级"\nopen = true\n'
        for code in ("1", "1.1", "1.1.1", "1.10", "1.2", "2")
    )
    written(tmp_path, tree, "base.toml")
    variant = load_set(written(tmp_path, HEAD + 'extends = "./base.toml"\nremove = ["1.1"]\n'))
    assert list(variant.indicators) == ["1", "1.2", "1.10", "2"]


def test_a_rule_comes_from_the_nearest_level_that_has_one(tmp_path: Path) -> None:
    variant = local(
        tmp_path,
        '[[indicator]]\ncode = "1"\nrule = { kind = "gate" }\n'
        '[[indicator]]\ncode = "1.2"\nrule = { kind = "manual", reason = "看现场" }\n',
    )
    kinds = {
        code: (variant.indicators[code].rule.kind, variant.indicators[code].text_rule.kind)
        for code in ("1.1", "1.2", "2.1")
    }
    assert kinds == {"1.1": ("gate", "graded"), "1.2": ("manual", "manual"), "2.1": ("proportion", "graded")}
    assert variant.rule_for(None, in_figures=True).kind == "proportion"


def test_a_changed_file_is_read_anew_and_an_unchanged_one_is_not(tmp_path: Path) -> None:
    path = written(tmp_path, HEAD + '[[indicator]]\ncode = "1"\nname = "产出指标"\nweight = 100\n')
    first = load_set(path)
    assert load_set(path) is first
    path.write_text(path.read_text("utf-8").replace("产出", "效益"), "utf-8")
    os.utime(path, ns=(1, 1))
    assert load_set(path).indicators["1"].name == "效益指标"
    assert load_set(path).digest != first.digest


# ------------------------------------------------------------------------------------------------- names, codes, lines


@pytest.mark.parametrize(("text", "bare", "weight"), tomli.loads((CASES / "names.toml").read_text("utf-8"))["name"])
def test_a_name_without_numbering_weight_and_ornament(text: str, bare: str, weight: str) -> None:
    assert normalize_name(text) == bare
    assert bracketed_weight(text) == (Decimal(weight) if weight else None)


@given(st.text(alphabet="产出指标目数量 （）().、：:1一A★①分%8 \n", max_size=12))
def test_spaces_and_full_width_forms_never_matter(text: str) -> None:
    spaced = "　".join(text)
    assert normalize_name(spaced) == normalize_name(text)
    assert bracketed_weight(spaced) == bracketed_weight(text)


CODES = st.lists(st.integers(1, 120), min_size=1, max_size=4).map(lambda parts: ".".join(map(str, parts)))


@given(st.lists(CODES, min_size=2, max_size=30, unique=True))
def test_codes_order_by_number_and_parents_come_first(codes: list[str]) -> None:
    placed = sorted(codes, key=code_key)
    for code in placed:
        parent = parent_code(code)
        if parent in codes:
            assert placed.index(parent) < placed.index(code)
    assert parent_code("1.10") == "1"
    assert code_key("1.9") < code_key("1.10")


@given(st.lists(st.sampled_from(["key", "list", "text", "inline", "comment", "table", "array"]), max_size=25))
def test_the_line_map_gives_every_key_its_line(parts: list[str]) -> None:
    lines: list[str] = []
    expected: dict[tuple[str | int, ...], int] = {}
    prefix: tuple[str | int, ...] = ()
    count = 0
    for index, part in enumerate(parts):
        number, key = len(lines) + 1, f"k{index}"
        if part == "comment":
            lines.append("# [not.a.table] = 3")
            continue
        if part == "table":
            prefix = (f"t{index}",)
            lines.append(f"[{prefix[0]}]  # table")
            expected[prefix] = number
            continue
        if part == "array":
            prefix = ("item", count)
            count += 1
            lines.append("[[item]]")
            expected[prefix] = number
            expected.setdefault(("item",), number)
            continue
        lines += {
            "key": [f"{key} = 3  # [x"],
            "list": [f'"{key}" = [ # "', '  "a]", # ]', "  [1, 2],", "  {b = 1},", "]"],
            "text": [f'{key} = """', "k0 = 1", "[table]", '"""'],
            "inline": [f"{key} = {{ a = '#', b = [1] }}"],
        }[part]
        place = (*prefix, key)
        expected[place] = number
        if part == "list":
            expected |= {(*place, index): number + 1 + index for index in range(3)}
            expected |= {(*place, 1, 0): number + 2, (*place, 1, 1): number + 2, (*place, 2, "b"): number + 3}
        if part == "inline":
            expected |= {(*place, "a"): number, (*place, "b"): number, (*place, "b", 0): number}
    text = "\n".join(lines)
    tomli.loads(text)
    assert line_map(text) == {(): 1, **expected}


@given(st.randoms(use_true_random=False))
def test_the_order_of_blocks_and_keys_does_not_change_a_set(order: random.Random) -> None:
    blocks = re.split(r"\n(?=\[\[indicator\]\])", (library() / "hunan" / "department-2020.toml").read_text("utf-8"))
    shuffled = blocks[1:]
    order.shuffle(shuffled)
    with TemporaryDirectory() as folder:
        path = written(Path(folder), "\n".join([blocks[0], *shuffled]))
        assert load_set(path).digest == load_set("hunan/department-2020").digest


# ------------------------------------------------------------------------------------------------------------- finding


@pytest.mark.parametrize("case", cases("find.toml"))
def test_an_indicator_is_found_by_the_form_s_own_words(case: dict[str, Any]) -> None:
    indicators = load_set(case["set"])
    match = indicators.find(tuple(case["path"]))
    assert (match.indicator.code if match.indicator else "") == case["code"]
    assert match.why
    assert indicators.category(tuple(case["path"])) == case["category"]


@given(st.lists(st.text(max_size=8), max_size=5))
def test_any_path_is_found_or_not_without_an_error(path: list[str]) -> None:
    for name in ("mof/project-2020", "hubei/project-2020", "chongqing/project-2021"):
        assert load_set(name).find(tuple(path)).why


def submission(case: dict[str, Any]) -> Submission:
    pointed = case.get("points", True)
    labels = tuple(Paragraph(text, Source("form", "", f"L{line}")) for line, text in enumerate(case["labels"], 1))
    answers = tuple(
        Answer(path=(first, second, f"事项{index}"), weight=Cell("5") if pointed else Cell())
        for index, (first, second, _) in enumerate(case["levels"])
    )
    weights = {first: weight for first, _, weight in case["levels"] if weight}
    return Submission(
        year=case["year"],
        title=Cell(case["title"]),
        answers=answers,
        branches=tuple(Branch((name,), Cell(weight)) for name, weight in weights.items()),
        funds=(Funds(source="年度资金总额", weight=Cell(case.get("execution", "")), total=True),),
        documents=(Document("form", "", "txt", labels),),
    )


@pytest.mark.parametrize("case", cases("recognise.toml"))
def test_a_set_is_recognised_by_the_form_s_own_words(case: dict[str, Any]) -> None:
    found, why = find_set(submission(case))
    assert (found.id if found else "") == case["id"], why
    assert why


def test_a_named_set_is_taken_and_a_wrong_name_is_refused() -> None:
    found, why = find_set(Submission(set="mof/transfer-2020"))
    assert found is not None
    assert (found.id, why) == ("mof/transfer-2020", "提交件写明")
    with pytest.raises(SetError):
        find_set(Submission(set="mof/transfer-1820"))
    assert find_set(Submission())[0] is None


def test_a_submission_names_no_file_but_one_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    there, elsewhere = tmp_path / "报送", tmp_path / "别处"
    for folder in (there, elsewhere):
        folder.mkdir()
        said = 'id = "本地"\ntitle = "本地"\nbasis = "通知"\nevidence = "unconfirmed"\nextends = "mof/project-2020"\n'
        (folder / "本地.toml").write_text(said, "utf-8")
    monkeypatch.chdir(elsewhere)
    form = (Document(str(there / "表.xlsx"), "", "xlsx", ()),)
    assert find_set(Submission(set="本地.toml", documents=form))[0].id == "本地"  # type: ignore[union-attr]
    for named in (str(elsewhere / "本地.toml"), "../别处/本地.toml", "..\\别处\\本地.toml", "C:本地.toml"):
        with pytest.raises(SetError, match="别处的路径不读取"):
            find_set(Submission(set=named, documents=form))
    with pytest.raises(SetError, match="别处的路径不读取"):  # nothing that was handed in stands beside it
        find_set(Submission(set="本地.toml"))


def test_the_form_itself_is_a_set_where_none_fits() -> None:
    form = submission(next(case.values[0] for case in cases("recognise.toml") if not case.values[0]["id"]))
    own = form_set(form)
    assert {item.path: item.weight for item in own.walk()} == {
        ("党建工作",): Decimal(60),
        ("党建工作", "组织生活"): None,
        ("业务工作",): Decimal(40),
        ("业务工作", "日常任务"): None,
    }
    match = own.find(("业务工作", "日常任务", "事项1"))
    assert match.indicator is not None
    assert match.indicator.path == ("业务工作", "日常任务")
    assert (own.id, own.full, own.points, own.grade(Decimal("89.99"))) == ("form", Decimal(100), True, "良")


CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpus"
LAYOUTS = {
    "national": "mof/project-2020",
    "yunnan": "yunnan/project-2022",
    "sichuan": "sichuan/project-2022 sichuan/staff-2022",
    "hubei": "hubei/project-2020",
    "shanghai": "shanghai/project-2021",
    "transfer": "mof/transfer-2020",
    "transfer_points": "mof/transfer-2021",
    "xianjie": "mof/xianjie-2021",
    "chongqing": "chongqing/department-2022",
    "suizhou": "suizhou/project-2021",
    "ningde": "ningde/department-2020",
    "yinchuan": "yinchuan/project-2021",
    "hebei": "hebei/project-2021",
}


@pytest.mark.skipif(not CORPUS.is_dir(), reason="缺少 ../shared/corpus：开发用的自评表不在项目旁边")
def test_the_published_forms_are_recognised() -> None:
    """At least 95 of a hundred, and every answer with its reason."""
    truth = json.loads((CORPUS / "forms.json").read_text("utf-8"))
    wrong = []
    for form in truth:
        found, why = find_set(read_submission(str(CORPUS / "forms" / form["file"])))
        assert why
        if found is None or found.id not in LAYOUTS[form["layout"]].split():
            wrong.append((form["file"], form["layout"], found.id if found else None))
    assert len(wrong) * 20 <= len(truth), wrong


# --------------------------------------------------------------------------------------------------------- the library


SETS = set_names()


def test_the_schema_that_ships_is_the_one_of_the_models() -> None:
    """Written anew by: python docs/generate.py."""
    shipped = json.loads((library() / "indicator_set.schema.json").read_text("utf-8"))
    assert shipped == json.loads(json.dumps(json_schema()))


def test_editors_show_those_who_write_sets_chinese_words() -> None:
    english = []

    def look(value: Any, path: str) -> None:
        if isinstance(value, dict):
            words = value.get("description")
            if isinstance(words, str) and not re.search("[\u4e00-\u9fff]", words.partition("\n")[0]):
                english.append(path)
            for key, item in value.items():
                look(item, f"{path}/{key}")

    look(json_schema(), "")
    assert english == []


@pytest.mark.parametrize("name", SETS)
def test_a_shipped_set_names_its_schema_first_and_says_what_it_rests_on(name: str) -> None:
    path = library() / f"{name}.toml"
    schema = path.read_text("utf-8").splitlines()[0].removeprefix("#:schema ")
    assert (path.parent / schema).resolve() == (library() / "indicator_set.schema.json").resolve()
    loaded = load_set(name)
    assert loaded.id == name
    assert re.fullmatch(r"[0-9a-f]{64}", loaded.digest)
    for item in loaded.walk():
        assert item.basis
        assert item.evidence in ("official", "published-form", "unconfirmed")
        assert item.rule
        assert loaded.find(item.path if not item.group else (item.name,)).indicator == item


def spread(loaded: IndicatorSet) -> dict[str, Decimal]:
    """The weight of every leaf; where the form would give it, what is left above is divided among the silent ones."""
    weights: dict[str, Decimal] = {}

    def divide(codes: list[str], whole: Decimal) -> None:
        stated = {code: loaded.indicators[code].weight for code in codes}
        silent = [code for code in codes if stated[code] is None]
        left = whole - sum((weight for weight in stated.values() if weight is not None), Decimal(0))
        for code in codes:
            share = stated[code]
            if share is None:
                share = left if code == silent[-1] else Decimal(0)
            item = loaded.indicators[code]
            if item.leaf:
                weights[code] = share
            else:
                divide(list(item.children), share)

    divide([item.code for item in loaded.roots], loaded.full - loaded.execution.weight)
    return weights


def by_award(rule: Bands) -> tuple[str, str, str]:
    """Target and actual of the band that grants most, and of the one that grants least (below all, if nothing does)."""

    def inside(step: Step) -> Decimal:
        return Decimal(0) if step.start is None else step.start + (1 if step.open else 0)

    awards = {inside(step): (step.points or Decimal(0)) + (step.share or Decimal(0)) for step in rule.bands}
    if all(step.start is not None for step in rule.bands):
        awards.setdefault(Decimal(0), Decimal(0))
    best, worst = max(awards, key=awards.__getitem__), min(awards, key=awards.__getitem__)
    if rule.measure == "ratio":
        return "100", str(best * 100), str(worst * 100)
    return "", f"{best}%", f"{worst}%"


def actuals(rule: AnyRule) -> tuple[str, str, str]:
    """Target, an actual that meets it, and one of nothing done, for a rule."""
    if isinstance(rule, (PerPoint, PerStep)):
        limit = rule.limit or Decimal(0)
        return "", f"{limit}%", f"{limit + 900 if rule.direction == 'reverse' else 0}%"
    if getattr(rule, "direction", "") == "reverse":
        return "≤10", "10", "10000000"
    if isinstance(rule, Bands):
        return by_award(rule)
    if rule.kind in ("graded", "manual", "yes-no"):
        return "按计划完成", "完成", "未完成"
    return "≥10", "10", "0"


@pytest.mark.parametrize("name", [name for name in SETS if load_set(name).points])
def test_everything_met_gives_full_marks_and_nothing_done_gives_none(name: str) -> None:
    loaded = load_set(name)
    weights = spread(loaded)
    assert sum(weights.values(), loaded.execution.weight) == loaded.full
    for in_figures in (True, False):
        met, nothing = [], []
        for code, weight in weights.items():
            rule = loaded.rule_for(loaded.indicators[code], in_figures=in_figures)
            target, done, missed = (parse_quantity(text) for text in actuals(rule))
            met.append(Entry(rule, weight, target, done, claimed=weight, coefficient=Decimal(100)))
            nothing.append(Entry(rule, weight, target, missed, claimed=Decimal(0), coefficient=Decimal(0)))
        budget = parse_quantity("100万元")
        for entries, executed in ((met, "100万元"), (nothing, "0万元")):
            if loaded.execution.weight:
                entry = Entry(loaded.execution.rule, loaded.execution.weight, budget, parse_quantity(executed))
                entries.append(entry)
        best, worst = score(Answers.build(met)), score(Answers.build(nothing))
        assert sum(best.row(row).points or 0 for row in range(len(met))) == loaded.full
        assert sum(worst.row(row).points or 0 for row in range(len(nothing))) == 0
        assert loaded.grade(loaded.full) == loaded.grades[0].name
        assert loaded.grade(Decimal(0)) == loaded.grades[-1].name


@pytest.mark.parametrize("name", SETS)
def test_a_shipped_set_can_be_shown_and_compared(name: str) -> None:
    loaded = load_set(name)
    rows = describe_set(loaded)
    assert [row.code for row in rows if row.code] == list(loaded.indicators)
    assert all(row.basis and row.evidence for row in rows)
    assert diff_sets(loaded, loaded) == []


def test_the_list_holds_every_set_once() -> None:
    listed = list_sets()
    assert [loaded.id for loaded in listed] == SETS
    assert len({loaded.digest for loaded in listed}) == len(listed)


def test_the_sets_that_the_law_is_known_for() -> None:
    """The figures of rules that others rely on, spelled out."""
    national, hubei = load_set("mof/project-2020"), load_set("hubei/project-2020")
    assert [(item.name, item.weight) for item in national.roots] == [
        ("产出指标", Decimal(50)),
        ("效益指标", Decimal(30)),
        ("满意度指标", Decimal(10)),
    ]
    assert [(grade.name, grade.start) for grade in national.grades] == [("优", 90), ("良", 80), ("中", 60), ("差", 0)]
    assert (national.grade(Decimal("89.99")), national.grade(Decimal(90))) == ("良", "优")
    assert [tier.start for tier in hubei.text_rule.tiers] == [Decimal("0.8"), Decimal("0.5"), Decimal(0)]  # type: ignore[union-attr]
    assert hubei.execution.weight == 20
    assert isinstance(national.rule, Proportion)
    assert isinstance(load_set("hunan/department-2020").indicators["1.2"].rule, Manual)
    assert not load_set("sichuan/project-2020").points
    cap = load_set("platform/project-2022").execution_cap
    assert cap is not None
    assert cap.capped(Decimal("92.5"), Decimal(65), Decimal(100)) == 79
