# Paper B's systems: their models, the responders that a table has, what they speak from (config: eva).
from scripts.config.eva import TRAINED as EVA_TRAINED
from scripts.text.systems import EVA_SETS

EVA = C["eva"]
EVA_SEEDS = C["select"]["eva_seeds"]  # none: no system of paper B is built
EVA_TABLES = [table.removeprefix("table") for table in EVA_SETS]
TAUGHT = ["esconv", "empathetic"]  # corpora of support dialogues
ALIGNED = ["EVA", "EVA w/o ACQ"]  # variants that learn from EVAD's rankings
VANILLA = "vanilla"  # where alignment starts without acquisition: trained once for both corpora
BACKBONES = list(
    dict.fromkeys(system["model"] for system in EVA["systems"].values() if system["variant"] in EVA_TRAINED)
)
FULL_LAUNCH = "resources/launch/full.yaml"  # how several GPUs train all weights together


def eva_systems(table):
    """The systems of a table of paper B as printed; none where no seed is built."""
    if f"table{table}" not in EVA["tables"]:
        raise WorkflowError(f"Paper B's table {table} has no systems: eva.tables has {', '.join(EVA['tables'])}.")
    return EVA["tables"][f"table{table}"] if EVA_SEEDS else []


def responders(system):
    """The ids under which a system's responses lie: itself, or one a seed where it is trained here."""
    if system not in EVA["systems"]:
        raise WorkflowError(f"{system} is no system of paper B: eva.systems in the config has none of this name.")
    trained = EVA["systems"][system]["variant"] in EVA_TRAINED
    return [f"{system}_s{seed}" for seed in EVA_SEEDS] if trained else [system]


def aligned(system):
    return EVA["systems"][system]["variant"] in ALIGNED


def waits(system):
    """Whether nothing can stand behind the system yet, as nobody has ranked what it learns from."""
    return aligned(system) and not RANKED


def eva_responses(table):
    """The files of responses that a table is made of."""
    scored = EVA_SETS[f"table{table}"]
    return [
        f"<results>/eva/responses/{scored}/{name}.jsonl" for system in eva_systems(table) for name in responders(system)
    ]


def speaks_from():
    """System and seed (None: not trained here) of every responder that speaks from local weights."""
    local = {name: entry for name, entry in EVA["systems"].items() if "source" in C["models"][entry["model"]]}
    found = {name: (name, None) for name, entry in local.items() if entry["variant"] not in EVA_TRAINED}
    trained = [name for name, entry in local.items() if entry["variant"] in EVA_TRAINED]
    return found | {f"{name}_s{seed}": (name, seed) for name in trained for seed in EVA_SEEDS}


SPEAKERS = speaks_from()
EVA_ENV = speaking_env([EVA["systems"][name]["model"] for name, _ in SPEAKERS.values()])
HOSTED = [name for name, entry in EVA["systems"].items() if "source" not in C["models"][entry["model"]]]


def eva_entry(w):
    """The config's entry of the responder's system."""
    return EVA["systems"][SPEAKERS[w.speaker][0]]


def eva_weights(w):
    """(base, adapter or nothing) that a responder speaks from; a corpus's test is answered by who learnt from it."""
    entry, seed = eva_entry(w), SPEAKERS[w.speaker][1]
    taught = w.scored.partition("_")[0]
    acquired = f"<results>/eva/models/{entry['model']}/{taught}/acq_s{seed}"
    aligned = f"<results>/eva/models/{entry['model']}/{{start}}/ali_s{seed}"
    return {
        "EVA": (acquired, aligned.format(start=taught)),
        "EVA w/o ACQ": (speaking_base(entry["model"]), aligned.format(start=VANILLA)),
        "EVA w/o ALI": (acquired, []),
    }.get(entry["variant"], (speaking_base(entry["model"]), []))


def eva_prompt(entry):
    """A system's prompt."""
    return prompt("B-COT" if entry["variant"] == "CoT" else "B-BASE")


def eva_levels(entry):
    """The levels, where its prompt names them."""
    return [LEVELS] if entry["variant"] == "CoT" else []


def eva_told(entry):
    """Options for the levels, the sampling and what share of turns may stay without a response."""
    reasons = entry["variant"] == "CoT"
    sampling = shlex.quote(canonical(EVA["reasoning" if reasons else "sampling"]))
    return f"{f'--levels {LEVELS} ' if reasons else ''}--sampling {sampling} --max-failed {EVA['max_failed']}"


def acquired_or_not(w):
    """Where alignment starts: the model that learnt from a corpus, or the model itself."""
    if w.start == VANILLA:
        return speaking_base(w.backbone)
    return f"<results>/eva/models/{w.backbone}/{w.start}/acq_s{w.eva_seed}"


wildcard_constraints:
    asked_system=among(HOSTED),
    backbone=among(BACKBONES),
    eva_seed=r"\d+",
    responder=among(["human", *(name for system in EVA["systems"] for name in responders(system))]),
    speaker=among(SPEAKERS),
    start=among([*TAUGHT, VANILLA]),
    taught=among(TAUGHT),
