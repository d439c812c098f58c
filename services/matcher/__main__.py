"""Run the service, or one of its commands: each loads only what it needs."""

import sys

if __name__ == "__main__":
    if not sys.argv[1:]:
        from services.matcher import app

        app.run()
    else:
        from services.matcher import commands

        sys.exit(commands.main(sys.argv[1:]))
