# Simulated dialogues of any supporter system with the seeker simulator (paper A, sections 5.3, 5.4, 6.1).
SYSTEMS = C["systems"]


def system(w):
    return SYSTEMS[w.system]


def rolls_out(name, split):
    """Whether these dialogues are the trunk of the local supporter's rollouts (their share of personas: A-051)."""
    return is_local(name) and split == "train"


def is_local(name):
    """Whether the system's supporter is a model of ours (base with or without an adapter)."""
    return C["models"][SYSTEMS[name]["supporter"]].get("backend") is None


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
    return " ".join(f"--{name.replace('_', '-')} {shlex.quote(str(input[name]))}" for name in named)


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


SPEAKING = dict(
    seeker_prompt=prompt("A-SEEK"), values=VALUES, strategies=STRATEGIES, example="<results>/personas/example.json"
)
SPEAKING_PARAMS = dict(
    backends=speaking_backends,
    options=speaking_options,
    form=lambda w: system(w)["form"],
    supporter=lambda w: '{"backend": "local"}' if is_local(w.system) else model_entry(system(w)["supporter"]),
    seeker=model_entry(C["roles"]["seeker"]),
    sentiment=C["models"]["sentiment"]["kind"],
    sampling=speaking_samplings,
    history=canonical(C["dialogues"]["history"]),
    top=C["targets"]["top"],
    exchanges=C["dialogues"]["max_exchanges"],
    gratitude=canonical(C["dialogues"]["gratitude"]),
    end_score=C["dialogues"]["score"],
)
SPEAKING_COMMAND = (
    " --system {wildcards.system} --form {params.form} --supporter {params.supporter:q} --seeker {params.seeker:q}"
    " {params.options} --seeker-prompt {input.seeker_prompt:q} --values {input.values:q}"
    " --strategies {input.strategies:q} --example {input.example:q} --sentiment-kind {params.sentiment}"
    " --sampling {params.sampling:q} --history {params.history:q} --top-values {params.top}"
    " --max-exchanges {params.exchanges} --gratitude {params.gratitude:q} --end-score {params.end_score}"
    " --output {output.dialogues:q}"
)


rule simulate_dialogues:
    """One dialogue a persona; train and dev dialogues carry alternatives."""
    input:
        unpack(speaking_inputs),
        speaking_worlds,
        **SPEAKING,
        personas="<results>/personas/{split}.jsonl",
    output:
        dialogues="<results>/dialogues/{system}/{split}.jsonl",
    log:
        text="<logs>/dialogues/simulate_dialogues.{system}.{split}.log",
        run="<logs>/dialogues/simulate_dialogues.{system}.{split}.json",
    benchmark:
        "<benchmarks>/dialogues/simulate_dialogues.{system}.{split}.tsv"
    conda:
        "../envs/train.yaml"
    resources:
        **GPU_INFER,
    params:
        **SPEAKING_PARAMS,
        code=signature("dialogues.simulate_dialogues", "train"),
        alternatives=lambda w: "no" if w.split == "test" else "yes",
        share=lambda w: C["supporter"]["rollouts"]["train_share"] if rolls_out(w.system, w.split) else 1,
        max_failed=C["dialogues"]["max_failed"],
        seed=C["seed"],
    message:
        "dialogues: {wildcards.system} with the {wildcards.split} personas" + ON_GPU
    shell:
        DOOR_KEEPING
        + "dialogues.simulate_dialogues --personas {input.personas:q} --alternatives {params.alternatives}"
        " --share {params.share} --max-failed {params.max_failed} --seed {params.seed}" + SPEAKING_COMMAND


rule roll_out_alternatives:
    """Every alternative continued to the end of its dialogue, for the rewards."""
    input:
        unpack(speaking_inputs),
        speaking_worlds,
        **SPEAKING,
        branched="<results>/dialogues/{system}/{split}.jsonl",
        personas="<results>/personas/{split}.jsonl",
    output:
        dialogues="<results>/dialogues/{system}/{split}_rollouts.jsonl",
    log:
        text="<logs>/dialogues/roll_out_alternatives.{system}.{split}.log",
        run="<logs>/dialogues/roll_out_alternatives.{system}.{split}.json",
    benchmark:
        "<benchmarks>/dialogues/roll_out_alternatives.{system}.{split}.tsv"
    conda:
        "../envs/train.yaml"
    resources:
        **GPU_INFER,
    params:
        **SPEAKING_PARAMS,
        code=signature("dialogues.roll_out_alternatives", "train"),
    message:
        "dialogues: rollouts of {wildcards.system} ({wildcards.split})" + ON_GPU
    shell:
        DOOR_KEEPING
        + "dialogues.roll_out_alternatives --dialogues {input.branched:q} --personas {input.personas:q}"
        + SPEAKING_COMMAND
