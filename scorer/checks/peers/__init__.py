"""The checks across the forms of a batch: P, and what C307 says of two years."""

from scorer.checks.peers import copied, marks, twice
from scorer.checks.peers.kept import Facts
from scorer.checks.peers.peers import Batch

__all__ = ["Batch", "Facts", "copied", "marks", "twice"]
