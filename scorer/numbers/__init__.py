"""Figures in Chinese as quantities: numerals, units, periods, the pattern of a quantity, its reading, its interval."""
