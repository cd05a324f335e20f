"""Draws the posts of the offline world's subreddit and the talks below them.

Planted: an OP reply voices a value of the comment it answers with `cue_raises_value`, other values of the
post with `value_base_rate`; a comment that carries a value of the post is answered in good mood more often.
"""

import random
from dataclasses import dataclass

from scripts.text.lexicon import Lexicon
from scripts.world.talks import VOICED_AT_ONCE, draw_theme

OP = "op"  # stands for the post's author until names are given
LEAST_POST_WORDS, LEAST_COMMENT_WORDS = 20, 5  # what the paper-scale filters keep
LEVELS = 4  # pairs of comment and OP reply below one another, at most


@dataclass(frozen=True)
class Node:
    """A comment below a post: `key` and `parent` number the post's comments (parent None: top level)."""

    key: int
    parent: int | None
    author: str
    text: str


@dataclass(frozen=True)
class Post:
    emotion: str
    topic: str
    values: list[str]
    title: str
    body: str
    nodes: list[Node]


def draw_post(rng: random.Random, world: Lexicon) -> Post:
    """A post whose title voices three values and whose body shows a low mood, with everything below it."""
    emotion, topic, values = draw_theme(rng, world)
    title = world.situation(rng, emotion, topic, values)
    body = world.seeker_turn(rng, rng.choice(("vent", "start", "ask")), [])
    while len(f"{title} {body}".split()) < LEAST_POST_WORDS:
        body += " " + world.seeker_turn(rng, rng.choice(("vent", "start")), rng.sample(values, 1))
    post = Post(emotion, topic, values, title.rstrip("."), body, [])
    for place in range(rng.choice((2, 3, 3, 4))):
        _add_comment(rng, world, post, None, 1, commenter=place)
    return post


def _add_comment(
    rng: random.Random, world: Lexicon, post: Post, parent: int | None, level: int, commenter: int
) -> None:
    """Adds a comment and, in most cases, the OP's reply and what goes on below it."""
    carried = draw_carried(rng, world, post.values)
    key = len(post.nodes)
    post.nodes.append(Node(key, parent, f"c{commenter}", comment_text(rng, world, post, carried)))
    if rng.random() > (0.9 if level == 1 else 0.8):
        return
    reply = len(post.nodes)
    post.nodes.append(Node(reply, key, OP, reply_text(rng, world, post.values, carried)))
    if level == LEVELS or rng.random() > (0.4 if level == 1 else 0.35):
        return
    same = rng.random() < 0.6
    _add_comment(rng, world, post, reply, level + 1, commenter if same else commenter + 10)
    if rng.random() < 0.6:
        _add_comment(rng, world, post, reply, level + 1, commenter + 20)


def draw_carried(rng: random.Random, world: Lexicon, voiced: list[str]) -> list[str]:
    """Values that a comment carries: two or three of the post in five cases of six, else one or two others."""
    if rng.random() < 5 / 6:
        return rng.sample(voiced, rng.choice((2, 3, 3)))
    return rng.sample([value for value in world.values if value not in voiced], rng.choice((1, 2)))


def comment_text(rng: random.Random, world: Lexicon, post: Post, carried: list[str]) -> str:
    act = rng.choice(world.raw["acts"])
    if rng.random() < 0.85:
        return world.reference(rng, act, carried)
    strategy = rng.choice(list(world.raw["strategies"]))
    return world.reply(rng, strategy, post.topic, post.emotion, act, carried)


def reply_text(rng: random.Random, world: Lexicon, values: list[str], carried: list[str]) -> str:
    """What the OP answers; long enough for the filter of short comments."""
    raised, base = world.effects["cue_raises_value"], world.effects["value_base_rate"]
    said = [value for value in carried if rng.random() < raised]
    said += [value for value in values if value not in carried and rng.random() < base]
    good = rng.random() < (0.85 if set(carried) & set(values) else 0.6)
    state = rng.choice(("better", "thanks")) if good else "vent"
    text = world.seeker_turn(rng, state, said[:VOICED_AT_ONCE])
    while len(text.split()) < LEAST_COMMENT_WORDS:
        text += " " + world.seeker_turn(rng, state, [])
    return text
