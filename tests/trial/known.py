"""What is known to be broken. The trial tries it all the same; the tests, which have to pass, leave it out."""

KNOWN: dict[str, str] = {}
"""Names of what a part of the trial does or looks at, and what it comes upon. A mend takes its lines away."""
