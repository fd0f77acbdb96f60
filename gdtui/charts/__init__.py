"""Drawings: (what was learnt, width, height) to a grid of styled cells. The only user of plotext."""
