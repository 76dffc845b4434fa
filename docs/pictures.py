"""Make the pictures of the README: a terminal run and the HTML report, of an invented form with its report.

    python docs/pictures.py

The terminal is drawn as SVG; the pages are photographed by Chromium (chromium or google-chrome on the PATH), and left as
they are where there is none.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

from scorer import evaluate, read_submission, write_report
from scorer.cli.app import run
from scorer.report.width import width_of

FOLDER = Path(__file__).resolve().parent / "pictures"
LARGEST = 200_000  # bytes
FIRST = "summary"
FORM, TEXT, PAGE = "自评表.docx", "自评报告.txt", "复核报告.html"
COLUMNS, LINES = 84, 46
CELL, LINE, MARGIN = 8.4, 19, 20
COLOURS = {"31;1": "#ff8b85", "33;1": "#f2bd62", "36;1": "#7fc8f0", "1": "#ffffff"}
ESCAPE = re.compile(r"\x1b\[([\d;]*)m")
PHOTOGRAPHS = {"report.png": (1180, 900, "summary"), "evidence.png": (1180, 1230, "evidence")}

RECORD = """\
unit = "某县总工会"
project = "困难职工帮扶专项资金"
year = 2023
set = "mof/project-2020"
claimed_total = 98

[[funds]]
source = "合计"
budget = 355.2
executed = 339.8
rate = "95.66%"
weight = 10
claimed = 9.5

[[answer]]
path = ["产出指标", "数量指标", "帮扶困难职工"]
weight = 20
target = "≥500人次"
actual = "709人次"
claimed = 20

[[answer]]
path = ["产出指标", "数量指标", "职工技能培训"]
weight = 10
target = "≥12场"
actual = "9场"
claimed = 10

[[answer]]
path = ["产出指标", "质量指标", "救助对象准确率"]
weight = 10
target = "100%"
actual = "100%"
claimed = 10

[[answer]]
path = ["产出指标", "时效指标", "资金发放时间"]
weight = 10
target = "2023年12月底前"
actual = "2023年11月"
claimed = 10

[[answer]]
path = ["效益指标", "社会效益指标", "职工队伍稳定"]
weight = 30
target = "稳定"
actual = "职工队伍总体稳定"
claimed = 28.5

[[answer]]
path = ["满意度指标", "服务对象满意度指标", "受助职工满意度"]
weight = 10
target = "≥95%"
actual = "97%"
claimed = 10
"""
REPORT = """\
某县总工会2023年度困难职工帮扶专项资金绩效自评报告
一、项目基本情况
2023年度困难职工帮扶专项资金预算355.2万元，支出339.8万元。其中生活救助212万元，医疗救助84.6万元，助学救助43.2万元，\
合计339.8万元。
二、绩效目标完成情况
全年帮扶困难职工690人次，其中生活救助402人次，医疗救助173人次，助学救助115人次。
举办职工技能培训12场，培训职工640人。
三、存在的问题
培训形式较为单一。
"""


def main() -> None:
    """Write every picture into `docs/pictures`; fails when one has become too large."""
    FOLDER.mkdir(exist_ok=True)
    here = Path.cwd()
    with tempfile.TemporaryDirectory() as name:
        os.chdir(name)
        try:
            prepare()
            submission = read_submission(FORM, TEXT)
            report = evaluate(submission)
            text = str(write_report(report, width=COLUMNS, colour=True))
            write_report(report, "html", PAGE, submission=submission)
            (FOLDER / "terminal.svg").write_text(terminal(text), encoding="utf-8", newline="\n")
            photograph(Path(name) / PAGE)
        finally:
            os.chdir(here)
    large = [path.name for path in FOLDER.iterdir() if path.stat().st_size > LARGEST]
    if large:
        sys.exit(f"larger than {LARGEST} bytes: {', '.join(large)}")


def prepare() -> None:
    """The invented form as a Word file, and its report."""
    Path("自评表.toml").write_text(RECORD, encoding="utf-8")
    Path(TEXT).write_text(REPORT, encoding="utf-8")
    with contextlib.redirect_stderr(io.StringIO()) as said:
        if run(["convert", "自评表.toml", "-o", FORM]):
            sys.exit(said.getvalue())


def terminal(text: str) -> str:
    """The first lines of a coloured run as SVG; every character stands where its column is, whatever the font."""
    command = f"$ scorer score {FORM} {TEXT}"
    lines = [[("1", command)], [], *(list(runs(line)) for line in text.splitlines()[:LINES])]
    width, height = round(COLUMNS * CELL + 2 * MARGIN), len(lines) * LINE + 2 * MARGIN
    rows = []
    for number, line in enumerate(lines, 1):
        column = 0
        for style, words in line:
            for piece in re.findall(r"[!-~]+(?: [!-~]+)*| +|[^ -~]+", words):
                size = width_of(piece)
                if piece.strip():
                    rows.append(_piece(piece, style, MARGIN + column * CELL, MARGIN + number * LINE - 5, size * CELL))
                column += size
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        f'aria-label="scorer score 的输出：计分表、总分和发现">\n<rect width="{width}" height="{height}" rx="8" fill="#161b22"/>\n'
        '<g font-family="ui-monospace,Consolas,\'Noto Sans Mono CJK SC\',\'Microsoft YaHei\',monospace" font-size="14" '
        f'fill="#d5dbe4" xml:space="preserve">\n{"".join(rows)}</g>\n</svg>\n'
    )


def runs(line: str) -> Iterator[tuple[str, str]]:
    """A line with colour codes as (style, words)."""
    style = ""
    for position, part in enumerate(ESCAPE.split(line)):
        if position % 2:
            style = "" if part in ("", "0") else part
        elif part:
            yield style, part


def _piece(words: str, style: str, x: float, y: float, length: float) -> str:
    look = f' fill="{COLOURS[style]}" font-weight="700"' if style in COLOURS else ""
    return f'<text x="{x:.1f}" y="{y}" textLength="{length:.1f}" lengthAdjust="spacingAndGlyphs"{look}>{escape(words)}</text>\n'


def photograph(page: Path) -> None:
    """The page as a reader first sees it, and its evidence."""
    browser = next((found for name in ("chromium", "google-chrome", "chrome") if (found := shutil.which(name))), None)
    if browser is None:
        print("no Chromium on the PATH: the photographs stay as they are", file=sys.stderr)
        return
    whole = page.read_text(encoding="utf-8")
    before = whole.index(f'<section id="{FIRST}"')
    for name, (width, height, section) in PHOTOGRAPHS.items():
        # a headless browser does not scroll: the sections above the one wanted are left out
        shown = page.with_name(f"{section}.html")
        shown.write_text(whole[:before] + whole[whole.index(f'<section id="{section}"') :], encoding="utf-8")
        options = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--hide-scrollbars")
        window = (f"--window-size={width},{height}", f"--screenshot={FOLDER / name}", shown.as_uri())
        subprocess.run([browser, *options, *window], check=True, capture_output=True)  # noqa: S603 -- our own page


if __name__ == "__main__":
    main()
