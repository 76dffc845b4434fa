"""What moved between two batches, and why."""
