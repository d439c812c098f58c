"""`python -m services.profiles`: run the service, or one of its commands."""

import sys

from services.profiles.app import run

if __name__ == "__main__":
    run(sys.argv[1:])
