"""What the system refuses is said in Chinese, with nothing left behind, whatever the system's own language."""

import errno
import io
import os
import re
import sys
from pathlib import Path

import pytest

from scorer import ScorerError
from scorer.cli import console
from scorer.saving import CAUSES, cause, refuse_existing, save

ENGLISH = re.compile(r"[A-Za-z]{2,} [a-z]{2,}")


@pytest.mark.parametrize("name", sorted(CAUSES))
def test_a_cause_is_said_without_the_words_of_the_system(name: str) -> None:
    number = getattr(errno, name, None)
    if number is None:
        pytest.skip(f"this system has no {name}")
    said = cause(OSError(number, "No such file or directory"))
    assert said == CAUSES[name]
    assert not ENGLISH.search(said)


def test_a_rare_cause_is_said_by_its_number() -> None:
    assert cause(OSError(errno.EPIPE, "Broken pipe")) == "系统错误 EPIPE"
    assert cause(OSError("odd")) == "系统拒绝"


@pytest.mark.parametrize(
    ("where", "words"),
    [("没有/报告.html", "没有文件夹"), (".", "是文件夹"), ("", "空的"), ("长" * 300, "文件名太长"), ("a\0b", "不能用的字符")],
)
def test_what_cannot_be_written_is_said_before_the_work(tmp_path: Path, where: str, words: str) -> None:
    with pytest.raises(ScorerError, match=words) as caught:
        refuse_existing(f"{tmp_path}/{where}" if where else "", force=True)
    assert not ENGLISH.search(str(caught.value).replace(str(tmp_path), ""))
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_no_fault_of_the_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, target: Path) -> Path:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(ScorerError, match="磁盘已满"):
        save("内容", tmp_path / "报告.txt")
    assert list(tmp_path.iterdir()) == []


class Full(io.StringIO):
    """A stream that takes nothing."""

    def __init__(self, path: Path, number: int) -> None:
        super().__init__()
        self.file = path.open("w", encoding="utf-8")
        self.number = number

    def flush(self) -> None:
        raise OSError(self.number, "No space left on device")

    def fileno(self) -> int:
        return self.file.fileno()


def test_output_to_a_full_disk_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", Full(tmp_path / "full", errno.ENOSPC))
    with pytest.raises(ScorerError, match="磁盘已满"):
        console.write("结果")


def test_a_reader_that_has_gone_ends_the_output_quietly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Full(tmp_path / "gone", errno.EPIPE)
    monkeypatch.setattr(stream, "flush", lambda: (_ for _ in ()).throw(BrokenPipeError()))
    monkeypatch.setattr(sys, "stdout", stream)
    console.write("结果")


def test_closed_streams_swallow_what_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    console.prepare()
    console.write("结果")
    console.write("错误", error=True)
    assert console.width() == 80


@pytest.mark.skipif(os.name == "nt", reason="pipes and devices of Windows have no path among files")
@pytest.mark.parametrize("force", [False, True])
def test_what_is_no_regular_file_is_never_replaced(tmp_path: Path, force: bool) -> None:
    pipe, link = tmp_path / "管道", tmp_path / "链接.json"
    os.mkfifo(pipe)
    link.symlink_to(pipe)
    for path in (pipe, link):
        with pytest.raises(ScorerError, match="不是普通文件，没有写入"):
            save("{}", path, force=force)
    assert pipe.is_fifo()
    assert link.is_symlink()
    assert sorted(tmp_path.iterdir()) == sorted([pipe, link])


@pytest.mark.skipif(os.name == "nt", reason="making a link needs a right of its own on Windows")
def test_a_link_stays_and_its_file_is_written(tmp_path: Path) -> None:
    (tmp_path / "年报").mkdir()
    kept, link = tmp_path / "年报" / "报告.json", tmp_path / "最新.json"
    link.symlink_to(kept)
    save("一", link)
    save("二", link, force=True)
    assert link.is_symlink()
    assert kept.read_text("utf-8") == "二"
    assert [path.name for path in kept.parent.iterdir()] == ["报告.json"]
