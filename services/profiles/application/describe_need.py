"""Someone says what a published need is about: subjects ticked, questions in research words."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.profiles.application.admit import NotAdmittedError, Visitor, admitted
from services.profiles.application.events import need_published
from services.profiles.application.hide import hidden_question
from services.profiles.application.ports import Begin, Deed, PlaceholdersIn, Tally, Transaction
from services.profiles.domain.need import Need
from services.profiles.domain.reading import Origin, Question, asked, ticked
from shared.contracts.delivery import Clock


@dataclass(frozen=True, slots=True)
class Invited:
    """What a facilitator's signed link says about its holder."""

    facilitator_id: UUID
    epoch: int


@dataclass(frozen=True, slots=True)
class AtTerminal:
    """A facilitator at a terminal, by the name that they gave."""

    name: str


Author = Visitor | Invited | AtTerminal


@dataclass(frozen=True, slots=True)
class Description:
    """What someone says; None leaves as it is.

    Attributes:
        subject_ids: All subjects that the need is about from now on.
        questions: All questions that this author writes from now on.
    """

    subject_ids: Sequence[str] | None = None
    questions: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class DescribeNeed:
    """Keep what someone says, and tell the matcher; saying the same again changes nothing."""

    begin: Begin
    clock: Clock
    tally: Tally
    placeholders: PlaceholdersIn

    async def __call__(self, author: Author, need_id: UUID, said: Description) -> None:
        """Describe a need; one that is not published stays as it is.

        Raises:
            NotAdmittedError: It is not the author's, or unknown.
            TooManyError: A need may not have so many subjects or questions.
        """
        by = Origin.ORGANISATION if isinstance(author, Visitor) else Origin.FACILITATOR
        async with self.begin() as transaction:
            need = await described_by(transaction, author, need_id)
            read = need.read_as(
                subjects=None
                if said.subject_ids is None
                else ticked(need.subjects, said.subject_ids, by),
                questions=None if said.questions is None else self._asked(need, said, by),
            )
            if read == need:
                return
            await transaction.needs.save(read)
            await transaction.outbox.put(need_published(read, self.clock()))
            if not isinstance(author, Visitor):
                await self._write_down(transaction, author, need, read)
        if read.subjects != need.subjects:
            self.tally.read("subjects", by)
        if read.questions != need.questions:
            self.tally.read("questions", by)

    def _asked(self, need: Need, said: Description, by: Origin) -> tuple[Question, ...]:
        masks = self.placeholders[need.language]
        written = [
            Question(text, hidden_question(text, need.declared, masks), by)
            for text in dict.fromkeys(said.questions or ())
        ]
        return asked(need.questions, written, by)

    async def _write_down(
        self, transaction: Transaction, author: Invited | AtTerminal, before: Need, after: Need
    ) -> None:
        at, who = self.clock(), await facilitator_named(transaction, author)
        if before.subjects != after.subjects:
            deed = Deed(at, who, after.id, "subjects", len(after.subjects))
            await transaction.facilitation.record(deed)
        if before.questions != after.questions:
            deed = Deed(at, who, after.id, "questions", len(after.questions))
            await transaction.facilitation.record(deed)


async def described_by(transaction: Transaction, author: Author, need_id: UUID) -> Need:
    """The need that an author may describe.

    Raises:
        NotAdmittedError: It is not theirs, or unknown.
    """
    party = None
    if isinstance(author, Visitor):
        party = await admitted(transaction, author)
    else:
        await facilitator_named(transaction, author)
    need = await transaction.needs.get(need_id)
    if need is None or (party and need.party_id != party.id):
        raise NotAdmittedError
    return need


async def facilitator_named(transaction: Transaction, author: Invited | AtTerminal) -> str:
    """The name of a facilitator.

    Raises:
        NotAdmittedError: The link was revoked, or its holder was never invited.
    """
    if isinstance(author, AtTerminal):
        return author.name
    known = await transaction.facilitators.get(author.facilitator_id)
    if known is None or author.epoch < known.epoch:
        raise NotAdmittedError
    return known.name
