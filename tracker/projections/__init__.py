"""From events to answers: the runner, the bitemporal history, the inbox, and the types that reads return."""
