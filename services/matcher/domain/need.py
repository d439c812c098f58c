"""A need, as the matcher knows it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where a need is or a capability works; empty where unknown."""

    city: str = ""
    region: str = ""


NOWHERE = Place()


@dataclass(frozen=True, slots=True)
class Need:
    """What someone asks for, in their own words.

    Attributes:
        questions: The need restated in research words by someone who read it.
        subjects: Ids of research subjects that it is said to be about.
        withheld: Words that must never be quoted, such as the organisation's name.
    """

    need_id: str
    title: str
    description: str = ""
    expectations: str = ""
    language: str = "fr"
    themes: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()
    place: Place = NOWHERE
    questions: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Everything that the organisation wrote, as one text."""
        return joined(self.title, self.description, self.expectations)


def joined(*texts: str) -> str:
    """Texts one after the other, each ended like a sentence."""
    kept = [text.strip() for text in texts if text.strip()]
    return " ".join(text if text[-1] in ".!?…" else f"{text}." for text in kept)
