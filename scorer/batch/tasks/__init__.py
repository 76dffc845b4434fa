"""What is done with one task, in whatever process."""
