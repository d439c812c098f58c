"""Cutting texts into the pieces that the model knows (SentencePiece, unigram)."""

import re

from services.matcher.adapters.e5_file import Vocabulary

SPACE = "▁"
WORD = re.compile(f"{SPACE}[^{SPACE}]*|^[^{SPACE}]+")
MOST_WORDS = 50_000
UNKNOWN_COSTS = 10.0


class Tokenizer:
    """Finds the likeliest pieces of a text, word by word: no piece goes across a space."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        """Use a vocabulary; its first number for a piece wins."""
        self._vocabulary = vocabulary
        self._numbers = {piece: i for i, piece in enumerate(vocabulary.pieces) if piece}
        self._numbers.pop(vocabulary.pieces[vocabulary.unknown], None)
        self._longest = max(map(len, self._numbers))
        self._unknown_score = min(vocabulary.scores) - UNKNOWN_COSTS
        self._words: dict[str, tuple[int, ...]] = {}

    def __call__(self, text: str) -> list[int]:
        """The numbers of a text's pieces."""
        plain = re.sub(" {2,}", " ", text.translate(self._vocabulary.replaced))
        marked = (plain if plain.startswith(" ") else f" {plain}").replace(" ", SPACE)
        return [number for word in WORD.findall(marked) for number in self._pieces(word)]

    def _pieces(self, word: str) -> tuple[int, ...]:
        known = self._words.get(word)
        if known is None:
            if len(self._words) >= MOST_WORDS:
                self._words.clear()
            known = self._words[word] = self._likeliest(word)
        return known

    def _likeliest(self, word: str) -> tuple[int, ...]:
        """The way through a word whose pieces' scores sum to most (Viterbi)."""
        best = [0.0] + [float("-inf")] * len(word)
        came = [(0, 0)] * (len(word) + 1)
        for start in range(len(word)):
            for end in range(start + 1, min(len(word), start + self._longest) + 1):
                number = self._numbers.get(word[start:end])
                if number is not None:
                    score = best[start] + self._vocabulary.scores[number]
                    if score > best[end]:
                        best[end], came[end] = score, (start, number)
            if best[start] + self._unknown_score > best[start + 1]:
                best[start + 1] = best[start] + self._unknown_score
                came[start + 1] = (start, self._vocabulary.unknown)
        return _backwards(came)


def _backwards(came: list[tuple[int, int]]) -> tuple[int, ...]:
    numbers, at = [], len(came) - 1
    while at > 0:
        at, number = came[at]
        numbers.append(number)
    return tuple(reversed(numbers))
