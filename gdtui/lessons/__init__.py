"""Lessons: what is taught, step by step, on a run that the learner steers. Files anybody can write; see README.md."""
