"""Logs without what is private in them: only the lines that matter, names and addresses as pseudonyms."""
