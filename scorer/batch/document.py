"""Pages about a whole batch: one file each, nothing loaded, every word of strangers escaped.

They share the style sheet of the single report. The content security policy allows the page's own style sheet and its
own scripts, by digest, and nothing else: there is no `eval`, no handler in an attribute, no network.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scorer import __version__
from scorer.report.sentences import printable

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"
PIECES = 1000  # of a template that are joined before they are written
CHARTS = Path(__file__).parent / "vendored" / "echarts" / "echarts.bar.min.js"


def document(template: str, **values: Any) -> str:
    """A page from one of the templates, which extends ``frame.html``."""
    return "".join(pieces(template, **values))


def pieces(template: str, **values: Any) -> Iterator[str]:
    """The same piece by piece, so that a page with thousands of rows is never held whole."""
    from scorer.report.page import TEMPLATES as REPORT

    style = (REPORT / "page.css").read_text("utf-8") + (TEMPLATES / "summary.css").read_text("utf-8")
    scripts = [path.read_text("utf-8") for path in (CHARTS, TEMPLATES / "summary.js")]
    policy = "; ".join(
        [
            "default-src 'none'",
            f"style-src {_digest(style)}",
            f"script-src {' '.join(map(_digest, scripts))}",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )
    stream = _environment().get_template(template).stream(
        version=__version__,
        policy=policy,
        style=_markup(style),
        scripts=[_markup(script) for script in scripts],
        **values,
    )
    stream.enable_buffering(PIECES)
    return iter(stream)


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_finalized,
    )


def _finalized(value: Any) -> Any:
    """Texts without what a page cannot hold or what would turn its reading direction; everything else untouched."""
    from markupsafe import Markup

    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _markup(trusted: str) -> str:
    """Our own style sheet or script, which must not be escaped; nothing else passes here."""
    from markupsafe import Markup

    return Markup(trusted)  # noqa: S704 -- a file of this package
