"""One module a format: the bytes of a file as a Document of located cells and paragraphs."""
