"""Drawing for slow links, and all that touches Textual's private names."""
