"""Pages about a whole batch: one file each, nothing loaded, every word of strangers escaped.

They share the style sheet of the single report. The content security policy allows the page's own style sheet and its
own scripts, by digest, and nothing else: there is no `eval`, no handler in an attribute, no network.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scorer import __version__
from scorer.report.page import TEMPLATES as REPORT
from scorer.report.templating import digest_of, environment, markup

TEMPLATES = Path(__file__).parent / "templates"
PIECES = 1000  # of a template that are joined before they are written
CHARTS = Path(__file__).parent / "vendored" / "echarts" / "echarts.bar.min.js"


def document(template: str, **values: Any) -> str:
    """A page from one of the templates, which extends ``frame.html``."""
    return "".join(pieces(template, **values))


def pieces(template: str, **values: Any) -> Iterator[str]:
    """The same piece by piece, so that a page with thousands of rows is never held whole."""
    style = (REPORT / "page.css").read_text("utf-8") + (TEMPLATES / "summary.css").read_text("utf-8")
    scripts = [path.read_text("utf-8") for path in (CHARTS, TEMPLATES / "summary.js")]
    policy = "; ".join(
        [
            "default-src 'none'",
            f"style-src {_source(style)}",
            f"script-src {' '.join(map(_source, scripts))}",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )
    stream = environment(TEMPLATES).get_template(template).stream(
        version=__version__,
        policy=policy,
        style=markup(style),
        scripts=[markup(script) for script in scripts],
        **values,
    )
    stream.enable_buffering(PIECES)
    return iter(stream)


def _source(text: str) -> str:
    return f"'sha256-{digest_of(text)}'"
