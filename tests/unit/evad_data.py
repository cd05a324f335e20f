"""Small ESConv splits, items and candidates for the tests of paper B's preference data."""

from scripts.text.files import write_jsonl

LEVELS = "resources/taxonomy/levels.yaml"
TEXTS = {1: "Please go on.", 2: "So you are sad.", 3: "That makes sense.", 4: "You are strong."}


def dialogue(name: str, replies: int, greeting: bool = False) -> dict:
    """Seeker and supporter in turn, with as many replies; the words carry the dialogue's name."""
    said = [("supporter", f"Hello {name}")] if greeting else []
    for number in range(1, replies + 1):
        said += [("seeker", f"{name} seeker {number}"), ("supporter", f"{name} reply {number}")]
    turns = [{"index": n, "role": role, "text": text} for n, (role, text) in enumerate(said)]
    return {"id": name, "turns": turns, "meta": {"situation": f"the secret situation of {name}"}}


def write_splits(folder, train=6, dev=2, test=2) -> dict:
    """The options --train, --dev and --test with their files."""
    found = {}
    for split, count in (("train", train), ("dev", dev), ("test", test)):
        path = folder / f"{split}_dialogues.jsonl"
        write_jsonl(path, [dialogue(f"{split}-{n}", 4, greeting=n % 2 == 1) for n in range(count)])
        found[split] = path
    return found


def run(module, **given) -> None:
    """The script's main with `--name value` for each keyword."""
    words = []
    for name, value in given.items():
        words += [f"--{name.replace('_', '-')}", *map(str, value if isinstance(value, list) else [value])]
    module.main(words)


def write_candidates(folder, items: list[dict]) -> dict:
    """The options --items and --candidates with their files: the same four texts for every item."""
    write_jsonl(folder / "items.jsonl", items)
    rows = [{"item_id": item["item_id"], "candidates": {str(k): text for k, text in TEXTS.items()}} for item in items]
    write_jsonl(folder / "candidates.jsonl", rows)
    return {"items": folder / "items.jsonl", "candidates": folder / "candidates.jsonl"}
