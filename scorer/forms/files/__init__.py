"""Files of strangers before any format: limits, packages, encodings, opening."""
