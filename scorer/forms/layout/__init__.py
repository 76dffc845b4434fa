"""From the tables of a Document to a Submission: head, columns, rows, money, names."""
