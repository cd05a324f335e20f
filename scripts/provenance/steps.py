"""Which jobs of a build ask a model through an address, by the config alone: no dump need be there, no graph is made.

A test compares them with the graph's commands for all three runs.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

REMOTE = ("openai", "offline")  # backends that answer through an address; any other is weights of our own
VARIANTS = ("value", "emotion")
JUDGES = ("skills", "intensity")
NUMBERS = (  # leaves that resources/estimates.csv may name
    *(f"personas.{name}" for name in ("cells", "votes", "train", "dev", "test")),
    "supporter.rollouts.train_share",
    "supporter.emotion.samples",
    "judging.repeats",
)


@dataclass(frozen=True)
class Step:
    """A job and a model that it asks: `option` of its command names it, `given` are numbers of its command."""

    rule: str  # <stage>.<rule>
    artifact: str
    option: str
    model: str
    given: dict[str, float] = field(default_factory=dict, compare=False)


def settings_of(config: dict) -> dict:
    """What of a config the estimate depends on: one mapping that a job can be told."""
    named = {"rows": config["select"]["systems"], "teachers": config["supporter"]["sources"]}
    used = {*named["rows"], *(name for sources in named["teachers"].values() for name in sources.values())}
    models = config["models"]
    return named | {
        "numbers": {name: _leaf(config, name) for name in NUMBERS},
        "roles": {role: models[name]["id"] for role, name in config["roles"].items()},
        "reference": config["judging"]["reference"],
        "supporters": {name: _remote(models[config["systems"][name]["supporter"]]) for name in sorted(used)},
    }


def steps_of(settings: dict, results: str) -> Iterator[Step]:
    """Every step of `all`, of artifacts below the folder `results`."""
    roles, numbers, rows = settings["roles"], settings["numbers"], settings["rows"]
    personas = {"situations": "write_situations", "alignment": "rate_alignment", "demographics": "write_demographics"}
    for role, rule in personas.items():
        yield Step(f"personas.{rule}", f"{results}/personas/{_WRITTEN[rule]}.jsonl", "--model", roles[role])
    votes = {"--votes": numbers["personas.votes"]}
    yield Step("personas.label_emotions", f"{results}/personas/emotions.jsonl", "--model", roles["emotions"], votes)
    yield from _dialogues(settings, results)
    samples = {"--samples": numbers["supporter.emotion.samples"]}
    for split in ("train", "dev"):
        rewards = f"{results}/supporter/emotion/rewards/{split}.parquet"
        yield Step("supporter.score_emotions", rewards, "--model", roles["emotion_score"], samples)
    for name in rows:
        for judge in JUDGES:
            yield Step(f"judging.judge_{judge}", f"{results}/judging/{judge}/{name}.jsonl", "--model", roles[judge])
        if name != settings["reference"]:
            pairs = f"{results}/judging/values/{settings['reference']}/{name}.jsonl"
            repeats = {"--repeats": numbers["judging.repeats"]}
            yield Step("judging.judge_values", pairs, "--model", roles["values"], repeats)


_WRITTEN = {"write_situations": "situations", "rate_alignment": "rated", "write_demographics": "demographics"}


def _dialogues(settings: dict, results: str) -> Iterator[Step]:
    """Simulations: the rows' test dialogues, the teachers' train and dev dialogues, and rollouts of the rewarded."""
    teachers = settings["teachers"]
    talks = [(name, "test") for name in settings["rows"]]
    taught = dict.fromkeys(teachers[variant][part] for variant in VARIANTS for part in ("sft", "rollouts"))
    talks += [(name, split) for name in taught for split in ("train", "dev")]
    for name, split in talks:
        local = settings["supporters"][name] is None
        share = settings["numbers"]["supporter.rollouts.train_share"] if local and split == "train" else 1
        yield from _speaking(settings, "simulate_dialogues", name, f"{results}/dialogues/{name}/{split}.jsonl", share)
    for name in dict.fromkeys(teachers[variant]["rollouts"] for variant in VARIANTS):
        for split in ("train", "dev"):
            branches = f"{results}/dialogues/{name}/{split}_rollouts.jsonl"
            yield from _speaking(settings, "roll_out_alternatives", name, branches, None)


def _speaking(settings: dict, rule: str, name: str, artifact: str, share: float | None) -> Iterator[Step]:
    given = {} if share is None else {"--share": share}
    asked = {"--seeker": settings["roles"]["seeker"], "--supporter": settings["supporters"][name]}
    for option, model in asked.items():
        if model is not None:
            yield Step(f"dialogues.{rule}", artifact, option, model, given)


def _leaf(config: dict, name: str) -> float:
    for key in name.split("."):
        config = config[key]
    return config


def _remote(entry: dict) -> str | None:
    """The id of a model behind an address; None for weights of our own."""
    return entry["id"] if entry.get("backend") in REMOTE else None
