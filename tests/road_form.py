"""A form of one indicator, as the tests of batches and of engines write it many times."""


def road_form(unit: str, actual: int) -> str:
    """In TOML: so many roads built of ten, all of the points claimed and all of the money spent."""
    return f"""unit = "{unit}"
year = 2023
claimed_total = 100
[[funds]]
source = "合计"
budget = 100
executed = 100
[[answer]]
path = ["产出指标", "数量指标", "修路条数"]
weight = 100
target = "≥10条"
actual = "{actual}条"
claimed = 100
"""
