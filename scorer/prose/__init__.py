"""What running text says of its figures: mentions, free tables, and one module for each kind of statement."""
