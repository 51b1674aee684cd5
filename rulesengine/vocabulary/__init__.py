"""One vocabulary for several packs, so that a service asks "what is due, anywhere?" in one set of words.

    vocabulary = load_vocabulary("policies/vocabulary.yaml")
    words = words_of(vocabulary, engine.pack)
    due_anywhere([(engine, words, case), …], now)

The table is data; nothing here decides anything about a case.
"""

from __future__ import annotations

from rulesengine.vocabulary.comparing import Cell, Comparison, Entry, Otherwise, Row, compare
from rulesengine.vocabulary.reading import check_vocabulary, load_vocabulary, words_of
from rulesengine.vocabulary.standing import Due, Standing, due_anywhere, standing_of
from rulesengine.vocabulary.words import PackWords, Vocabulary

__all__ = [
    "Cell",
    "Comparison",
    "Due",
    "Entry",
    "Otherwise",
    "PackWords",
    "Row",
    "Standing",
    "Vocabulary",
    "check_vocabulary",
    "compare",
    "due_anywhere",
    "load_vocabulary",
    "standing_of",
    "words_of",
]
