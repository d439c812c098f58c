"""What a side is shown of a proposal."""

from dataclasses import replace

from services.notifier.application.show import fit_of
from services.notifier.domain.people import Reason
from tests.unit.notifier.people import SHOWN, WHY


def test_reasons_keep_the_matchers_order_which_gives_quotes_first() -> None:
    reasons = tuple(
        Reason(f"Raison {n}", f"Reason {n}", share) for n, share in enumerate((0.1, 0.2, 0.7, 0.9))
    )
    shown = replace(SHOWN, why=replace(WHY, reasons=reasons))
    assert fit_of(shown, "fr").reasons == ("Raison 0", "Raison 1", "Raison 2")
