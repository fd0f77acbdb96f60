"""Views: a snapshot and a size to a drawing. One file a view."""
