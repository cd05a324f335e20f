"""What no single key can say: names that must exist elsewhere, and values that must agree with each other."""

from collections.abc import Callable

from scripts.config.eva_references import eva_names, eva_rows, eva_systems, listed_once
from scripts.config.findings import Finding, Found, named
from scripts.config.people_references import judged_systems, rater_numbers
from scripts.config.system_references import doubled_rows, grid_adapters, system_models, system_names, systems_of_others
from scripts.training.settings import nearest_batches

JUDGES = [("measures", *names) for names in (("comments", "judge"), ("simulators", "judge"), ("experts", "model"))]
JUDGES += [("evad", "writer"), ("evad", "rating", "model"), ("eva_human", "model")]
SETTINGS = ("single", "multi")


def role_models(config: dict) -> Found:
    """Every role is played by a chat model."""
    chat = [name for name, entry in config["models"].items() if "source" not in entry]
    for role, name in config["roles"].items():
        yield from named(("roles", role), name, chat, "the chat models")
    for path in JUDGES:
        part = config
        for key in path:
            part = part[key]
        yield from named(path, part, chat, "the chat models")


def model_entries(config: dict) -> Found:
    """The entries that rules ask for by name exist and are of the right kind."""
    models = config["models"]
    for name, keys in (
        ("llama", "source"),
        ("sentiment", "kind"),
        ("values", "kind"),
        ("sentences", "kind"),
        *((name, "source") for name in ("emollama", "esc_role")),
    ):
        if keys not in models.get(name, {}):
            yield (
                ("models", name),
                Finding(None, f"expected an entry with {keys}", "Take it over from config.yaml."),
            )


def own_template(config: dict) -> Found:
    """Paper A's roles are adapters of one base, which speaks in its own template."""
    given = config["models"].get("llama", {}).get("template")
    if given is not None:
        fix = "Set it to null, or give the template to another entry of the same checkpoint."
        yield ("models", "llama", "template"), Finding(repr(given), "expected null: adapters are trained on it", fix)


def sizes(config: dict) -> Found:
    """Sizes are those of models with weights."""
    local = [name for name, entry in config["models"].items() if "source" in entry]
    for name in config["operation"]["sizes"]:
        yield from named(("operation", "sizes", name), name, local, "models with a source")


def point_names(config: dict) -> Found:
    """Points named elsewhere exist, the selected ones are built, and each name says its values."""
    for variant, names in config["select"]["points"].items():
        for place, name in enumerate(names):
            yield from named(("select", "points", variant, place), name, list(config["points"]), "points")
    for variant, name in config["selected"].items():
        built = config["select"]["points"][variant]
        yield from named(("selected", variant), name, built, f"select.points.{variant}")
    for name, point in config["points"].items():
        said = f"h{point['h']}_g{point['gamma']:g}_t{point['t']:g}"
        if name != said:
            yield (
                ("points", name),
                Finding(None, f"its values spell {said}", f"Call it {said} or mend its values."),
            )


def ranges(config: dict) -> Found:
    """The lower end of a range does not lie above its upper end."""
    for path, low, high in (
        (("reddit",), "from", "to"),
        (("reddit", "multi"), "least", "most"),
        (("reddit", "filter", "post"), "least_words", "most_words"),
        (("reddit", "filter", "comment"), "least_words", "most_words"),
        (("personas",), "least", "most"),
        (("tiny", "base"), "stage1_steps", "steps"),
        *((("ingest_only", name), "from", "to") for name in config["ingest_only"]),
    ):
        part = config
        for key in path:
            part = part[key]
        if part[low] > part[high]:
            yield (
                (*path, low),
                Finding(repr(part[low]), f"expected at most {high} = {part[high]!r}", "Swap or mend them."),
            )


def loss_weights(config: dict) -> Found:
    """Every loss type of a preference run has a weight."""
    reference, supporter = config["reference"], config["supporter"]
    for path, train in (
        (("eva", "ali", "train"), config["eva"]["ali"]["train"]),
        (("reference", "single", "dpo", "train"), reference["single"]["dpo"]["train"]),
        (("reference", "multi", "dpo", "train"), reference["multi"]["dpo"]["train"]),
        (("supporter", "dpo", "train"), supporter["dpo"]["train"]),
    ):
        types, weights = train["loss_types"], train["loss_weights"]
        if len(types) != len(weights):
            fix = "Give one weight a loss type."
            yield (
                (*path, "loss_weights"),
                Finding(repr(weights), f"expected {len(types)} weights, as loss_types", fix),
            )


def shared_batches(config: dict) -> Found:
    """The effective batch of each training run can be shared by the GPUs that its job asks for."""
    reference, supporter = config["reference"], config["supporter"]
    jobs = config["operation"]["training"]
    for stage, path, train in (
        ("detector", ("detector", "train"), config["detector"]["train"]),
        *(("reference_sft", ("reference", name, "sft", "train"), reference[name]["sft"]["train"]) for name in SETTINGS),
        *(("reference_dpo", ("reference", name, "dpo", "train"), reference[name]["dpo"]["train"]) for name in SETTINGS),
        ("supporter_sft", ("supporter", "sft", "train"), supporter["sft"]["train"]),
        ("supporter_dpo", ("supporter", "dpo", "train"), supporter["dpo"]["train"]),
        ("baselines", ("supporter", "baselines", "train"), supporter["baselines"]["train"]),
        ("seekers", ("measures", "simulators", "train"), config["measures"]["simulators"]["train"]),
        ("intensity", ("measures", "intensity", "train"), config["measures"]["intensity"]["train"]),
        *((stage, ("eva", stage, "train"), config["eva"][stage]["train"]) for stage in ("acq", "ali")),
    ):
        gpus, batch = jobs[stage]["gpus"], train["effective_batch"]
        asked = f"operation.training.{stage}.gpus = {gpus}"
        if batch % gpus:
            near = " or ".join(map(str, nearest_batches(batch, gpus)))
            finding = Finding(repr(batch), f"cannot be shared evenly by {asked}", f"Set it to {near}, or change gpus.")
            yield (*path, "effective_batch"), finding
        if gpus > 1 and "sft" in train.get("loss_types", []):
            why = f"its sft part is a mean over the whole batch, which {asked} would cut"
            yield (*path, "loss_types"), Finding(repr(train["loss_types"]), why, "Set gpus to 1, or leave sft out.")


def note_codes(config: dict) -> Found:
    """Each code of the experts' notes stands once."""
    seen: set[str] = set()
    for kind, names in config["measures"]["experts"]["codes"].items():
        for place, name in enumerate(names):
            if name in seen:
                path = ("measures", "experts", "codes", kind, place)
                yield path, Finding(repr(name), "expected a code that stands once", "Take one of the two away.")
            seen.add(name)


def honest_evidence(config: dict) -> Found:
    """Nothing made here is passed off as real evidence."""
    if config["evidence"] == "real":
        standing_in = [f"datasets.{name}" for name, corpus in config["datasets"].items() if corpus["from"] == "world"]
        standing_in += [
            f"models.{name}"
            for name, entry in config["models"].items()
            if entry.get("source") == "tiny"
            or entry.get("backend") == "offline"
            or entry.get("kind") in ("lexicon", "tfidf")
        ]
        if standing_in:
            why = f"{', '.join(standing_in)} stand in for the real thing"
            yield ("evidence",), Finding("'real'", why, "Set evidence: stand_in.")


Check = Callable[[dict], Found]
CHECKS: tuple[tuple[frozenset[str], Check], ...] = (
    (frozenset({"roles", "models", "measures", "evad", "eva_human"}), role_models),
    (frozenset({"models"}), model_entries),
    (frozenset({"models"}), own_template),
    (frozenset({"models", "operation"}), sizes),
    (frozenset({"measures"}), note_codes),
    (frozenset({"eva_human"}), rater_numbers),
    (frozenset({"eva_human", "eva_benchmarks", "eva", "models"}), judged_systems),
    (frozenset({"systems", "models"}), system_models),
    (frozenset({"systems", "models"}), systems_of_others),
    (frozenset({"systems", "select", "points"}), grid_adapters),
    (frozenset({"systems", "select"}), doubled_rows),
    (frozenset({"systems", "select", "supporter", "judging"}), system_names),
    (frozenset({"points", "select", "selected"}), point_names),
    (frozenset({"reddit", "personas", "tiny", "ingest_only"}), ranges),
    (frozenset({"reference", "supporter", "eva"}), loss_weights),
    (frozenset({"detector", "reference", "supporter", "measures", "eva", "operation"}), shared_batches),
    (frozenset({"eva", "models"}), eva_systems),
    (frozenset({"eva"}), eva_names),
    (frozenset({"eva"}), eva_rows),
    (frozenset({"scoring", "select"}), listed_once),
    (frozenset({"evidence", "datasets", "models"}), honest_evidence),
)
