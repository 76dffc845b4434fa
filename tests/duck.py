"""DuckDB for the tests that need it and what it reads: whoever imports from here is skipped where one is not installed."""

import pytest

from tests.arrow import arrow

duckdb = pytest.importorskip("duckdb", reason="duckdb (extra batch) is not installed")

__all__ = ["arrow", "duckdb"]
