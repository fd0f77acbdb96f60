"""A training session: commands in, snapshots out. Knows of no screen."""
