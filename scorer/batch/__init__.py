"""Many submissions at once: gather what is in the files, score it, write the results; a broken file stops nothing."""

from scorer.batch.lookup import find_report, find_reports
from scorer.batch.results import REPORTS, Outcome
from scorer.batch.run import Settings, chosen_engine, run_batch
from scorer.batch.sources.files import is_output

__all__ = ["REPORTS", "Outcome", "Settings", "chosen_engine", "find_report", "find_reports", "is_output", "run_batch"]
