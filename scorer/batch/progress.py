"""How far a batch has come: one line on a terminal, a line now and then in a log."""

from __future__ import annotations

import time
from collections.abc import Callable

TERMINAL_SECONDS = 0.2
LOG_SECONDS = 15.0


class Progress:
    """Counts finished submissions and tells `say` at times: done, rate, remaining time."""

    def __init__(self, say: Callable[[str], None] | None, terminal: bool) -> None:
        self._say = say
        self._pause = TERMINAL_SECONDS if terminal else LOG_SECONDS
        self._began = self._told = time.monotonic()
        self._total = self._done = 0

    def begin(self, total: int, known: int) -> None:
        self._began = self._told = time.monotonic()
        self._total = total
        if known and self._say:
            self._say(f"已有 {known} 份，还需处理 {total} 份")

    def step(self, name: str) -> None:
        self._done += 1
        now = time.monotonic()
        if self._say and now - self._told >= self._pause:
            self._told = now
            self._say(progress_words(self._done, self._total, now - self._began, name))

    def end(self) -> None:
        if self._say and self._told != self._began:
            self._say(progress_words(self._done, self._total, time.monotonic() - self._began, ""))


def progress_words(done: int, total: int, seconds: float, name: str) -> str:
    """``120/10000 · 每秒 152 份 · 还需约 1 分 5 秒 · 某县/自评表.xlsx``"""
    rate = done / seconds if seconds > 0 else 0.0
    words = [f"{done}/{total}", f"每秒 {rate:.0f} 份" if rate >= 10 else f"每秒 {rate:.1f} 份"]
    if rate and done < total:
        words.append(f"还需约 {duration_words((total - done) / rate)}")
    return " · ".join([*words, name] if name else words)


def duration_words(seconds: float) -> str:
    whole = max(round(seconds), 1)
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    if hours:
        return f"{hours} 小时 {minutes} 分"
    return f"{minutes} 分 {rest} 秒" if minutes else f"{rest} 秒"
