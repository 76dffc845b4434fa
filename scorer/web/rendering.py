"""Pages of their templates, in the house environment: each word of strangers escaped, no inline script or style."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.utils import timezone

from scorer.model import points_text
from scorer.report import page as report_page
from scorer.report import sentences
from scorer.report.templating import environment
from scorer.web.states import Role

TEMPLATES = Path(__file__).parent / "templates"
HOUSE = environment(TEMPLATES, report_page.TEMPLATES)


def page(request: HttpRequest, template: str, *, status: int = 200, **given: Any) -> HttpResponse:
    """The page of a template with what every page shows: who is there, and the token of its forms."""
    user = getattr(request, "user", None)
    here = user if user is not None and user.is_authenticated else None
    content = HOUSE.get_template(template).render(
        request=request,
        user=here,
        csrf=get_token(request),
        said=sentences,
        Role=Role,
        solo=settings.WORKBENCH.solo,
        asked_by_htmx=bool(request.headers.get("HX-Request")),
        **given,
    )
    return HttpResponse(content, status=status)


def clock(moment: datetime | None) -> str:
    """A time as people write it here: ``2024-03-05 09:30``, "" for none."""
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M") if moment else ""


def short(value: Decimal | None) -> str:
    """Points without the zeros that say nothing: 98, 83.5; "" for none."""
    text = points_text(value) or ""
    return text.rstrip("0").rstrip(".") if "." in text else text


def size_words(size: int) -> str:
    """A file's size in the unit that suits it."""
    return f"{size / 1024 / 1024:.1f} MB" if size >= 1024 * 1024 else f"{max(size // 1024, 1)} KB"


HOUSE.filters.update(clock=clock, short=short, size=size_words)
