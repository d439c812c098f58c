"""Links: what opens one thing opens no other."""

from shared.contracts import links
from shared.contracts.links import LinkKind

KINDS = [kind for kind in vars(links).values() if isinstance(kind, LinkKind)]


def test_every_kind_has_a_purpose_and_a_path_of_its_own() -> None:
    assert len(KINDS) == 5
    assert len({kind.purpose for kind in KINDS}) == len({kind.path for kind in KINDS}) == 5
