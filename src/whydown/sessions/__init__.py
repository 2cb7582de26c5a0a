"""Events to sessions to episodes: who talks to whom, on one clock, and when it was up or down."""
