"""Engines: the same promise on this computer, on Dask and on Spark, and the same bytes of a batch."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from scorer.batch import REPORTS, Settings, run_batch
from scorer.batch.progress import LOG_SECONDS, Progress
from scorer.batch.run import GATHERED
from scorer.batch.sources.files import Item
from scorer.batch.store import INDEX
from scorer.batch.tasks.gather import Gather, Task
from scorer.cli.app import run
from scorer.engines import Dask, Engine, Local, Lost, Spark, chunks, dask, spark
from scorer.engines.chunks import AHEAD, CHUNK_MOST, next_size, outcomes
from scorer.engines.crew import Answer, Crew, Refusal, Sight
from scorer.engines.program import digest_on_disk
from scorer.forms.readers import office
from scorer.model import ScorerError
from tests.engine_work import Elsewhere, Slow, Square, Trouble, parents, words_of
from tests.form_files import compound
from tests.road_form import road_form

ROOT = Path(__file__).parent.parent
LINUX = sys.platform == "linux"
NO_DASK = "" if find_spec("distributed") else "Dask (extra dask) is not installed"
NO_SPARK = "" if find_spec("pyspark") else "PySpark (extra spark) is not installed"
NO_SPARK = NO_SPARK or ("" if shutil.which("java") else "Java, which Spark runs on, is not installed")
WITHOUT = {"dask": NO_DASK, "spark": NO_SPARK}
TROUBLES = ["a", "hang", "die", "b", "die once", "c"]

needs_dask = pytest.mark.skipif(bool(NO_DASK), reason=NO_DASK or "-")
needs_spark = pytest.mark.skipif(bool(NO_SPARK), reason=NO_SPARK or "-")
needs_linux = pytest.mark.skipif(not LINUX, reason="looks at processes through /proc")
CLUSTERS = [pytest.param("dask", marks=needs_dask), pytest.param("spark", marks=needs_spark)]
ENGINES = ["local", *CLUSTERS]


@pytest.fixture(scope="module", autouse=True)
def _surroundings() -> Iterator[None]:
    """What the processes of a cluster on this computer inherit: the way to the tests, and no network."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]))
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        yield


@pytest.fixture(scope="module")
def scheduler(_surroundings: None) -> Iterator[str]:
    """One Dask cluster for the tests that need none of their own: the address of its scheduler."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=2, threads_per_worker=1, memory_limit=0, host="127.0.0.1", dashboard_address="127.0.0.1:0", silence_logs=50
    ) as cluster:
        yield cluster.scheduler_address


@pytest.fixture(scope="module")
def session(_surroundings: None) -> Iterator[None]:
    """One session for the tests of Spark: an engine uses one that is there, and leaves it there."""
    from pyspark.sql import SparkSession

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        found = SparkSession.builder.master("local[2,1]").config("spark.ui.enabled", "false").getOrCreate()
    yield
    found.stop()


Make = Callable[..., Engine]


@pytest.fixture
def make(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Make:
    """An engine of two workers, made with the limits that a test asks for."""
    # a checkout may be edited while the tests run, as an installed program may be replaced: here that is no subject
    monkeypatch.setattr(chunks, "program_digest", digest_on_disk)
    if request.param == "dask":
        address = request.getfixturevalue("scheduler")
        return lambda **limits: Dask(address, **limits)
    if request.param == "spark":
        request.getfixturevalue("session")
        return lambda **limits: Spark(**limits)
    return lambda **limits: Local(2, **limits)


# --------------------------------------------------------------------------------------------------------- the promise


@pytest.mark.parametrize("make", ENGINES, indirect=True)
def test_every_task_gives_one_outcome_and_few_are_asked_for_ahead(make: Make) -> None:
    asked = 0

    def tasks() -> Iterator[int]:
        nonlocal asked
        for number in range(2000):
            asked += 1
            yield number

    found, most = [], 0
    for task, outcome in make().run(Square(), tasks()):
        found.append((task, outcome))
        most = max(most, asked - len(found))
    assert sorted(found) == [(number, (number, number * number)) for number in range(2000)]
    assert most <= 2 * AHEAD * CHUNK_MOST


@pytest.mark.parametrize("make", ENGINES, indirect=True)
def test_no_tasks_give_no_outcomes(make: Make) -> None:
    assert list(make().run(Square(), [])) == []


@pytest.mark.parametrize("make", ENGINES, indirect=True)
def test_a_task_that_hangs_or_dies_stops_no_other(make: Make, tmp_path: Path) -> None:
    found = dict(make(seconds=3).run(Trouble(str(tmp_path)), TROUBLES))
    assert found == {
        **{name: name.upper() for name in ("a", "b", "c", "die once")},
        "hang": Lost("time"),
        "die": Lost("killed"),
    }


def test_a_lone_worker_is_replaced_too(tmp_path: Path) -> None:
    found = dict(Local(1, seconds=3).run(Trouble(str(tmp_path)), TROUBLES))
    assert [found["hang"], found["die"], found["die once"], found["c"]] == [Lost("time"), Lost("killed"), "DIE ONCE", "C"]


@pytest.mark.skipif(not LINUX, reason="only Linux limits the memory of a process")
@pytest.mark.parametrize("make", ENGINES, indirect=True)
def test_a_task_that_wants_too_much_memory_stops_no_other(make: Make, tmp_path: Path) -> None:
    found = dict(make(megabytes=256).run(Trouble(str(tmp_path)), ["a", "memory", "b"]))
    assert found == {"a": "A", "memory": Lost("memory"), "b": "B"}


# -------------------------------------------------------------------------------------------------- workers that die


def worker_of(kind: str, process: int) -> int:
    """The worker of an engine above the process that did a task: what an operator would see dying."""
    if kind == "local":
        return process
    above = list(parents(process))
    if kind == "dask":
        return above[1]
    return next(number for number in above if "CoarseGrainedExecutorBackend" in words_of(number))


OWN: dict[str, Callable[[], Engine]] = {
    "local": lambda: Local(2),
    "dask": lambda: Dask(workers=2),
    "spark": lambda: Spark("local-cluster[2,1,1024]"),
}


@needs_linux
@pytest.mark.parametrize("kind", ["local", *CLUSTERS])
def test_a_worker_killed_in_mid_run_changes_nothing(kind: str) -> None:
    """In a process of its own: Spark has one session in a process, and here it is one with two executors."""
    with ProcessPoolExecutor(1, get_context("spawn")) as other:
        killed, found = other.submit(run_with_a_kill, kind).result()
    assert killed
    assert found == [(number, number * number) for number in range(300)]


def run_with_a_kill(kind: str) -> tuple[bool, list[tuple[int, int | Lost]]]:
    """The worker that did one of the first tasks is killed by its number; the outcomes of the whole run."""
    found: list[tuple[int, int | Lost]] = []
    killed = False
    for task, outcome in OWN[kind]().run(Slow(), range(300)):
        if isinstance(outcome, Lost):
            found.append((task, outcome))
            continue
        result, process = outcome
        found.append((task, result))
        if not killed and alive([process]):
            os.kill(worker_of(kind, process), signal.SIGKILL)
            killed = True
    return killed, sorted(found, key=lambda pair: pair[0])


@needs_linux
@pytest.mark.parametrize("kind", CLUSTERS)
def test_a_task_that_kills_its_worker_is_lost_alone(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    if kind == "spark":
        request.getfixturevalue("session")
    engine: Engine = Dask(workers=2, seconds=60) if kind == "dask" else Spark(seconds=60)
    names = [f"name {number}" for number in range(20)]
    found = dict(engine.run(Trouble(str(tmp_path)), [*names[:5], "kill the worker", *names[5:]]))
    assert found == {**{name: name.upper() for name in names}, "kill the worker": Lost("killed")}


def test_workers_that_never_begin_are_no_fault_of_a_task(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Local, "_hire", lambda self, work: hired(self, Unborn()))
    with pytest.raises(ScorerError, match="一启动就意外结束"):
        list(Local(2).run(Square(), [1]))


hired = Local._hire


class Unborn:
    """Work that no process can unpickle."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os._exit, (3,)

    def __call__(self, task: int) -> int:
        return task


# ------------------------------------------------------------------------------------------------- other computers


@pytest.mark.parametrize("make", CLUSTERS, indirect=True)
def test_another_program_on_a_worker_is_said(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "program_digest", lambda: "another")
    with pytest.raises(ScorerError, match=r"工作进程 .+ 上的 scorer 与本机的不是同一个版本"):
        list(make().run(Square(), range(3)))


@pytest.mark.parametrize("make", CLUSTERS, indirect=True)
def test_a_file_that_a_worker_does_not_see_is_not_held_against_the_file(make: Make, tmp_path: Path) -> None:
    (tmp_path / "here").write_text("1")
    work = Elsewhere(os.getpid(), str(tmp_path / "here"), str(tmp_path / "gone"))
    with pytest.raises(ScorerError, match=r"工作进程 .+看不到 .+here.+共享文件夹"):
        list(make().run(work, range(3)))


def test_another_file_of_the_same_name_is_said(tmp_path: Path) -> None:
    (tmp_path / "here").write_text("1")
    work = Elsewhere(os.getpid(), str(tmp_path / "here"), "")
    with pytest.raises(ScorerError, match=r"不是同一个文件（5 字节，本机 1 字节）"):
        chunks.checked(Answer((0,), (Sight((5,)),), "host", 1), [0], work)
    assert chunks.checked(Answer((Lost("time"),), (Sight(),), "host", 1), [0], work).worker == "host"


def test_a_file_that_is_nowhere_is_the_files_own_fault(tmp_path: Path) -> None:
    work = Elsewhere(os.getpid(), str(tmp_path / "gone"), "")
    answer = Answer((7,), (Sight((None,)),), "host", 1)
    assert chunks.checked(answer, [0], work) == answer


def test_a_tool_that_a_worker_lacks_is_not_held_against_the_file(tmp_path: Path) -> None:
    class Reading(Elsewhere):
        def tools(self, task: int) -> dict[str, bool]:
            return {"LibreOffice": True}

    work = Reading(os.getpid(), str(tmp_path), "")
    with pytest.raises(ScorerError, match=r"工作进程 甲 上没有 LibreOffice"):
        chunks.checked(Answer((0,), (Sight((0,), (("LibreOffice", False),)),), "甲", 1), [0], work)


@pytest.mark.parametrize(("name", "tools"), [("a.xlsx", []), ("a.DOC", ["LibreOffice"]), ("a.pdf", ["pdfplumber"])])
def test_the_tools_for_a_file(name: str, tools: list[str]) -> None:
    assert list(Gather().tools(Task(Item(name, (name,))))) == tools
    assert Gather().tools(Task(Item(name, (name,)), b"{}")) == {}


@needs_linux
@needs_dask
def test_a_scheduler_that_stays_keeps_nothing_of_a_run() -> None:
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=1, threads_per_worker=2, memory_limit=0, host="127.0.0.1", dashboard_address="127.0.0.1:0", silence_logs=50
    ) as cluster:
        engine = Dask(cluster.scheduler_address)
        found = dict(engine.run(Slow(), range(60)))
        assert {task: result for task, (result, _) in found.items()} == {number: number**2 for number in range(60)}
        processes = {process for _, process in found.values()}
        assert len(processes) == 2
        assert left_after_a_while(processes) == []
        assert sorted(engine.run(Square(), [3])) == [(3, (3, 9))]


def alive(processes: Iterable[int]) -> list[int]:
    """Those that still run; one that has ended may wait for its parent to look."""
    found = []
    for process in processes:
        try:
            state = Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()[0]
        except OSError:
            continue
        found += [process] if state not in "ZX" else []
    return found


def left_after_a_while(processes: Iterable[int]) -> list[int]:
    """Those that do not end."""
    until = time.monotonic() + 60
    while (left := alive(processes)) and time.monotonic() < until:
        time.sleep(0.02)
    return left


@needs_dask
def test_a_scheduler_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask, "CONNECT_SECONDS", 0.5)
    for address in ("tcp://127.0.0.1:9", "127.0.0.1:x", "nowhere"):
        with pytest.raises(ScorerError, match=re.escape(f"连不上 Dask 调度器 {address}")):
            list(Dask(address).run(Square(), [1]))


@needs_dask
def test_a_scheduler_without_workers_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    from distributed import LocalCluster

    monkeypatch.setattr(dask, "WORKERS_SECONDS", 0.1)
    with (
        LocalCluster(n_workers=0, host="127.0.0.1", dashboard_address="127.0.0.1:0", silence_logs=50) as cluster,
        pytest.raises(ScorerError, match=r"没有工作进程.*dask worker tcp://127.0.0.1"),
    ):
        list(Dask(cluster.scheduler_address).run(Square(), [1]))


@pytest.mark.parametrize(
    ("make_engine", "said"),
    [
        (Dask, r"请在源码文件夹中运行 pip install '\.\[dask\]'，或 pip install 'jixiao-scorer\[dask\]'"),
        (Spark, r"请在源码文件夹中运行 pip install '\.\[spark\]'，或 pip install 'jixiao-scorer\[spark\]'"),
    ],
)
def test_an_extra_that_is_not_installed_is_said(
    make_engine: Callable[[], Engine], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (dask, spark):
        monkeypatch.setattr(module, "find_spec", lambda name: None)
    with pytest.raises(ScorerError, match=said):
        make_engine()


def test_java_that_is_not_installed_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(spark, "find_spec", lambda name: True)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(ScorerError, match=r"需要 Java.*JAVA_HOME"):
        Spark()


@needs_spark
def test_spark_connect_is_refused() -> None:
    with pytest.raises(ScorerError, match="Spark Connect"):
        Spark("sc://127.0.0.1")


# ----------------------------------------------------------------------------------- chunks, with a cluster of threads


class Threads:
    """A cluster of two threads in this process; `deaths` maps a task to how often its worker dies of it."""

    chunk_seconds = 60.0

    def __init__(self, deaths: dict[int, int] | None = None, answer: Callable[[list[int]], Any] | None = None) -> None:
        self.pool = ThreadPoolExecutor(2)
        self.deaths = deaths or {}
        self.answer = answer
        self.sent: list[list[int]] = []
        self.under_way = self.most = 0

    def places(self) -> int:
        return 2

    def submit(self, tasks: bytes) -> Any:
        import pickle

        chunk: list[int] = pickle.loads(tasks)
        self.sent.append(chunk)
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        future = self.pool.submit(self._work, chunk)
        future.add_done_callback(lambda done: setattr(self, "under_way", self.under_way - 1))
        return future

    def _work(self, chunk: list[int]) -> bytes:
        import pickle

        for task in chunk:
            if self.deaths.get(task, 0):
                self.deaths[task] -= 1
                raise KeyError(task)
        given = self.answer(chunk) if self.answer else Answer(tuple(task * task for task in chunk), (Sight(),) * len(chunk), "x", 0)
        return pickle.dumps(given)

    def fault_of(self, error: Exception) -> ScorerError | None:
        return None if isinstance(error, KeyError) else ScorerError("gone")


def test_chunks_grow_and_few_are_under_way() -> None:
    cluster = Threads()
    assert sorted(outcomes(cluster, Square(), range(1000))) == [(number, number * number) for number in range(1000)]
    sizes = [len(chunk) for chunk in cluster.sent]
    assert cluster.most <= AHEAD * 2
    assert sizes[0] == 1
    assert max(sizes) > 50


@pytest.mark.parametrize(("deaths", "lost"), [(1, False), (2, True), (3, True)])
def test_the_second_death_is_the_tasks_own_fault(deaths: int, lost: bool) -> None:
    cluster = Threads({57: deaths})
    found = dict(outcomes(cluster, Square(), range(100)))
    assert found == {**{number: number**2 for number in range(100)}, **({57: Lost("killed")} if lost else {})}
    assert [len(chunk) for chunk in cluster.sent if 57 in chunk][1:] == [1]


def test_a_refusal_ends_the_run() -> None:
    with pytest.raises(ScorerError, match=r"甲.*不是同一个版本"):
        list(outcomes(Threads(answer=lambda chunk: Refusal("甲")), Square(), range(10)))


@pytest.mark.parametrize(
    ("size", "seconds", "wanted", "expected"),
    [(1, 0.1, 0.5, 2), (8, 0.1, 0.5, 5), (8, 3.0, 0.5, 1), (200, 0.0, 0.5, CHUNK_MOST)],
)
def test_the_size_of_chunks(size: int, seconds: float, wanted: float, expected: int) -> None:
    assert next_size(size, seconds, wanted) == expected


def test_a_crew_does_a_chunk_and_travels_without_its_processes(tmp_path: Path) -> None:
    import pickle

    crew = Crew(chunks.brief_of(Trouble(str(tmp_path)), 60, 512))
    assert pickle.loads(crew.run(pickle.dumps(["a", "die", "b"]))).outcomes == ("A", Lost("killed"), "B")
    assert pickle.loads(pickle.loads(pickle.dumps(crew)).run(pickle.dumps(["c"]))).outcomes == ("C",)


# --------------------------------------------------------------------------------------------------------- the batch


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    below = tmp_path / "forms"
    (below / "乡镇").mkdir(parents=True)
    for number in range(24):
        place = below / "乡镇" if number % 2 else below
        (place / f"{number:02d}.toml").write_text(road_form(f"某县第{number}局", number % 13), "utf-8")
    (below / "坏.toml").write_text("unit = ", "utf-8")
    return below


def results(output: Path) -> dict[str, bytes]:
    """The files of a batch's results; the workings beside them hold the order in which they were made."""
    inside = [path for path in sorted(output.rglob("*")) if path.is_file() and GATHERED not in path.parts]
    return {str(path.relative_to(output)): path.read_bytes() for path in inside}


@pytest.mark.parametrize("make", CLUSTERS, indirect=True)
def test_a_batch_is_the_same_bytes_on_every_engine(
    make: Make, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Named as a user names them: against the folder in which the program was started."""
    monkeypatch.chdir(folder.parent)
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
    run_batch("forms", Path("here"), settings=Settings(workers=2))
    outcome = run_batch("forms", Path("there"), engine=make())
    assert (outcome.reports, outcome.unread) == (25, 1)
    ours, theirs = results(tmp_path / "here"), results(tmp_path / "there")
    assert {REPORTS, "errors.csv", "summary.html", "summary.xlsx"} <= set(ours)
    assert not find_spec("pyarrow") or {f"{name}.parquet" for name in ("submissions", "scores", "findings")} <= set(ours)
    assert [name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name)] == []


@pytest.mark.parametrize("make", CLUSTERS, indirect=True)
def test_what_if_runs_on_every_engine(make: Make, folder: Path, tmp_path: Path) -> None:
    from scorer.sets import load_set

    other = load_set("mof/project-2020")
    run_batch(folder, tmp_path / "out")
    for path in folder.rglob("*.toml"):
        path.unlink()
    run_batch(tmp_path / "out", tmp_path / "here", other)
    run_batch(tmp_path / "out", tmp_path / "there", other, engine=make())
    assert (tmp_path / "here" / REPORTS).read_bytes() == (tmp_path / "there" / REPORTS).read_bytes()


OLD_WORD = compound({"WordDocument": b"x" * 600 + b"\x07\x00" * 20})


@pytest.fixture
def hanging(folder: Path, tmp_path: Path) -> dict[str, str]:
    """The folder has an old Word file too; the environment, a converter that never ends with it."""
    (folder / "旧.doc").write_bytes(OLD_WORD)
    converter = tmp_path / "soffice"
    converter.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/converter\nexec sleep 600\n")
    converter.chmod(0o755)
    return {**os.environ, office.ENVIRONMENT: str(converter), "PYTHONIOENCODING": "utf-8"}


def batch_command(folder: Path, output: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "scorer", "batch", str(folder), "-o", str(output), "--workers", "2", *more]


def heed_the_keys() -> None:
    """A run of the tests in the background has the keys ignored, and its children inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs signals of POSIX")
@pytest.mark.parametrize("engine", ENGINES)
def test_ctrl_c_in_mid_run_leaves_a_folder_that_is_resumed(
    engine: str, folder: Path, tmp_path: Path, hanging: dict[str, str]
) -> None:
    """Everything is done but one file, which never ends: then the keys are pressed, for every process of the terminal."""
    output = tmp_path / "out"
    process = subprocess.Popen(
        batch_command(folder, output, "--engine", engine),
        cwd=ROOT,
        env=hanging,
        start_new_session=True,
        preexec_fn=heed_the_keys,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    until = time.monotonic() + 120
    while time.monotonic() < until and process.poll() is None and not (done(output) and (tmp_path / "converter").exists()):
        time.sleep(0.02)
    finished = done(output)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "已中断" in said
    assert "同一命令" in said
    assert "Traceback" not in said
    assert not (output / REPORTS).exists()
    assert finished
    if LINUX:
        converter = int((tmp_path / "converter").read_text())
        assert left_after_a_while([converter]) == []
    (folder / "旧.doc").unlink()
    assert run(["batch", str(folder), "-o", str(output), "--fail-on", "never"]) == 0
    run_batch(folder, tmp_path / "whole")
    assert (output / REPORTS).read_bytes() == (tmp_path / "whole" / REPORTS).read_bytes()
    read = Counter(json.loads(line)[0] for line in (output / GATHERED / INDEX).read_bytes().splitlines())
    assert max(read.values()) == 1


def done(output: Path) -> int:
    """How many forms are in the index of a run that is going on."""
    index = output / GATHERED / INDEX
    return index.read_bytes().count(b"\n") if index.exists() else 0


@pytest.mark.skipif(not Path("/bin/sh").exists(), reason="no shell to play the converter")
def test_a_file_that_hangs_is_unread_and_the_rest_is_done(folder: Path, tmp_path: Path, hanging: dict[str, str]) -> None:
    """Of the rest nothing is said but that it is there: on a busy computer three seconds may be few for any file."""
    command = batch_command(folder, tmp_path / "out", "--seconds", "3", "--fail-on", "never")
    found = subprocess.run(command, cwd=ROOT, env=hanging, capture_output=True, text=True, encoding="utf-8", timeout=120)
    assert found.returncode == 0
    reports = [json.loads(line) for line in (tmp_path / "out" / REPORTS).read_bytes().splitlines()]
    unread = [one["submission"]["files"][0]["path"] for one in reports if one["findings"][:1] and one["findings"][0]["code"] == "F610"]
    assert {"坏.toml", "旧.doc"} <= {Path(path).name for path in unread}
    assert len(reports) == 26
    assert not LINUX or left_after_a_while([int((tmp_path / "converter").read_text())]) == []


def test_progress_in_a_log_is_a_line_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    said: list[str] = []
    progress = Progress(said.append, terminal=False)
    progress.begin(100, 20)
    for number in range(100):
        now += LOG_SECONDS / 10
        progress.step(f"{number}.toml")
    progress.end()
    assert said[0].startswith("已有 20 份")
    assert len(said) == 1 + 100 // 10 + 1
    assert "10/100 · " in said[1]
    assert "还需" in said[1]
    assert not any("\r" in line or "\n" in line for line in said)


# ------------------------------------------------------------------------------------------------------- the command


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--scheduler", "tcp://127.0.0.1:9"], "--scheduler 只用于 --engine dask"),
        (["--master", "yarn"], "--master 只用于 --engine spark"),
        (["--engine", "spark", "--scheduler", "tcp://127.0.0.1:9"], "--scheduler 只用于 --engine dask"),
        (["--engine", "dask", "--master", "yarn"], "--master 只用于 --engine spark"),
        (["--engine", "dask", "--scheduler", "tcp://127.0.0.1:9", "--workers", "2"], "去掉 --workers 或 --scheduler"),
        (["--engine", "spark", "--master", "yarn", "--workers", "2"], "去掉 --workers 或 --master"),
        (["--engine", "ray"], "没有“ray”这种方式；可用的有 local、dask、spark"),
    ],
)
def test_options_that_contradict_each_other_are_said(
    options: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["batch", str(tmp_path), "-o", str(tmp_path / "out"), *options]) == 2
    assert said in capsys.readouterr().err
