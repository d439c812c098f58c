"""`python -m services.notifier` runs the notifier."""

from services.notifier.app import run

run()
