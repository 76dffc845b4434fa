"""How every page is made of its templates: each word of strangers escaped, the page's own style and scripts told by digest."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scorer.model import points_text
from scorer.report.sentences import printable

if TYPE_CHECKING:
    from jinja2 import Environment


@cache
def environment(*folders: Path) -> Environment:
    """The templates of some folders, the first that has one of a name. A name that they use and nobody gave is a fault, not a blank."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    found = Environment(
        loader=FileSystemLoader(folders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_finalized,
    )
    found.filters["points"] = lambda value: points_text(value) or ""
    return found


def _finalized(value: Any) -> Any:
    """Texts without what a page cannot hold or what would turn its reading direction; everything else untouched."""
    from markupsafe import Markup

    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def markup(trusted: str) -> str:
    """Our own style sheet or script, which must not be escaped; nothing else passes here."""
    from markupsafe import Markup

    return Markup(trusted)  # noqa: S704 -- a file of this package


def digest_of(text: str) -> str:
    """The SHA-256 of a style sheet or script in base64, by which a content security policy knows it."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
