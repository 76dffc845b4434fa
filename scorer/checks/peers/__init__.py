"""The checks across the forms of a batch: P, and what C307 says of two years."""

from scorer.checks.peers import copied, marks, twice
from scorer.checks.peers.batch import Batch
from scorer.checks.peers.facts import Facts

__all__ = ["Batch", "Facts", "copied", "marks", "twice"]
