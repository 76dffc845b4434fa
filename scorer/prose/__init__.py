"""What running text says of its figures: mentions, free tables, one module for each kind of statement; and `disclosure/`."""
