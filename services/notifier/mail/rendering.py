"""A letter as HTML and as plain text."""

from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from services.notifier.mail.blocks import Letter
from shared.runtime.i18n import Translator

TEMPLATES = Path(__file__).with_name("templates")


class Rendering:
    """Renders letters; what people wrote is escaped, what is missing is an error."""

    def __init__(self) -> None:
        """Open the templates."""
        self._templates = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=select_autoescape(["html"]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def html(self, letter: Letter, t: Translator, around: Mapping[str, str]) -> str:
        """The form with colours."""
        return self._templates.get_template("mail.html").render(letter=letter, t=t, **around)

    def text(self, letter: Letter, t: Translator, around: Mapping[str, str]) -> str:
        """The form without."""
        return self._templates.get_template("mail.txt").render(letter=letter, t=t, **around)
