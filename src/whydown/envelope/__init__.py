"""Lines to records: who wrote it when, and the message without its header."""
