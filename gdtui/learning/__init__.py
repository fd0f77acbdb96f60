"""What learns, and knows of no screen."""
