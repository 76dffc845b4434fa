"""The command line: options and their order, no algorithm."""
