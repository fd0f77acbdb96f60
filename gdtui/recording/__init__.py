"""Recordings: casts out, tapes in, pictures of a terminal's screen. Knows bytes and keys, and nothing of learning."""
