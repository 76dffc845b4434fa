"""Forms in plain text whose tables lost their grid: one cell a line, or shorter rows."""
