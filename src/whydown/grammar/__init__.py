"""Records to events: the message language, its reader, its checks and the matcher it compiles to."""
