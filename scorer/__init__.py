"""Score Chinese budget performance self-evaluations (绩效自评) and show where their figures disagree.

The whole public API is listed in `__all__`; everything else may change. Names are imported when first used, so that
``import scorer`` and ``scorer --help`` stay fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scorer.evaluation import evaluate, evaluate_all
    from scorer.forms import read_submission, read_submissions
    from scorer.model import Finding, Report, ScorerError, Submission
    from scorer.numbers.quantity import Quantity, find_quantities, parse_quantity
    from scorer.report import write_report
    from scorer.sets import list_sets, load_set

__version__ = "0.1.0"

DISTRIBUTION = "jixiao-scorer"
"""What this is called where packages are installed from; one called scorer is somebody else's."""

__all__ = [
    "Finding",
    "Quantity",
    "Report",
    "ScorerError",
    "Submission",
    "evaluate",
    "evaluate_all",
    "find_quantities",
    "list_sets",
    "load_set",
    "parse_quantity",
    "read_submission",
    "read_submissions",
    "write_report",
]

_HOME = {
    "Finding": "model",
    "Quantity": "numbers.quantity",
    "Report": "model",
    "ScorerError": "model",
    "Submission": "model",
    "evaluate": "evaluation",
    "evaluate_all": "evaluation",
    "find_quantities": "numbers.quantity",
    "list_sets": "sets",
    "load_set": "sets",
    "parse_quantity": "numbers.quantity",
    "read_submission": "forms",
    "read_submissions": "forms",
    "write_report": "report",
}


def install_words(extra: str) -> str:
    """How to install an extra, as messages say it after 请: from a clone, or by the name of the distribution."""
    return f"在源码文件夹中运行 pip install '.[{extra}]'，或 pip install '{DISTRIBUTION}[{extra}]'"


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
