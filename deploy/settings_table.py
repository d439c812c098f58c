"""The table of settings that the README shows: `python -m deploy.settings_table`."""

from services.matcher.settings import MatcherSettings
from services.notifier.settings import NotifierSettings
from services.profiles.settings import Settings as ProfilesSettings
from shared.runtime.settings import ServiceSettings, documented

SETTINGS: dict[str, type[ServiceSettings]] = {
    "profiles": ProfilesSettings,
    "matcher": MatcherSettings,
    "notifier": NotifierSettings,
}


def rows() -> list[str]:
    """One line a variable: name, readers, default (one a service where they differ), meaning."""
    variables: dict[str, dict[str, tuple[str, str]]] = {}
    for service, settings in SETTINGS.items():
        for name, (default, meaning) in documented(settings).items():
            variables.setdefault(name, {})[service] = (default, meaning)
    return [_row(name, readers) for name, readers in variables.items()]


def _row(name: str, readers: dict[str, tuple[str, str]]) -> str:
    who = "all" if len(readers) == len(SETTINGS) else ", ".join(readers)
    defaults = {default for default, _ in readers.values()}
    shown = (
        defaults.pop()
        if len(defaults) == 1
        else ", ".join(f"{service} {default}" for service, (default, _) in readers.items())
    )
    meaning = next(iter(readers.values()))[1]
    return f"| `{name}` | {who} | {shown} | {meaning} |"


def table() -> str:
    """The whole table, as Markdown."""
    head = ["| variable | read by | default | meaning |", "| --- | --- | --- | --- |"]
    return "\n".join([*head, *rows()])


if __name__ == "__main__":
    print(table())
