"""Chinese of the messages of click, which parses the command line; the keys are click's sentences."""

MESSAGES: dict[str, str] = {}
