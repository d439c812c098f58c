"""Say, in one line and with the exit code, whether the tests on Apache Kafka can run here."""

import sys

from deploy.embedded.processes import StartError
from tests.support.apache_kafka.jars import fetched, missing


def main() -> None:
    """Fetch what is needed, the first time."""
    if absent := missing():
        sys.exit(f"The tests on Apache Kafka are left out: {absent} not installed.")
    try:
        fetched()
    except StartError as failed:
        sys.exit(f"The tests on Apache Kafka are left out. {failed}")


if __name__ == "__main__":
    main()
