"""gdtui in a browser. Needs the extra `gdtui[web]`."""
