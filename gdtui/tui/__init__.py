"""The front end for terminals (Textual)."""
