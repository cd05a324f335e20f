# Functions that say what the rules of simulated dialogues read and are told.
SPEAKS = C["models"]["llama"]["backend"]  # local: the base and its adapters in the job; vllm: on a server beside it


def speaking_env(names):
    """The environment in which these models speak; the server's, where one of them is on a server."""
    return "serve" if any(C["models"][name]["backend"] == "vllm" for name in names) else "train"


SPEAKING_ENV = speaking_env(["llama"])


def system(w):
    return SYSTEMS[w.system]


def rolls_out(name, split):
    """Whether these dialogues are but the trunk of rollouts, which need a share of the personas alone (A-051)."""
    return is_local(name) and split == "train"


def is_local(name):
    """Whether the system's supporter is a model of ours (base with or without an adapter)."""
    return "source" in C["models"][SYSTEMS[name]["supporter"]]


def adapter_of(name):
    """The supporter's adapter folder, or nothing for an endpoint and for the base itself."""
    kind = SYSTEMS[name]["adapter"]
    if kind == "none":
        return []
    family, which = kind.split("/")[:2]
    if family == "baseline":
        return f"<results>/supporter/baseline/{which}_adapter"
    if which == "sft":
        return f"<results>/supporter/{family}/sft_adapter"
    rollouts, point = grid_point(name)
    return f"<results>/supporter/{family}/dpo_adapter/{rollouts}/{point}"


def grid_point(name):
    """(whose rollouts, point) of a DPO system: those its adapter names, else the chosen ones; None for another system."""
    variant, _, stage = SYSTEMS[name]["adapter"].partition("/")
    if not stage.startswith("dpo"):
        return None
    chosen = C["supporter"]["sources"][variant]["rollouts"], C["selected"][variant]
    return dpo_point(SYSTEMS[name]["adapter"]) or chosen


# What a system in four steps is given (config: systems.<id>.reference): its prompt, a reference, target values.
GIVEN_PROMPT = {
    "value": "A-SUP",
    "reference_only": "A-SUP-R",
    "targets_only": "A-SUP-V",
    "emotion": "A-SUP-E",
    "none": "A-SUP-0",
}
GIVEN_REFERENCE = {"value": "value", "reference_only": "value", "emotion": "emotion"}  # whose generator
DETECTED = ("value", "reference_only", "targets_only")  # the generator of values reads the targets too


def speaking_inputs(w):
    """Models, adapters and prompts that a system's turns need."""
    entry, found = system(w), {}
    four_step, local = entry["form"] == "four_step", is_local(w.system)
    given = entry["reference"]
    if local or given != "none":
        found["base"] = model_dir("llama")
        found["gate"] = base_gate()
    if adapter_of(w.system):
        found["supporter_adapter"] = adapter_of(w.system)
    if not four_step:
        found["supporter_prompt"] = prompt("A-SUP-PLAIN")
    else:
        found["supporter_prompt"] = prompt(GIVEN_PROMPT[given])
        if given in GIVEN_REFERENCE:
            found["reference"] = reference_adapter(GIVEN_REFERENCE[given])
            found["reference_prompt"] = prompt(REFERENCE_PROMPT[GIVEN_REFERENCE[given]])
            if not local:
                found["alternative_prompt"] = prompt("A-SUP-ALT")
        if given in DETECTED:
            found["detector"] = DETECTOR
            found["detector_prompt"] = prompt("A-TVD")
        if entry["self_disclosure"] == "others_experience":
            found["rephrase_prompt"] = prompt("A-REPH")
    if C["models"]["sentiment"]["kind"] != "lexicon":
        found["sentiment_model"] = model_dir("sentiment")
    return found


def speaking_options(w, input):
    """The command line words for those inputs, named as they are."""
    named = sorted(name for name in speaking_inputs(w) if name != "gate")
    words = [f"--{name.replace('_', '-')} {shlex.quote(str(input[name]))}" for name in named]
    if "base" in named:
        words.append(f"--base-backend {SPEAKS}")
    if "rephrase_prompt" in named:
        words.append(f"--rephrase-model {shlex.quote(model_entry(C['roles']['rephrase']))}")
    return " ".join(words)


def speaking_models(w):
    """The models of the config that speak: seeker, supporter, and who rewrites self-disclosures."""
    rewrites = system(w)["self_disclosure"] == "others_experience"
    return {C["roles"]["seeker"], system(w)["supporter"], *([C["roles"]["rephrase"]] if rewrites else [])}


def speaking_worlds(w):
    return sorted({path for name in speaking_models(w) for path in world_of(name)})


def speaking_samplings(w):
    """Sampling leaves of the roles that this system uses."""
    chosen = {role: C["sampling"][role] for role in ("seeker", "supporter")}
    if system(w)["reference"] in GIVEN_REFERENCE:
        chosen["reference"] = C["sampling"]["reference"]
    if system(w)["reference"] in DETECTED:
        chosen["detector"] = C["sampling"]["detector"]
    if system(w)["self_disclosure"] == "others_experience":
        chosen["rephrase"] = C["sampling"]["rephrase"]
    return canonical(chosen)


def speaking_backends(w):
    """Signatures of model backends that are our code (the offline world)."""
    return ",".join(filter(None, sorted(model_backend(name) for name in speaking_models(w)))) or "none"
