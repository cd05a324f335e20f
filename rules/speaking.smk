# Functions that say what the rules of simulated dialogues read and are told.
SPEAKS = C["models"]["llama"]["backend"]  # local: the base and its adapters in the job; vllm: on a server beside it
SPEAKING_ENV = "serve" if SPEAKS == "vllm" else "train"


def system(w):
    return SYSTEMS[w.system]


def rolls_out(name, split):
    """Whether these dialogues are the trunk of the local supporter's rollouts (their share of personas: A-051)."""
    return is_local(name) and split == "train"


def is_local(name):
    """Whether the system's supporter is a model of ours (base with or without an adapter)."""
    return "source" in C["models"][SYSTEMS[name]["supporter"]]


def adapter_of(name):
    """The supporter's adapter folder, or nothing for an endpoint and for the base itself."""
    kind = SYSTEMS[name]["adapter"]
    if kind == "none":
        return []
    family, which = kind.split("/")
    if family == "baseline":
        return f"<results>/supporter/baseline/{which}_adapter"
    if which == "sft":
        return f"<results>/supporter/{family}/sft_adapter"
    return f"<results>/supporter/{family}/dpo_adapter/{C['selected'][family]}"


def speaking_inputs(w):
    """Models, adapters and prompts that a system's turns need."""
    entry, found = system(w), {}
    four_step, local = entry["form"] == "four_step", is_local(w.system)
    if local or four_step:
        found["base"] = model_dir("llama")
        found["gate"] = base_gate()
    if adapter_of(w.system):
        found["supporter_adapter"] = adapter_of(w.system)
    if not four_step:
        found["supporter_prompt"] = prompt("A-SUP-PLAIN")
    else:
        value = entry["reference"] == "value"
        found["supporter_prompt"] = prompt("A-SUP" if value else "A-SUP-E")
        found["reference"] = reference_adapter(entry["reference"])
        found["reference_prompt"] = prompt(REFERENCE_PROMPT[entry["reference"]])
        if value:
            found["detector"] = DETECTOR
            found["detector_prompt"] = prompt("A-TVD")
        if not local:
            found["alternative_prompt"] = prompt("A-SUP-ALT")
    if C["models"]["sentiment"]["kind"] != "lexicon":
        found["sentiment_model"] = model_dir("sentiment")
    return found


def speaking_options(w, input):
    """The command line words for those inputs, named as they are."""
    named = sorted(name for name in speaking_inputs(w) if name != "gate")
    words = [f"--{name.replace('_', '-')} {shlex.quote(str(input[name]))}" for name in named]
    return " ".join([*words, f"--base-backend {SPEAKS}"] if "base" in named else words)


def speaking_worlds(w):
    return sorted({*world_of(C["roles"]["seeker"]), *world_of(SYSTEMS[w.system]["supporter"])})


def speaking_samplings(w):
    """Sampling leaves of the roles that this system uses."""
    chosen = {role: C["sampling"][role] for role in ("seeker", "supporter")}
    if system(w)["form"] == "four_step":
        chosen["reference"] = C["sampling"]["reference"]
        if system(w)["reference"] == "value":
            chosen["detector"] = C["sampling"]["detector"]
    return canonical(chosen)


def speaking_backends(w):
    """Signatures of model backends that are our code (the offline world)."""
    names = {C["roles"]["seeker"], system(w)["supporter"]}
    return ",".join(filter(None, sorted(model_backend(name) for name in names))) or "none"
