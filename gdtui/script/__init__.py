"""What other people's training scripts use: a log that `gdtui watch` shows as it grows, and steers from.

Imports the standard library alone, and of that as little as can be, since it is paid for by each such script.
"""
