"""The rows of a flat table as the kernel's columns: texts read once, what is remembered, alignment to a set."""
