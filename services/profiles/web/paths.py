"""The addresses of the site's pages, in both languages."""

from types import MappingProxyType

PATHS = MappingProxyType(
    {
        "home": {"fr": "/", "en": "/en/"},
        "need": {"fr": "/besoin", "en": "/en/need"},
        "need_sent": {"fr": "/besoin/envoye", "en": "/en/need/sent"},
        "offer": {"fr": "/offre", "en": "/en/offer"},
        "offer_sent": {"fr": "/offre/envoyee", "en": "/en/offer/sent"},
        "link": {"fr": "/lien", "en": "/en/link"},
        "link_sent": {"fr": "/lien/envoye", "en": "/en/link/sent"},
        "privacy": {"fr": "/confidentialite", "en": "/en/privacy"},
    }
)
OTHER = MappingProxyType({"fr": "en", "en": "fr"})


def language_of(path: str) -> str:
    """The language that an address stands for."""
    return "en" if path == "/en" or path.startswith("/en/") else "fr"
