"""What is to be read: files of a folder, a list or an archive of results, or the pieces of a flat table."""
