"""Logs of other people's training: what they say, whatever wrote them. README.md beside this tells of the formats."""
