"""`python -m tracker.cli`, for where no script is installed."""

from tracker.cli import main

main()
