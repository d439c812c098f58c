"""What mails are made of: each block is rendered twice, as HTML and as plain text."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Some sentences; `tone` is plain, strong or quiet."""

    text: str
    tone: str = "plain"
    block: str = "paragraph"


@dataclass(frozen=True, slots=True)
class Facts:
    """A framed card: a title, texts with an optional label, rows of label and value."""

    title: str
    texts: tuple[tuple[str, str], ...] = ()
    rows: tuple[tuple[str, str], ...] = ()
    block: str = "facts"


@dataclass(frozen=True, slots=True)
class Score:
    """How well it fits, for a person: words, and stars out of three."""

    words: str
    stars: int
    scale: str
    block: str = "score"


@dataclass(frozen=True, slots=True)
class Points:
    """A titled list; numbered where the order matters."""

    title: str
    items: tuple[str, ...]
    numbered: bool = False
    block: str = "points"


@dataclass(frozen=True, slots=True)
class Button:
    """A link that looks like a button; `look` is main or other."""

    label: str
    url: str
    look: str = "main"


@dataclass(frozen=True, slots=True)
class Buttons:
    """What the reader can do."""

    buttons: tuple[Button, ...]
    block: str = "buttons"


Block = Paragraph | Facts | Score | Points | Buttons


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail before it has a form.

    Attributes:
        preview: What mail programs show beside the subject.
        because: Why the reader gets this.
        can_stop: Whether it is one of those that can be unsubscribed from.
    """

    subject: str
    preview: str
    heading: str
    blocks: tuple[Block, ...]
    because: str
    can_stop: bool = False
