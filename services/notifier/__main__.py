"""`python -m services.notifier`: run the notifier, or one of its commands."""

import sys

from services.notifier import app, commands

if __name__ == "__main__":
    if sys.argv[1:]:
        sys.exit(commands.main(sys.argv[1:]))
    app.run()
