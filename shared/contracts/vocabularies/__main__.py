"""`python -m shared.contracts.vocabularies FOLDER`: make the subjects' file from its two tables."""

import sys
from argparse import ArgumentParser
from pathlib import Path

from shared.contracts.vocabularies.subject_table import FILE, packed_from


def main() -> int:
    """Write the file beside this module, and say how large it is."""
    parser = ArgumentParser(prog="python -m shared.contracts.vocabularies", description=__doc__)
    parser.add_argument("folder", type=Path, help="holds openalex_topics.tsv and everyday_fr.tsv")
    packed = packed_from(parser.parse_args().folder)
    Path(__file__).with_name(FILE).write_bytes(packed)
    sys.stdout.write(f"{FILE}: {len(packed)} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
