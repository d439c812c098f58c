"""What each service may do at the broker, one account each; as commands for Kafka's own tool.

python -m deploy.kafka.rights BOOTSTRAP ADMIN.properties
"""

import sys
from dataclasses import dataclass

from shared.contracts.topics import Service, dead_letters_of, read_by, written_by


@dataclass(frozen=True, slots=True)
class Right:
    """One operation on one topic or group, for the account that is called as the service is."""

    service: Service
    operation: str
    resource: str
    name: str

    def as_command(self, bootstrap: str, properties: str) -> str:
        """The line that grants it."""
        return (
            f"kafka-acls.sh --bootstrap-server {bootstrap} --command-config {properties} --add"
            f" --allow-principal User:{self.service} --operation {self.operation}"
            f" --{self.resource} {self.name}"
        )


def rights_of(service: Service) -> list[Right]:
    """No more than a service needs: above all, only the notifier reads contacts of others."""
    reads = [topic.name for topic in read_by(service)]
    writes = [*(topic.name for topic in written_by(service)), dead_letters_of(service)]
    return [
        *(Right(service, "Create", "topic", name) for name in (*reads, *writes)),
        # A relay reads its own topics' ends, to see whether the log was lost.
        *(Right(service, "Read", "topic", name) for name in (*reads, *writes)),
        *(Right(service, "Write", "topic", name) for name in writes),
        Right(service, "Read", "group", f"passerelle.{service}"),
    ]


def main(bootstrap: str, properties: str) -> None:
    """Print the commands."""
    for service in Service:
        for right in rights_of(service):
            print(right.as_command(bootstrap, properties))


if __name__ == "__main__":
    if len(sys.argv) != 3:  # noqa: PLR2004  # the program and its two arguments
        sys.exit(__doc__)
    main(*sys.argv[1:])
