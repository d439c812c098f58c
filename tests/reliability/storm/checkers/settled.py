"""Everything came to rest."""

from tests.reliability.storm.history import History

FINAL = {"accepted", "failed", "cancelled", "expired"}
LATER = {"planned"}


def settled(history: History) -> list[str]:
    """What is still on its way, or ended where it should not."""
    return [
        *history.unsettled,
        *(
            f"{delivery.kind} {delivery.id} is {delivery.state}"
            for delivery in history.notifier.deliveries.values()
            if delivery.state not in FINAL | LATER and delivery.waits
        ),
        *(
            f"{delivery.kind} {delivery.id} could not be delivered"
            for delivery in history.notifier.deliveries.values()
            if delivery.state in {"failed", "expired"}
        ),
    ]
