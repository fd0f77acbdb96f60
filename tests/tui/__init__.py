"""The app under Textual's pilot."""
