"""What a real subreddit has besides support: bots, deleted and removed text, low scores, private details."""

import random

BOTS = ("AutoModerator", "RemindMeBot", "haiku_bot")
BOT_TEXT = "I am a bot, and this action was performed automatically. Please read the rules of this place."
_NAMES = ("quiet", "north", "maple", "river", "paper", "lucky", "sunny", "violet", "old", "tiny")
_THINGS = ("harbor", "otter", "lamp", "cloud", "stone", "robin", "pencil", "train", "garden", "kettle")


def user_name(rng: random.Random) -> str:
    return f"{rng.choice(_NAMES)}_{rng.choice(_THINGS)}{rng.randrange(1000)}"


def private_detail(rng: random.Random) -> tuple[str, str]:
    """(Sentence, the secret in it): an e-mail address, a telephone number, a link or a name."""
    name, number = user_name(rng), f"{rng.randrange(200, 999)}"
    secret, sentence = rng.choice(
        [
            (f"{name}@mail{number}.example.com", "You can write to {}."),
            (f"{name}+talk@example.co.uk", "My address is {}, write me."),
            (f"({number}) 555-{rng.randrange(1000, 9999)}", "Call me at {} any time."),
            (f"{number}-555-{rng.randrange(1000, 9999)}", "My number is {}."),
            (f"+44 7700 {rng.randrange(100000, 999999)}", "Text me on {} please."),
            (f"https://www.example.org/{name}?id={number}", "I wrote more on {} last week."),
            (f"www.{name.replace('_', '-')}.example.com/blog", "More is at {}."),
            (f"[my page](http://example.net/{name})", "Here is {}."),
            (f"u/{name}", "Thanks to {} for the idea."),
            (f"/u/{name}", "I told {} already."),
            ("r/Anxiety", "I asked in {} too."),
        ]
    )
    return sentence.format(secret), secret


def spoil(rng: random.Random, record: dict, text_key: str) -> dict:
    """The record as it is, or deleted, removed, low in score, or with a private detail or HTML entity in it."""
    chance = rng.random()
    if chance < 0.02:
        return {**record, "author": "[deleted]", text_key: "[deleted]"}
    if chance < 0.035:
        return {**record, text_key: "[removed]", "removed_by_category": "moderator"}
    if chance < 0.045:
        return {**record, "author": "[deleted]"}
    if chance < 0.10:
        return {**record, "score": rng.choice((-3, 0))}
    if chance < 0.12:
        return {**record, text_key: f"{record[text_key]} {private_detail(rng)[0]}"}
    if chance < 0.13:
        return {**record, text_key: record[text_key].replace(" and ", " &amp; ")}
    return record
