"""Text from outside, made fit for a screen."""


def printable(text: str) -> str:
    """The same without what a terminal would obey, such as escape codes, tabs and line ends."""
    return "".join(map(_harmless, text))


def _harmless(letter: str) -> str:
    if letter.isprintable() or "\udc80" <= letter <= "\udcff":  # the latter stand for bytes of a path
        return letter
    return " " if letter.isspace() else "�"
