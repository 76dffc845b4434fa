"""TOML ↔ Submission: identity, lines, and every kind of bad file as one message."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import assume, given

from scorer.evaluation import evaluate
from scorer.forms import read_submission
from scorer.forms.readers import record
from scorer.forms.writing import write_form
from scorer.model import ReadError, Submission
from tests.strategies import submissions

FORM = """\
unit = "某县水务局"
year = 2023
claimed_total = 98.5

[[funds]]
source = "年度资金总额"
budget = 120
executed = 118.5
rate = "98.75%"

[[answer]]
path = ["产出指标", "数量指标", "改造泵站座数"]
weight = 10
target = "≥6座"
actual = 6
claimed = 10
"""


def test_every_value_knows_its_line() -> None:
    submission = record.parse("form.toml", FORM.encode())
    (answer,) = submission.answers
    assert answer.target.source.place == "L14"
    assert answer.actual.source.place == "L15"
    assert submission.claimed_total.source.place == "L3"
    assert submission.funds[0].rate.source.place == "L9"


def test_numbers_stay_exact_and_texts_stay_texts() -> None:
    submission = record.parse("form.toml", FORM.encode())
    assert submission.funds[0].executed.number == Decimal("118.5")
    assert submission.funds[0].rate.number is None
    assert submission.answers[0].actual.text == "6"


def test_total_row_is_known_by_its_name_or_by_a_key() -> None:
    named = record.parse("f", '[[funds]]\nsource = "合计"\n[[funds]]\nsource = "财政拨款"\n'.encode())
    assert [row.total for row in named.funds] == [True, False]
    keyed = record.parse("f", '[[funds]]\nsource = "全部"\ntotal = true\n[[funds]]\nsource = "总额度内"\n'.encode())
    assert [row.total for row in keyed.funds] == [True, False]


@given(submissions())
def test_toml_submission_toml_is_the_identity(submission: Submission) -> None:
    written = record.dump(submission)
    assume(written.strip())  # a submission that says nothing is an empty file, which is refused
    read = record.parse("form.toml", written.encode())
    assert record.content(read) == record.content(submission)
    assert record.dump(read) == written


def test_byte_order_mark_is_accepted() -> None:
    assert record.parse("f", b"\xef\xbb\xbf" + FORM.encode()).unit == "某县水务局"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", ["f:1:", "空的"]),
        ("unit = \"某县\"".encode("gb18030"), ["f:1:", "不是 UTF-8"]),
        (b"unit = ", ["f:1:", "语法错误"]),
        (b'unit = "a"\nunit = "b"\n', ["f:2:", "写了两次"]),
        (b'unti = "a"\n', ["f:1:", "unti", "是否想写 unit"]),
        (b'[[answer]]\npath = ["a"]\nwieght = 3\n', ["f:3:", "answer.1.wieght", "是否想写 weight"]),
        (b'[[answer]]\npath = ["a"]\nweight = nan\n', ["f:3:", "nan"]),
        (b'[[answer]]\npath = ["a"]\nweight = inf\n', ["f:3:", "有限的数字"]),
        (b'[[answer]]\npath = ["a"]\nweight = 1e400\n', ["f:3:", "过大"]),
        (b'[[answer]]\npath = ["a"]\nweight = true\n', ["f:3:", "应为数字或文字"]),
        (b'[[answer]]\npath = "a"\n', ["f:2:"]),
        (b"[[answer]]\nweight = 3\n", ["answer.1.path", "必须填写"]),
        (b"year = 12\n", ["f:1:", "year"]),
        (b"a = " + b"[" * 5000, ["f:1:"]),
    ],
)
def test_bad_file_says_what_and_where(data: bytes, words: list[str]) -> None:
    with pytest.raises(ReadError) as caught:
        record.parse("f", data)
    for word in words:
        assert word in str(caught.value)
    assert caught.value.exit_code == 3


def test_all_faults_at_once() -> None:
    with pytest.raises(ReadError) as caught:
        record.parse("f", b'year = "x"\n[[answer]]\npath = ["a"]\nwieght = 3\n[[answer]]\nweight = 1\n')
    assert len(str(caught.value).splitlines()) == 3


def test_missing_file_and_folder(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="文件不存在"):
        record.load(str(tmp_path / "none.toml"))
    with pytest.raises(ReadError, match="文件夹"):
        record.load(str(tmp_path))


def test_ten_thousand_rows() -> None:
    row = '[[answer]]\npath = ["产出指标", "数量指标", "第{0}项"]\nweight = 0.01\ntarget = "≥{0}个"\nactual = {0}\n'
    submission = record.parse("f", "".join(row.format(number) for number in range(1, 10_001)).encode())
    assert len(submission.answers) == 10_000
    assert submission.answers[-1].actual.source.place == "L50000"


def test_a_file_name_that_is_no_utf8_reaches_the_json(tmp_path: Path) -> None:
    name = str(tmp_path / "\udce9form.toml")
    report = evaluate(record.parse(name, FORM.encode()))
    assert "\ufffdform.toml" in report.model_dump_json()


REPORT = "项目全年帮扶困难职工 107 人。\n"


def test_a_record_and_its_reports_are_one_submission(tmp_path: Path) -> None:
    form, report = tmp_path / "form.toml", tmp_path / "report.txt"
    form.write_text(FORM, encoding="utf-8")
    report.write_text(REPORT, encoding="utf-8")
    alone, together = read_submission(form), read_submission(report, form)
    assert record.content(together) == record.content(alone)
    assert [document.path for document in together.documents] == [str(form), str(report)]
    assert together.doubts == ()


def test_a_second_form_beside_a_record_is_doubted(tmp_path: Path) -> None:
    form, other = tmp_path / "form.toml", tmp_path / "other.csv"
    form.write_text(FORM, encoding="utf-8")
    write_form(record.parse("f", FORM.encode()), other)
    together = read_submission(form, other)
    assert record.content(together) == record.content(read_submission(form))
    assert any("本次只取了第一份" in doubt.message for doubt in together.doubts)


def test_two_records_are_two_submissions(tmp_path: Path) -> None:
    paths = [tmp_path / "one.toml", tmp_path / "two.toml"]
    for path in paths:
        path.write_text(FORM, encoding="utf-8")
    with pytest.raises(ReadError, match="只能有一个"):
        read_submission(*paths)
