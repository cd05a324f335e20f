"""The offline world's small language (resources/world.yaml): its words and the frames they stand in.

Shared by those who write the world's raw inputs and by the offline responder. Everything the world knows
about a text it reads from the text, with the look-ups below.
"""

import random
import re
from dataclasses import dataclass, field
from pathlib import Path

import yaml

_WORD = re.compile(r"[a-z]+")


@dataclass(frozen=True)
class Lexicon:
    """World words; `effects` are already multiplied by `effects.scale` where a scale of 0 means no effect."""

    raw: dict
    effects: dict[str, float]
    values: list[str]
    seeker_words: dict[str, str] = field(repr=False)  # word -> value
    supporter_words: dict[str, str] = field(repr=False)

    def voiced(self, text: str) -> list[str]:
        """Values whose seeker words stand in the text, in order of first appearance."""
        return _found(text, self.seeker_words)

    def carried(self, text: str) -> list[str]:
        """Values whose supporter words (cues) stand in the text, in order of first appearance."""
        return _found(text, self.supporter_words)

    def state(self, text: str) -> str | None:
        """The mood state whose phrase stands in the text (the last one if several), or None."""
        places = [
            (text.find(phrase), state)
            for state, entry in self.raw["states"].items()
            for phrase in entry["says"]
            if phrase in text
        ]
        return max(places)[1] if places else None

    def emotion(self, text: str) -> str | None:
        """The first emotion label whose adjective stands in the text, or None."""
        return _first(text, {word: label for label, word in self.raw["emotions"].items()})

    def topic(self, text: str) -> str | None:
        """The first topic word in the text, or None."""
        return _first(text, {word: word for word in self.raw["topics"].values()})

    def act(self, text: str) -> str | None:
        return _first(text, {act: act for act in self.raw["acts"]})

    def situation(self, rng: random.Random, emotion: str, topic: str, values: list[str]) -> str:
        """A first utterance; `emotion` is a label, `topic` a topic word, each value is voiced."""
        return self.raw["situation"].format(
            emotion=self.raw["emotions"][emotion], topic=topic, cues=self._cues(rng, values, "seeker")
        )

    def seeker_turn(self, rng: random.Random, state: str, values: list[str]) -> str:
        """One seeker sentence that shows the state and voices the values."""
        says = rng.choice(self.raw["states"][state]["says"])
        if not values:
            return rng.choice(self.raw["silent"]).format(state=says)
        return rng.choice(self.raw["voices"]).format(state=says, cues=self._cues(rng, values, "seeker"))

    def reply(
        self, rng: random.Random, strategy: str, topic: str, emotion: str, act: str | None, values: list[str]
    ) -> str:
        """One supporter sentence; `act` and the values' cues are left out when None or empty."""
        stem = rng.choice(self.raw["strategies"][strategy]).format(t=topic, e=self.raw["emotions"][emotion])
        frame = self.raw["reply_tail"][(1 if act else 0) + (2 if values else 0)]
        return frame.format(stem=stem, act=act, cue=self._cues(rng, values, "supporter"))

    def reference(self, rng: random.Random, act: str, values: list[str]) -> str:
        """One reference sentence with an act and the values' cues."""
        frames = self.raw["references"] if values else self.raw["references_bare"]
        return rng.choice(frames).format(act=act, cue=self._cues(rng, values, "supporter"))

    def _cues(self, rng: random.Random, values: list[str], side: str) -> str:
        words = [rng.choice(self.raw["values"][value][side]) for value in values]
        return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def load_lexicon(path: str | Path) -> Lexicon:
    raw = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    return Lexicon(
        raw=raw,
        effects=_scaled(raw["effects"]),
        values=list(raw["values"]),
        seeker_words={word: value for value, sides in raw["values"].items() for word in sides["seeker"]},
        supporter_words={word: value for value, sides in raw["values"].items() for word in sides["supporter"]},
    )


def _scaled(effects: dict[str, float]) -> dict[str, float]:
    """Effects at `scale`: a rate with a base moves from its base, a slope from 0."""
    scale, out = effects["scale"], dict(effects)
    for rate, base in (("cue_raises_value", "value_base_rate"), ("cue_lifts_mood", "mood_base_rate")):
        out[rate] = effects[base] + scale * (effects[rate] - effects[base])
    for slope in ("judge_slope", "level_rises"):
        out[slope] = scale * effects[slope]
    return out


def _found(text: str, words: dict[str, str]) -> list[str]:
    return list(dict.fromkeys(words[word] for word in _WORD.findall(text.lower()) if word in words))


def _first(text: str, words: dict[str, str]) -> str | None:
    return next((words[word] for word in _WORD.findall(text.lower()) if word in words), None)
