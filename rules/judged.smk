# What the rules about people, benchmarks and quoted numbers of paper B read and are told.
from types import SimpleNamespace

# ---- people
PEOPLE = C["eva_human"]
STUDIES = ["comfort", "pairwise", "validity"]
STUDY_PROMPTS = {"comfort": "B-HUM-COMF", "pairwise": "B-HUM-PAIR", "validity": "B-HUM-VALID"}
COMPARISON = "resources/taxonomy/comparison.yaml"
STUDY = "<results>/scoring/people/{study}"
LEVELLED = RANKED  # what the level classifier learns from is there: EVAD's utterances, or levels that people gave
if C["scoring"]["levels"]["labels"] == "human":
    LEVELLED = os.path.exists(LEVEL_FILES[0])
OF_LEVELS = f"--group {PEOPLE['levels']['group']}"
MEASURED_LEVELS = RANKED and LEVELLED  # EVAEval sets predicted levels beside those that raters chose


def study_waits(study):
    """Whether a system that is judged waits for rankings itself."""
    return any(map(waits, PEOPLE[study]["systems"]))


def judged_responses(w):
    """The responses of a study's systems; of trained ones those of the first seed."""
    if study_waits(w.study):
        raise WorkflowError(
            f"Nobody can judge {' and '.join(PEOPLE[w.study]['systems'])} yet: one learns from rankings, and nobody has"
            f" ranked. Rank first: snakemake rating_sheets, then docs/rating.md. Files belong in {RATINGS_FOLDER}."
        )
    firsts = [next(iter(responders(name)), "none") for name in PEOPLE[w.study]["systems"]]  # none: no seed is built
    return [f"<results>/eva/responses/esconv/{name}.jsonl" for name in firsts]


def rating_file(study):
    """People's file, or that of the stand-ins; nothing while nobody has rated."""
    if PEOPLE["raters"] == "llm":
        return [f"<results>/scoring/people/{study}/stand_ins.csv"]
    lying = os.path.join(C["data_dir"], PEOPLE[study]["file"])
    return [lying] if os.path.exists(lying) else []


def all_rating_files(w):
    """Every file that names raters of paper B."""
    levels = LEVEL_FILES[:1] if os.path.exists(LEVEL_FILES[0]) else []
    return [*ranking_files(w), *(path for study in STUDIES for path in rating_file(study)), *levels]


def judged_in(study):
    """Inputs of a table of people's judgements; the pages to rank on while a system that is judged waits for these."""
    if study_waits(study):
        return dict(ratings=[], sheet=RANKING_PAGES)
    folder = f"<results>/scoring/people/{study}"
    return dict(ratings=f"{folder}/ratings.csv", sheet=f"{folder}/sheet.csv")


def ranked_by(study):
    """Who ranked what the judged systems learnt from, if they did."""
    return RATING["raters"] if any(map(aligned, PEOPLE[study]["systems"])) else "none"


def sheets_to_fill():
    """Pages and sheets of paper B that can be made now."""
    studies = [study for study in STUDIES if EVA_SEEDS and not study_waits(study)]
    people = "<results>/scoring/people"
    return [RANKING_PAGES, f"{people}/levels/sheet.csv", *(f"{people}/{study}/sheet.csv" for study in studies)]


# ---- benchmarks
BENCHMARKED = C["eva_benchmarks"]
BENCHMARK_LIST = "resources/benchmarks.csv"
QUESTIONS = "<results>/eva/benchmarks/data/{task}.jsonl"
BENCHMARKED_MODELS = {name: [] if waits(name) else responders(name) for name in BENCHMARKED["systems"]}


def learnt_weights(w):
    """Base and adapter of a responder; of those that learnt from a corpus the ones of ESConv's."""
    return eva_weights(SimpleNamespace(speaker=w.speaker, scored="esconv"))


def question_files(w):
    """The rows of each task: the world's, or those of the hub."""
    if BENCHMARKED["from"] == "world":
        return [f"<results>/world/benchmarks/{task}.jsonl" for task in BENCHMARKED["tasks"]]
    return [QUESTIONS.format(task=task) for task in BENCHMARKED["tasks"]]


def benchmarked_as(name):
    """A system as table 13 prints it."""
    entry = EVA["systems"][name]
    return entry["label"] if entry["variant"] == "vanilla" else f"{entry['variant']}_{entry['label']}"


def benchmarked_rows():
    """[as printed, responders, status] of each system of table 13."""
    rows = []
    for name, own in BENCHMARKED_MODELS.items():
        synthetic = aligned(name) and RATING["raters"] == "llm"
        status = "needs_ratings" if waits(name) else "synthetic" if synthetic else "built" if own else "not_selected"
        rows.append([benchmarked_as(name), len(own), status])
    return rows


# ---- numbers that the prose quotes
def quoted_in_b():
    """Settings that the prose quotes: key.metric -> value and where it stands in the config."""
    acq, ali, phrases = EVA["acq"]["train"], EVA["ali"], C["scoring"]["phrases"]
    comfort, pairwise, validity = (PEOPLE[study] for study in STUDIES)
    found = {
        "prelim.dialogues": (comfort["dialogues"], "eva_human.comfort.dialogues"),
        "prelim.crowd_workers": (comfort["people"], "eva_human.comfort.people"),
        "prelim.top_ngrams": (phrases["top"], "scoring.phrases.top"),
        "prelim.ngram_order": (4, "figure 2 shows phrases of four words"),
        "prelim.ngram_order_min_explored": (min(phrases["orders"]), "scoring.phrases.orders"),
        "prelim.ngram_order_max_explored": (max(phrases["orders"]), "scoring.phrases.orders"),
        "evad.annotators": (RATING["people"], "evad.rating.people"),
        "evad.disagree_more_than": (RATING["max_disagreeing"], "evad.rating.max_disagreeing"),
        "acq.epochs": (acq["epochs"], "eva.acq.train.epochs"),
        "acq.learning_rate": (acq["learning_rate"], "eva.acq.train.learning_rate"),
        "ali.lora_rank": (ali["lora"]["rank"], "eva.ali.lora.rank"),
        "ali.lora_alpha": (ali["lora"]["alpha"], "eva.ali.lora.alpha"),
        "ali.lora_dropout": (ali["lora"]["dropout"], "eva.ali.lora.dropout"),
        "ali.epochs": (ali["train"]["epochs"], "eva.ali.train.epochs"),
        "ali.learning_rate": (ali["train"]["learning_rate"], "eva.ali.train.learning_rate"),
        "protocol.runs_averaged": (len(EVA_SEEDS), "select.eva_seeds"),
        "validity.dialogues": (validity["dialogues"], "eva_human.validity.dialogues"),
        "validity.annotators": (validity["people"], "eva_human.validity.people"),
        "human_eval.dialogues": (pairwise["dialogues"], "eva_human.pairwise.dialogues"),
        "human_eval.annotators": (pairwise["people"], "eva_human.pairwise.people"),
        "human_eval.annotators_per_example": (pairwise["per_item"], "eva_human.pairwise.per_item"),
        "repetition.top_phrases": (phrases["repeated"], "scoring.phrases.repeated"),
        "repetition.thresholds_percent": (
            "|".join(f"{100 * share:g}" for share in phrases["thresholds"]),
            "scoring.phrases.thresholds",
        ),
    }
    for name, train in (("acq", acq), ("ali", ali["train"])):
        rows = f"eva.{name}.train.effective_batch = {train['effective_batch']}, of which the two are factors (I-B12)"
        found |= {f"{name}.batch_size": (None, rows), f"{name}.grad_accumulation": (None, rows)}
    return {name: {"value": value, "basis": f"config: {basis}"} for name, (value, basis) in found.items()}


def first_responder(system):
    """The id of a system's responses, of trained ones of the first seed; none where no seed is built."""
    return next(iter(responders(system)), "none")


TYPED = ["mistral", "gpt4o", "mistral_eva"]
QUOTED_EVAEVAL = {
    "table10_text.eva_chatcounselor_esconv_evaeval_avg": "esconv",
    "table11_text.eva_chatcounselor_ed_evaeval_avg": "empathetic",
}
EVA_MODELS = f"<results>/eva/models/{EVA['systems']['mistral_eva']['model']}"
EVA_TIMED = (
    {
        "hardware.acq_hours_esconv": f"{EVA_MODELS}/esconv/acq_s{EVA_SEEDS[0]}",
        "hardware.acq_hours_ed": f"{EVA_MODELS}/empathetic/acq_s{EVA_SEEDS[0]}",
        "hardware.ali_hours": f"{EVA_MODELS}/esconv/ali_s{EVA_SEEDS[0]}",
    }
    if EVA_SEEDS
    else {}
)
QUOTED_SYSTEM = "chatcounselor_eva"  # whose EVAEval the text quotes


def unquotable():
    """Quoted numbers that wait for people's answers: key.metric -> what is missing."""
    ranks = "nobody has ranked yet (snakemake rating_sheets, docs/rating.md)"
    levels = "nobody has given levels yet (snakemake rating_sheets, docs/rating.md)"
    why = levels if C["scoring"]["levels"]["labels"] == "human" else ranks
    found = {}
    if waits("mistral_eva"):
        found |= {"rq2_eva_mistral.uv_percent": ranks, "hardware.ali_hours": ranks}
    if not LEVELLED:
        found |= {f"level_classifier.{metric}": why for metric in ("train", "valid", "test", "f1_test")}
    if not MEASURED_LEVELS or waits(QUOTED_SYSTEM):
        found |= dict.fromkeys(QUOTED_EVAEVAL, why if RANKED else ranks)
    return found


UNQUOTABLE = unquotable()
