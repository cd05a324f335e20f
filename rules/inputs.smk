# Functions that say what a rule reads and is told, by stage.
from scripts.provenance.steps import settings_of, steps_of


# ---- corpora
def pinned(name):
    """The registry's sha256 of a real file; the world's files are pinned by their own inputs."""
    return DATASETS[name]["sha256"] if C["datasets"][DATASETS[name]["dataset"]]["from"] == "data_dir" else ""


# ---- judging
def judge(role):
    """Params of a judging rule: the model, its sampling and what share of unusable answers it stands."""
    return judge_as(C["roles"][role], C["sampling"][role])


# ---- labels
def utterance_source(w):
    """What a table of labels is about: Reddit's utterances, ESConv's merged turns, simulated dialogues."""
    if w.table == "reddit":
        return "<results>/reddit/utterances.parquet"
    if w.table == "esconv":
        return expand("<results>/corpora/esconv/{split}.jsonl", split=SPLITS)
    return f"<results>/{w.table.removeprefix('sentences/')}.jsonl"


def source_option(w, input):
    words = " ".join(
        shlex.quote(str(path)) for path in ([input.source] if isinstance(input.source, str) else input.source)
    )
    if w.table == "reddit":
        return f"--utterances {words}"
    return f"--dialogues {words} --merge {'yes' if w.table == 'esconv' else 'no'}"


# ---- personas
def asked(role):
    """Params of a step that asks a model: the model, its sampling and what share of unusable answers it stands."""
    return dict(
        backend=model_backend(C["roles"][role]) or "none",
        asked=f"--model {shlex.quote(model_entry(C['roles'][role]))}"
        f" --sampling {shlex.quote(canonical(C['sampling'][role]))} --max-failed {C['personas']['max_failed']}",
    )


# ---- reddit
def dump_file(dump, kind):
    """The dump's path, or a message that says where it comes from."""
    if dump == MAIN_DUMP:
        return raw(f"reddit_{kind}")
    lying = os.path.join(C["data_dir"], C["ingest_only"][dump]["file"])
    if not os.path.exists(lying):
        raise WorkflowError(
            f"{lying} is missing. ingest_only.{dump} in the config names it: put it there or take it out."
        )
    return lying


def dump_gate(dump, kind):
    """The check of a dump that the registry knows, unless the world makes it."""
    known = dump == MAIN_DUMP and C["datasets"]["reddit"]["from"] == "data_dir"
    return f"<results>/reddit/{dump}/{kind}_gate.json" if known else []


def days(dump):
    """First and last day kept."""
    return C["reddit"] if dump == MAIN_DUMP else C["ingest_only"][dump]


# ---- reference
def reference_adapter(variant):
    """The generator in use: DPO on top of SFT with target values, SFT only without (sections D.2, G.1)."""
    stage = {"value": "dpo", "emotion": "sft"}[variant]
    return f"<results>/reference/{C['reference']['setting']}/{variant}/{stage}_adapter"


# ---- supporter
def rolled_out(w, second=False):
    """What was played out of the branched turns: the alternatives and, if they are rolled out afresh, initial answers."""
    fresh = C["supporter"]["rollouts"]["fresh"]
    takes = ["second_rollouts"] if second else ["rollouts", *(["fresh_rollouts"] if fresh else [])]
    return [f"dialogues/{w.rollouts}/{w.split}_{take}" for take in takes]


def counted_labels(*tables):
    """Labels of the tables: of their utterances, or of sentences where mentions are counted (config: reward.count)."""
    unit = "sentences/" if C["supporter"]["reward"]["count"] == "count" else ""
    return [f"<results>/labels/{unit}{table}.parquet" for table in tables]


def least_pairs(w, split):
    """Fewest pairs that are worth training on; points that are only counted may have none."""
    trained = (w.rollouts, w.point) in TRAINED_ON.get(w.variant, ())
    return C["supporter"]["reward"][f"least_{split}"] if trained else 0


def seeker_turns(point):
    """Seeker turns after a candidate that a grid point looks at, at most."""
    h = C["points"][point]["h"]
    return C["dialogues"]["max_exchanges"] if h == "all" else h


def counted_point(w):
    """The rewards of both splits, for a point that select lists: the emotion scores reach no further than those."""
    points = C["select"]["points"][w.variant]
    if w.point not in points:
        raise WorkflowError(
            f"select.points.{w.variant} in the config has {', '.join(points)}, not {w.point}. Add it there."
        )
    rewards = f"<results>/supporter/{w.variant}/rewards/{w.rollouts}"
    return {f"{split}_rewards": f"{rewards}/{split}.parquet" for split in ("train", "dev")}


# ---- scoring
EVAD_ITEMS = ["<results>/evad/train.jsonl", "<results>/evad/dev.jsonl"]
LEVEL_FILES = [os.path.join(C["data_dir"], "ratings", name) for name in ("b_levels.csv", "b_level_texts.csv")]


def reader_base():
    """The pretrained encoder under the classifiers of empathy and levels; none where tiny ones start from scratch."""
    source = C["models"]["roberta"]["source"]
    return {"hub": model_dir("roberta"), "packaged": "<results>/models/packaged/sentences", "tiny": []}[source]


def model_option(w, input):
    return f"--model {shlex.quote(str(input.base))}" if input.base else ""


def reading_training(part):
    """Params of a classifier's training: its encoder and its recipe."""
    recipe = shlex.quote(canonical(C["scoring"][part]["train"]))
    return dict(model=model_option, recipe=f"--recipe {recipe} --seed {C['seed']}")


def scored_dialogues(w):
    """The corpus split that a set of scored turns is from."""
    corpus, _, split = w.scored.partition("_")
    return f"<results>/corpora/{corpus}/{split or 'test'}.jsonl"


def responses(w):
    """The responses of a system, or real supporters' turns in the same form."""
    if w.responder == "human":
        return f"<results>/scoring/{w.scored}/human/responses.jsonl"
    return f"<results>/eva/responses/{w.scored}/{w.responder}.jsonl"


# ---- tables
# The world's dumps say nothing beside real ones; what real dumps alone are counted in stands in for nothing.
FUNNEL = [MAIN_DUMP] if C["datasets"]["reddit"]["from"] == "data_dir" or not C["ingest_only"] else []
FUNNEL_EVIDENCE = C["evidence"] if FUNNEL else "real"


def ingest_reports(kind):
    """Reports of the dumps of submissions or of comments that the funnel is about."""
    further = [name for name, dump in C["ingest_only"].items() if dump["kind"] == kind]
    return [f"<results>/reddit/{name}/{kind}.json" for name in (*FUNNEL, *further)]


# ---- audit
def caption_of(name):
    """The caption's name of something shown: paper B's tables and figures are told apart, those of one rule share one."""
    stem = Path(name).stem
    if "/eva/" not in name:
        return "prompts" if stem.removeprefix("table") in PROMPTED else stem
    return EVA_CAPTIONS.get(stem, f"eva_{stem}")


def report_captions(w):
    """The captions of what a report shows, once each."""
    names = [caption_of(name) for name in PAGES[w.page]]
    return [f"resources/captions/{name}.rst" for name in dict.fromkeys(names)]


JOURNALS = os.path.join(os.environ.get("AFFIRM_JOURNAL") or "journal", RESULTS)


def journals_now(w):
    """The journals of this run, stage by stage; those of a run that lies inside it (results/demo) are not among them."""
    stages = [folder for folder in Path(JOURNALS).glob("*") if folder.name not in OVERLAID]
    found = [path for stage in stages for path in stage.rglob("*.jsonl")]
    return sorted(str(path) for path in found if not path.name.endswith(".failures.jsonl"))


# ---- world
def world_files(*datasets):
    """Raw files of these datasets, as the world writes them."""
    return {
        name: f"<results>/world/{entry['file']}" for name, entry in DATASETS.items() if entry["dataset"] in datasets
    }
