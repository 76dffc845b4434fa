"""A test that no run has run is found, with its name and reason."""

from pathlib import Path

from tests.skips import never_run, to_run_again

RAN = '<testcase classname="tests.{}" name="test_{}"/>'
SKIPPED = '<testcase classname="tests.{}" name="test_{}"><skipped type="pytest.skip" message="{}">x</skipped></testcase>'
WHOLE = '<testcase classname="" name="tests.{}"><skipped type="pytest.skip" message="collection skipped">no Arrow</skipped></testcase>'
EXPECTED = '<testcase classname="tests.{}" name="test_{}"><skipped type="pytest.xfail" message=""/></testcase>'


def written(folder: Path, name: str, *cases: str) -> Path:
    path = folder / name
    path.write_text(f"<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>", "utf-8")
    return path


def test_what_the_first_run_skipped_is_run_again(tmp_path: Path) -> None:
    first = written(
        tmp_path,
        "first.xml",
        *(RAN.format("test_rules", "a"), EXPECTED.format("test_sets", "a"), WHOLE.format("test_columns")),
        *(SKIPPED.format("test_engines", "a", "no Java"), SKIPPED.format("test_engines.TestDask", "b", "no Dask")),
    )
    assert to_run_again(first) == ["tests/test_columns.py", "tests/test_engines.py"]


def test_what_ran_in_one_run_has_run(tmp_path: Path) -> None:
    first = written(tmp_path, "first.xml", SKIPPED.format("test_engines", "a", "no Java"), WHOLE.format("test_columns"))
    second = written(tmp_path, "second.xml", RAN.format("test_engines", "a"), RAN.format("test_columns", "a"))
    assert never_run([first, second], beside=True) == {}
    assert never_run([first], beside=True) == {"tests.test_engines::test_a": "no Java", "tests.test_columns": "no Arrow"}


def test_what_was_skipped_each_time_is_named(tmp_path: Path) -> None:
    first = written(tmp_path, "first.xml", SKIPPED.format("test_engines", "a", "no Java"), WHOLE.format("test_columns"))
    second = written(
        tmp_path,
        "second.xml",
        *(SKIPPED.format("test_engines", "a", "no Java"), SKIPPED.format("test_columns", "a", "no DuckDB")),
    )
    left = {"tests.test_engines::test_a": "no Java", "tests.test_columns::test_a": "no DuckDB"}
    assert never_run([first, second], beside=True) == left


def test_what_stands_beside_the_project_is_asked_for_only_where_it_is(tmp_path: Path) -> None:
    first = written(tmp_path, "first.xml", SKIPPED.format("test_flattened", "a", "no ../shared/seeds"))
    assert never_run([first], beside=False) == {}
    assert never_run([first], beside=True) == {"tests.test_flattened::test_a": "no ../shared/seeds"}
