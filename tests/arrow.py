"""pyarrow for the tests that need it: whoever imports from here is skipped as a whole where it is not installed."""

import pytest

arrow = pytest.importorskip("pyarrow", reason="pyarrow (extra batch) is not installed")
parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow (extra batch) is not installed")

__all__ = ["arrow", "parquet"]
