# What the rules of paper B's preference data read and are told (config: evad).
LEVELS = "resources/taxonomy/levels.yaml"
EVAD = C["evad"]
RATING = EVAD["rating"]
RATING_GROUPS = range(1, RATING["groups"] + 1)
RATINGS_FOLDER = os.path.join(C["data_dir"], RATING["folder"])  # into which people's files are dropped
EVAD_SAMPLE = os.path.join(C["data_dir"], "evad", "EVAD_sample_rebuilt.json")  # the authors' public one
PAGE_INPUTS = dict(
    places="<results>/evad/items.jsonl",
    candidates="<results>/evad/candidates.jsonl",
    levels=LEVELS,
    introduction="resources/pages/introduction.html",
    ranking="resources/pages/ranking.html",
    style="resources/pages/style.css",
    script="resources/pages/ranking.js",
)
PAGE_COMMAND = (
    " --items {input.places:q} --candidates {input.candidates:q} --levels {input.levels:q}"
    " --introduction-template {input.introduction:q} --ranking-template {input.ranking:q} --style {input.style:q}"
    " --script {input.script:q} --people {params.people} --seed {params.seed}"
)


def evad_asked(model, sampling):
    """Params of a step that asks a model: the model, its sampling, what it sees, and the share of unusable answers."""
    return dict(
        backend=model_backend(model) or "none",
        asked=f"--model {shlex.quote(model_entry(model))} --sampling {shlex.quote(canonical(sampling))}"
        f" --history {shlex.quote(canonical(EVAD['history']))} --max-failed {EVAD['max_failed']}",
    )


def ranking_files(w):
    """The stand-ins' file, or those that people's pages have saved; none while nobody has ranked."""
    if RATING["raters"] == "llm":
        return ["<results>/evad/stand_ins.csv"]
    return sorted(map(str, Path(RATINGS_FOLDER).glob("*.csv")))


RANKED = bool(ranking_files(None))  # without rankings nobody can be aligned, and EVAEval has nothing to compare with
RANKING_PAGES = "<results>/evad/pages/introduction.html"
