"""Five questions to a history; each answers with what is wrong, one sentence a finding."""

from collections.abc import Callable, Mapping

from tests.reliability.storm.checkers.double import double
from tests.reliability.storm.checkers.invented import invented
from tests.reliability.storm.checkers.lost import lost
from tests.reliability.storm.checkers.order import order
from tests.reliability.storm.checkers.settled import settled
from tests.reliability.storm.history import History

Checker = Callable[[History], list[str]]
CHECKERS: Mapping[str, Checker] = {
    "lost": lost,
    "double": double,
    "order": order,
    "invented": invented,
    "settled": settled,
}
