"""Which jobs of a build ask a model through an address, by the config alone: no dump need be there, no graph is made.

A test compares them with the graph's commands for all three runs.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from scripts.text.systems import EVA_SETS, TABLES, resolved

REMOTE = ("openai", "offline")  # backends that answer through an address; any other is weights of our own
VARIANTS = ("value", "emotion")
JUDGES = ("skills", "intensity")
SETTINGS = ("single", "multi")
PAIRS = ("llama_sft", "sft_dpo", "llama_dpo", "sft_values", "dpo_values")  # of references set beside each other
STUDIES = ("comfort", "pairwise", "validity")  # what people judge of paper B's responses
NUMBERS = (  # leaves that resources/estimates.csv may name
    *(f"personas.{name}" for name in ("cells", "votes", "train", "dev", "test")),
    *("supporter.rollouts.train_share", "supporter.rollouts.fresh", "supporter.reward.reliability_share"),
    "supporter.emotion.samples",
    "judging.repeats",
    "judging.low_values.dialogues",
    *("reddit.splits.single.test", "reddit.splits.multi.test", "measures.intensity.shots"),
    *("measures.experts.dialogues", "measures.experts.people"),
    *("evad.items", "evad.rating.people"),
    *(f"eva_human.{study}.{leaf}" for study in STUDIES for leaf in ("dialogues", "per_item")),
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
    systems, select, models = resolved(config["systems"]), config["select"], config["models"]
    bases = {name: systems[name]["of"] for name in select["disclosure"]}
    low, rating = config["judging"]["low_values"]["system"], config["evad"]["rating"]
    rows = list(dict.fromkeys([*(name for part in TABLES for name in select[part]), *bases.values(), low]))
    named = {"rows": rows, "teachers": config["supporter"]["sources"], "rollouts": select["rollouts"]}
    teachers = [name for sources in named["teachers"].values() for name in sources.values()]
    rolled = [name for names in select["rollouts"].values() for name in names]
    used = sorted({*rows, *teachers, *rolled})
    return named | {
        "numbers": {name: _leaf(config, name) for name in NUMBERS},
        "roles": {role: models[name]["id"] for role, name in config["roles"].items()},
        "judged": [name for name in rows if name not in _only_paired(config)],
        "pairs": _pairs(config, bases),
        "low": low,
        "supporters": {name: _remote(models[systems[name]["supporter"]]) for name in used},
        "rewritten": [name for name in used if systems[name]["self_disclosure"] == "others_experience"],
        "measures": _measures_of(config),
        "evad": {
            "writer": models[config["evad"]["writer"]]["id"],
            "raters": models[rating["model"]]["id"] if rating["raters"] == "llm" else None,
        },
        "people": _people(config),
        "eva": _answering(config),
    }


def _answering(config: dict) -> dict[str, str]:
    """Model by `<corpus>/<system>` of paper B's hosted systems that a table lists; none where no seed is built."""
    eva, models = config["eva"], config["models"]
    rows = [(EVA_SETS[table], name) for table, names in eva["tables"].items() for name in names]
    asked = {f"{scored}/{name}": _remote(models[eva["systems"][name]["model"]]) for scored, name in rows}
    return {artifact: model for artifact, model in asked.items() if model and config["select"]["eva_seeds"]}


def _people(config: dict) -> str | None:
    """Who stands in for people that judge paper B's systems; nobody where no seed of these is built."""
    asked = config["eva_human"]["raters"] == "llm" and config["select"]["eva_seeds"]
    return config["models"][config["eva_human"]["model"]]["id"] if asked else None


def _only_paired(config: dict) -> set[str]:
    """Rows of win ratios alone: nobody rates their skills."""
    select = config["select"]
    rated = {name for part in TABLES if part != "compared" for name in select[part]}
    bases = {config["systems"][name]["of"] for name in select["disclosure"]}
    return {*select["compared"], config["judging"]["low_values"]["system"]} - rated - bases


def _pairs(config: dict, bases: dict[str, str]) -> list[list[str]]:
    """[reference, system] of every comparison by ES-Value, each once: tables 3, 2, 21 and 23."""
    select, judging = config["select"], config["judging"]
    found = [[judging["reference"], name] for name in select["systems"]]
    found += [[judging["tested_against"]["components"], name] for name in select["components"]]
    found += [[reference, name] for reference in judging["tested_against"]["compared"] for name in select["compared"]]
    found += [[base, name] for name, base in bases.items()]
    return [list(pair) for pair in dict.fromkeys(map(tuple, found)) if pair[0] != pair[1]]


def steps_of(settings: dict, results: str) -> Iterator[Step]:
    """Every step of `all`, of artifacts below the folder `results`."""
    roles, numbers = settings["roles"], settings["numbers"]
    personas = {"situations": "write_situations", "alignment": "rate_alignment", "demographics": "write_demographics"}
    for role, rule in personas.items():
        yield Step(f"personas.{rule}", f"{results}/personas/{_WRITTEN[rule]}.jsonl", "--model", roles[role])
    votes = {"--votes": numbers["personas.votes"]}
    yield Step("personas.label_emotions", f"{results}/personas/emotions.jsonl", "--model", roles["emotions"], votes)
    yield from _dialogues(settings, results)
    samples = {"--samples": numbers["supporter.emotion.samples"]}
    for name in settings["rollouts"]["emotion"]:
        for split in ("train", "dev"):
            rewards = f"{results}/supporter/emotion/rewards/{name}/{split}.parquet"
            yield Step("supporter.score_emotions", rewards, "--model", roles["emotion_score"], samples)
    for name in settings["judged"]:
        for judge in JUDGES:
            yield Step(f"judging.judge_{judge}", f"{results}/judging/{judge}/{name}.jsonl", "--model", roles[judge])
    for reference, name in settings["pairs"]:
        pairs = f"{results}/judging/values/{reference}/{name}.jsonl"
        repeats = {"--repeats": numbers["judging.repeats"]}
        yield Step("judging.judge_values", pairs, "--model", roles["values"], repeats)
    lowest = {"--count": numbers["judging.low_values.dialogues"]}
    for rule, folder, given in (
        ("rate_values", "rated_values", {}),
        ("explain_low_values", "low_values", lowest),
        ("assign_themes", "themes", {}),
    ):
        artifact = f"{results}/judging/{folder}/{settings['low']}.jsonl"
        yield Step(f"judging.{rule}", artifact, "--model", roles["themes"], given)
    yield from _measures(settings, results)
    yield from _evad(settings, results)
    for artifact, model in settings["eva"].items():
        yield Step("eva.ask_responses", f"{results}/eva/responses/{artifact}.jsonl", "--model", model)


_WRITTEN = {"write_situations": "situations", "rate_alignment": "rated", "write_demographics": "demographics"}


def _dialogues(settings: dict, results: str) -> Iterator[Step]:
    """Simulations: the rows' test dialogues, the teachers' train and dev dialogues, and rollouts of the rewarded."""
    teachers = settings["teachers"]
    talks = [(name, "test") for name in settings["rows"]]
    rolled = dict.fromkeys(name for variant in VARIANTS for name in settings["rollouts"][variant])
    taught = dict.fromkeys([*(teachers[variant]["sft"] for variant in VARIANTS), *rolled])
    talks += [(name, split) for name in taught for split in ("train", "dev")]
    for name, split in talks:
        local = settings["supporters"][name] is None
        share = settings["numbers"]["supporter.rollouts.train_share"] if local and split == "train" else 1
        yield from _speaking(settings, "simulate_dialogues", name, f"{results}/dialogues/{name}/{split}.jsonl", share)
    for name in rolled:
        for split in ("train", "dev"):
            share = settings["numbers"]["supporter.rollouts.train_share"] if split == "train" else 1
            for take in ("rollouts", *(["fresh_rollouts"] if settings["numbers"]["supporter.rollouts.fresh"] else [])):
                branches = f"{results}/dialogues/{name}/{split}_{take}.jsonl"
                yield from _speaking(settings, "roll_out_alternatives", name, branches, share, 1)
    for name in dict.fromkeys(settings["rollouts"]["value"]):
        branches = f"{results}/dialogues/{name}/dev_second_rollouts.jsonl"
        doubled = settings["numbers"]["supporter.reward.reliability_share"]
        yield from _speaking(settings, "roll_out_alternatives", name, branches, 1, doubled)


def _measures_of(config: dict) -> dict:
    """Models and selections of the tables that compare other models and judges."""
    measures, models = config["measures"], config["models"]
    hosted = {"ask_baseline": "gpt4o_mini", "ask_seeker": config["roles"]["seeker"]}
    hosted |= {"compare_comments": measures["comments"]["judge"], "rate_similarity": measures["simulators"]["judge"]}
    return {
        "models": {rule: models[name]["id"] for rule, name in hosted.items()},
        "intensity": {
            rater: models[rater.rsplit("_", 1)[0]]["id"]
            for rater in measures["intensity"]["select"]
            if _remote(models[rater.rsplit("_", 1)[0]])
        },
        "simulators": measures["simulators"]["select"],
        "rated": [name for name in config["select"]["systems"] if name != config["judging"]["low_values"]["system"]],
        "experts": models[measures["experts"]["model"]]["id"] if measures["experts"]["raters"] == "llm" else None,
    }


def _measures(settings: dict, results: str) -> Iterator[Step]:
    """Tables 5, 7, 8, 11, 13 and 29."""
    told = settings["measures"]
    asked = [("detector.ask_baseline", f"detector/baselines/gpt_{name}") for name in ("plain", "reasoning", "values")]
    asked += [("judging.compare_comments", f"judging/comments/{where}/{pair}") for where in SETTINGS for pair in PAIRS]
    asked += [("dialogues.ask_seeker", f"dialogues/seekers/{name}") for name in told["simulators"] if name[:3] == "gpt"]
    asked += [("judging.rate_similarity", f"judging/similarity/{name}") for name in told["simulators"]]
    for rule, artifact in asked:
        yield Step(rule, f"{results}/{artifact}.jsonl", "--model", told["models"][rule.partition(".")[2]])
    for name in told["rated"]:  # the low-value analysis rates the other one
        artifact = f"{results}/judging/rated_values/{name}.jsonl"
        yield Step("judging.rate_values", artifact, "--model", settings["roles"]["themes"])
    if told["experts"]:
        yield Step("judging.rate_as_experts", f"{results}/judging/experts/stand_ins.csv", "--model", told["experts"])
    for rater, model in told["intensity"].items():
        artifact = f"{results}/judging/intensity_models/{rater}.jsonl"
        yield Step("judging.ask_intensity", artifact, "--model", model)


def _evad(settings: dict, results: str) -> Iterator[Step]:
    """Paper B's preference data: candidates, and stand-ins for raters; stand-ins for those who judge responses."""
    told = settings["evad"]
    yield Step("evad.write_candidates", f"{results}/evad/candidates.jsonl", "--model", told["writer"])
    if told["raters"]:
        people = {"--people": settings["numbers"]["evad.rating.people"]}
        yield Step("evad.rank_as_raters", f"{results}/evad/stand_ins.csv", "--model", told["raters"], people)
    for study in STUDIES if settings["people"] else ():
        artifact = f"{results}/scoring/people/{study}/stand_ins.csv"
        yield Step("scoring.rate_as_people", artifact, "--model", settings["people"])


def _speaking(
    settings: dict, rule: str, name: str, artifact: str, share: float, turn_share: float | None = None
) -> Iterator[Step]:
    """A job's steps; rollouts are of a share of the turns too."""
    given = {"--share": share} | ({} if turn_share is None else {"--turn-share": turn_share})
    asked = {"--seeker": settings["roles"]["seeker"], "--supporter": settings["supporters"][name]}
    if name in settings["rewritten"]:
        asked["--rephrase-model"] = settings["roles"]["rephrase"]
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
