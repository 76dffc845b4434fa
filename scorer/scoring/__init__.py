"""Align a submission to an indicator set, score its rows with the kernel, roll the tree up."""
