"""The last look at a mail's headers, in the bytes that travel: what we wrote, and nothing else.

Python 3.11 can be made to write a new header from an encoded word in a subject (CVE-2024-6923).
"""

import re
from collections.abc import Iterable, Mapping
from email.parser import BytesHeaderParser
from email.policy import compat32

from services.notifier.application.ports import UnsendableError

UNFOLDED = re.compile(rb"\r(?!\n)|(?<!\r)\n|\r\n(?![ \t])|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
OF_THE_FORM = ("content-type", "mime-version")


def header_lines(headers: Mapping[str, str]) -> bytes:
    """Headers as they travel: the standard library would encode a long address in a header.

    Raises:
        UnsendableError: A value would end its header, or is not ASCII.
    """
    try:
        lines = [f"{name}: {value}\r\n".encode("ascii") for name, value in headers.items()]
    except UnicodeEncodeError as bad:
        raise UnsendableError("a header that is not ASCII") from bad
    if any(UNFOLDED.search(line.removesuffix(b"\r\n")) for line in lines):
        raise UnsendableError("a header with a line break")
    return b"".join(lines)


def check_headers(content: bytes, expected: Iterable[str]) -> None:
    """Compare the names of a mail's headers with those that were meant.

    Raises:
        UnsendableError: There is another header, or one is missing or doubled.
    """
    parsed = BytesHeaderParser(policy=compat32).parsebytes(content)
    found = sorted(name.lower() for name in parsed.keys())  # noqa: SIM118  # doubled ones count
    meant = sorted((*(name.lower() for name in expected), *OF_THE_FORM))
    if found != meant:
        raise UnsendableError("headers other than those meant")
