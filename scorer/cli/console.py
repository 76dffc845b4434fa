"""The terminal: what it can print, how wide it is, whether it takes colour.

A console keeps its own encoding, files are UTF-8, and a pipe gets the encoding of the locale. What an encoding lacks is
written as ``\\u2265``, never an exception.
"""

from __future__ import annotations

import io
import os
import sys
from typing import IO


def prepare() -> None:
    """Make the standard streams print whatever they are given; one that its caller has closed swallows it."""
    sys.stdout = sys.stdout or _nowhere()
    sys.stderr = sys.stderr or _nowhere()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def takes_unicode(stream: IO[str] | None = None) -> bool:
    """Can the stream (standard output when None) print every character? Others get JSON in pure ASCII."""
    encoding = getattr(stream or sys.stdout, "encoding", None) or "ascii"
    return encoding.lower().replace("-", "").replace("_", "") in ("utf8", "utf16", "utf16le", "utf8sig", "cp65001")


def width() -> int:
    """Columns of the terminal, 80 when standard output is none: what is piped or saved looks the same everywhere."""
    if not sys.stdout.isatty():
        return 80
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or 80
    except (OSError, ValueError):
        return 80


def colour() -> bool:
    """Only on a terminal, and not where https://no-color.org asks for none."""
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return os.name != "nt" or _windows_escapes()


def _windows_escapes() -> bool:
    """Turn escape sequences on in a Windows console; False where it is too old for them."""
    import ctypes

    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 -- absent elsewhere, and type checkers know it
    handle = kernel.GetStdHandle(-11)
    mode = ctypes.c_ulong()
    if not kernel.GetConsoleMode(handle, ctypes.byref(mode)):
        return False
    return bool(kernel.SetConsoleMode(handle, mode.value | 0x0004))


def _nowhere() -> IO[str]:
    return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123 -- open for as long as the process lives


def write(text: str, *, error: bool = False) -> None:
    """Print and flush. A reader that has gone away (``| head``) ends the output quietly.

    Raises:
        ScorerError: what stands behind standard output takes no more (a full disk).
    """
    stream = sys.stderr if error else sys.stdout
    try:
        stream.write(text)
        stream.flush()
    except OSError as fault:
        _give_up(stream, fault)


def write_bytes(data: bytes) -> None:
    """Print what is no text, or text whose bytes are fixed. Faults as in `write`."""
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except OSError as fault:
        _give_up(sys.stdout, fault)


def _give_up(stream: IO[str], fault: OSError) -> None:
    # the interpreter flushes once more at its end: let that go nowhere
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
    if not isinstance(fault, BrokenPipeError) and stream is not sys.stderr:
        from scorer.model import ScorerError
        from scorer.saving import cause

        raise ScorerError(f"结果写不出去：{cause(fault)}。请检查重定向到的文件或磁盘。") from fault
