"""Real terminals: a pty with a terminal emulator behind it, near or at the far end of a slow link."""
