"""Where the work of a batch is done: a function over many tasks, on this computer or on a cluster.

An engine has one method, `run(work, tasks)`. It promises that every task gives exactly one outcome: what `work` returned,
or `Lost` with the reason. The order of the outcomes is no promise.
"""

from scorer.engines.dask import Dask
from scorer.engines.engine import Engine, Lost
from scorer.engines.local import Local
from scorer.engines.program import program_digest
from scorer.engines.spark import Spark

__all__ = ["Dask", "Engine", "Local", "Lost", "Spark", "program_digest"]
