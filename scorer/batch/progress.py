"""How far a batch has come: a bar on one line of a terminal, a line now and then in a log."""

from __future__ import annotations

import time
from collections.abc import Callable

from scorer.report.width import cleaned, cut, width_of

TERMINAL_SECONDS = 0.2
LOG_SECONDS = 15.0
SETTLED_SECONDS = 2.0
BAR_MOST = 24
BAR_LEAST = 8


class Progress:
    """Counts finished submissions and tells `say` at times: done, rate, remaining time.

    On a `terminal` what is said is one line that is written over; `columns` gives its width. In a log every saying is a
    line of its own.
    """

    def __init__(
        self, say: Callable[[str], None] | None, terminal: bool, columns: Callable[[], int] = lambda: 80
    ) -> None:
        self._say = say
        self._terminal = terminal
        self._columns = columns
        self._pause = TERMINAL_SECONDS if terminal else LOG_SECONDS
        self._began = self._told = time.monotonic()
        self._total = self._done = 0
        self._what = "读取"

    def begin(self, total: int, known: int) -> None:
        """The reading of `total` submissions begins; `known` others need not be read."""
        if self._say and not self._terminal:
            self._say(beginning_words(total, known))
        self.stage("读取", total)

    def stage(self, what: str, total: int) -> None:
        """Another piece of the work begins, of `total` steps, 0 where they cannot be counted."""
        self._what, self._total, self._done = what, total, 0
        self._began = self._told = time.monotonic()
        if self._terminal:
            self._tell(0.0, "")

    def step(self, name: str) -> None:
        self._done += 1
        now = time.monotonic()
        if self._say and now - self._told >= self._pause:
            self._told = now
            self._tell(now - self._began, name)

    def end(self) -> None:
        if self._say and self._total and not self._terminal:
            self._tell(time.monotonic() - self._began, "")

    def _tell(self, seconds: float, name: str) -> None:
        if self._say is None:
            return
        if self._terminal:
            self._say(progress_line(self._what, self._done, self._total, seconds, name, self._columns() - 1))
        else:
            words = progress_words(self._done, self._total, seconds)
            self._say(f"{self._what} {words}" + (f" · {cleaned(name)}" if name else ""))


def beginning_words(total: int, known: int) -> str:
    if not total:
        return f"{known} 份都已读取，不再读取"
    return f"已有 {known} 份，还需读取 {total} 份" if known else f"需读取 {total} 份"


def progress_line(what: str, done: int, total: int, seconds: float, name: str, width: int) -> str:
    """One line of at most `width` columns: ``读取 [####----]  42% 420/1000 · 每秒 152 份 · 还需约 4 秒 · 某县.xlsx``.

    The bar is of plain characters: block characters are one column wide here and two there.
    """
    if not total:
        return cut(f"{what}……", width)
    words = progress_words(done, total, seconds)
    share = f"{100 * done // total:3d}%"
    room = width - width_of(f"{what} [] {share} {words}")
    if room < BAR_LEAST:
        return cut(f"{what} {share} {words}", width)
    shown = cleaned(name).replace("\\", "/").rsplit("/", 1)[-1]
    bar = min(BAR_MOST, room)
    left = room - BAR_LEAST * 2 - 3
    if shown and left >= BAR_LEAST:
        bar = min(BAR_MOST, BAR_LEAST * 2)
        shown = f" · {cut(shown, room - bar - 3)}"
    else:
        shown = ""
    filled = bar * done // total
    return f"{what} [{'#' * filled}{'-' * (bar - filled)}] {share} {words}{shown}"


def progress_words(done: int, total: int, seconds: float) -> str:
    """``120/10000 · 每秒 152 份 · 还需约 1 分 5 秒``; no rate before it has settled: processes start first."""
    words = [f"{done}/{total}"]
    if done and seconds >= SETTLED_SECONDS:
        rate = done / seconds
        words.append(f"每秒 {rate:.0f} 份" if rate >= 10 else f"每秒 {rate:.1f} 份" if rate >= 0.1 else f"每份 {1 / rate:.0f} 秒")
        if done < total:
            words.append(f"还需约 {duration_words((total - done) / rate)}")
    return " · ".join(words)


def duration_words(seconds: float) -> str:
    whole = max(round(seconds), 1)
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    if hours:
        return f"{hours} 小时 {minutes} 分"
    return f"{minutes} 分 {rest} 秒" if minutes else f"{rest} 秒"
