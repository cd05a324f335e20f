"""Texts about as long, varied and compressible as people's: words by Zipf's law, numbers, marks, private details."""

import random

import numpy as np

COMMON = """\
the to and I a of you that it my is in for was me but have with so this not be on they are just do like your her he
what if people she we at can know out up all or about don't when really from get would want feel how because been
there time as I'm an who them more think one had his it's no him their even life will never something go were love
make me, it, you, back being did has some only things now good friends myself over being much always going other still
than by year after then too into way work years into could someone day need anything family talk person got said help
very its why told off say mean hope maybe anyone better also hard every try right thing feeling let where didn't
before best down having sure can't since long should take since two keep same find new old school lot mom dad home
next first bad tell thank sorry 2 3 10 15 20 2019 50 100 &amp; ’ I’m don’t it’s 😭 ❤️ lol etc. :) Reddit""".split()
RARE = 30_000
SYLLABLES = (
    "ba con der el fi gra hu ing jo ka lan mo ne or pe qui ra son ti un ver wa xe yo zen ment tion ous al ly".split()
)
DETAILS = (
    "mail me at {name}@mail{number}.example.com",
    "my number is {number}-555-0199",
    "see https://www.example.org/{name}?id={number}",
    "[this page](http://example.net/{name}/{number})",
    "thanks u/{name}",
    "ask in r/{name} too",
    "it is on {name}.com somewhere",
    "he/she and/or them, 24/7",
)


class Wording:
    """Draws texts of given lengths in words; equal seeds give equal texts."""

    def __init__(self, seed: int) -> None:
        rng = random.Random(seed)
        rare = ["".join(rng.choices(SYLLABLES, k=rng.randint(1, 4))) for _ in range(RARE)]
        words = [*COMMON, *rare]
        # a word ends a sentence or a clause now and then, as its own entry, so that a draw is one look-up
        self._words = [*words, *(f"{word}." for word in words), *(f"{word}," for word in words), *words]
        self._words[-len(words) :] = [f"{word}.\n\n" if place % 2 else f"{word}!" for place, word in enumerate(words)]
        weight = 1 / (np.arange(len(words)) + 2.7)
        every = np.concatenate([weight, weight * 0.07, weight * 0.05, weight * 0.01])
        self._bounds = np.cumsum(every) / every.sum()
        self._rng = np.random.default_rng(seed)

    def lengths(self, count: int, middle: float) -> np.ndarray:
        """Words a text: log-normal around `middle`, from 1 to 1500."""
        return np.clip(self._rng.lognormal(np.log(middle), 1.0, count).astype(int), 1, 1500)

    def texts(self, lengths: np.ndarray) -> list[str]:
        """One text for each length; one in 25 names a detail of the kind that has to be masked."""
        drawn = np.searchsorted(self._bounds, self._rng.random(int(lengths.sum()))).tolist()
        words, texts, start = self._words, [], 0
        details = (self._rng.random(len(lengths)) < 0.04).tolist()
        for length, detailed in zip(lengths.tolist(), details, strict=True):
            text = " ".join([words[place] for place in drawn[start : start + length]])
            if detailed:
                name, form = words[-drawn[start] - 1][:5].strip(".!"), DETAILS[drawn[start] % len(DETAILS)]
                text = f"{text} {form.format(name=name, number=200 + length)}"
            texts.append(text)
            start += length
        return texts
