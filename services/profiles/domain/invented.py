"""Invented people for the sample capabilities: the same sample always gets the same person."""

import unicodedata

from services.profiles.domain.party import Contact, Language

FIRST = (
    *("Camille", "Léandre", "Inès", "Hugo", "Aminata", "Yanis", "Clémence", "Mathieu", "Leïla"),
    *("Antoine", "Chloé", "Samir", "Élodie", "Thomas", "Awa", "Julien", "Nadia", "Romain"),
    *("Sofia", "Baptiste", "Maëlys", "Olivier", "Fatou", "Siméon", "Manon", "Karim", "Lucie"),
)
LAST = (
    *("Moreau", "Benali", "Lefèvre", "Nguyen", "Garnier", "Diallo", "Rouvière", "Fontanel"),
    *("Haddad", "Mercadier", "Traoré", "Blanchard", "Petiot", "Da Silva", "Gauthier", "Lambert"),
    *("Cohen", "Perrin", "Kowalski", "Fournier", "Keita", "Chevrier", "Marchal", "Rochard"),
    *("Amrani", "Barbot", "Collinet", "Morvan", "Vidal", "Schmitt", "Guérin"),
)


def invented_researcher(sample_id: str, *, body_name: str, language: Language) -> Contact:
    """A person at example.org for a sample; the id is part of the address, so it is unique."""
    number = int.from_bytes(sample_id.encode()) % (len(FIRST) * len(LAST))
    first, last = FIRST[number % len(FIRST)], LAST[number // len(FIRST)]
    address = ".".join(map(_plain, (first, last, sample_id)))
    return Contact(f"{first} {last}", body_name, f"{address}@example.org", "", language)


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    return "".join(letter if letter.isalnum() else "-" for letter in folded)
