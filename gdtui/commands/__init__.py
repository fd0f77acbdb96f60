"""The commands of the command line beside training: `gdtui NAME …` is the `run` of the module of that name."""
