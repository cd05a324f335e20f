"""The dialogue format that every stage speaks (docs/architecture.md)."""

PATIENT = {"seeker": "Patient", "supporter": "Therapist"}  # paper A's prompts name the parties so


def merge_turns(turns: list[dict]) -> list[dict]:
    """Consecutive turns of one role become one: texts joined by a space, other fields of the first kept."""
    merged: list[dict] = []
    for turn in turns:
        if merged and merged[-1]["role"] == turn["role"]:
            merged[-1] = {**merged[-1], "text": merged[-1]["text"] + " " + turn["text"]}
        else:
            merged.append({**turn, "index": len(merged)})
    return merged


def transcript(turns: list[dict], names: dict[str, str] = PATIENT) -> str:
    """One line a turn, `Patient: …` or `Therapist: …`."""
    return "\n".join(f"{names[turn['role']]}: {' '.join(turn['text'].split())}" for turn in turns)


def fit_history(turns: list[dict], first_words: int, last_words: int) -> list[dict]:
    """The turns cut to the first `first_words` words of the seeker's first turn and the last `last_words` of the rest.

    The seeker's first turn tells what it is about (a post, a situation). Of the others whole turns are dropped from
    the left, a greeting before it first; the turn at the cut keeps its last words. A dialogue that fits comes back as
    it is (requirement A-021, with words in place of tokens so that no tokenizer is needed).
    """
    if not turns:
        return []
    place = next((place for place, turn in enumerate(turns) if turn["role"] == "seeker"), 0)
    head, room = turns[place], last_words
    words = head["text"].split()
    kept_head = {**head, "text": " ".join(words[:first_words])} if len(words) > first_words else head
    after, room = _last_words(turns[place + 1 :], room)
    before, _ = _last_words(turns[:place], room)
    return [*before, kept_head, *after]


def _last_words(turns: list[dict], room: int) -> tuple[list[dict], int]:
    """(the turns' last `room` words, the room left); no room is left once a turn was cut or dropped."""
    kept: list[dict] = []
    for turn in reversed(turns):
        words = turn["text"].split()
        if room > 0:
            kept.append(turn if len(words) <= room else {**turn, "text": " ".join(words[-room:])})
        room -= len(words)
    return kept[::-1], room
