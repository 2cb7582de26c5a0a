"""Bytes to lines: files, directories, globs, stdin and compressed files, each line with where it stands."""
