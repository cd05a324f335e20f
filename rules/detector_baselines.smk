# Models that are only asked for target values (paper A, section D.1, table 5).
rule ask_baseline:
    """A hosted model's target values of the test threads (table 5)."""
    input:
        world_of(BASELINE_MODELS["gpt"]),
        **BASELINE_INPUTS,
    output:
        predictions="<results>/detector/baselines/gpt_{asked_for}.jsonl",
    log:
        text="<logs>/detector/ask_baseline.{asked_for}.log",
        run="<logs>/detector/ask_baseline.{asked_for}.json",
    benchmark:
        "<benchmarks>/detector/ask_baseline.{asked_for}.tsv"
    conda:
        "../envs/metrics.yaml"
    params:
        **BASELINE_PARAMS,
        code=signature("detector.ask_baseline", "metrics"),
        backend=model_backend(BASELINE_MODELS["gpt"]) or "none",
        model=model_entry(BASELINE_MODELS["gpt"]),
    message:
        "detector: hosted baseline, {wildcards.asked_for}"
    shell:
        door("detector.ask_baseline --model {params.model:q}", BASELINE_COMMAND)


rule prompt_base:
    """The bare base's target values of the test threads (table 5)."""
    input:
        base_gate(),
        **BASELINE_INPUTS,
        base=model_dir("llama"),
    output:
        predictions="<results>/detector/baselines/llama_{asked_for}.jsonl",
    log:
        text="<logs>/detector/prompt_base.{asked_for}.log",
        run="<logs>/detector/prompt_base.{asked_for}.json",
    benchmark:
        "<benchmarks>/detector/prompt_base.{asked_for}.tsv"
    conda:
        f"../envs/{SPEAKING_ENV}.yaml"
    resources:
        **gpu_inference(),
    params:
        **BASELINE_PARAMS,
        code=signature("detector.prompt_base", SPEAKING_ENV),
        speaks=SPEAKS,
    message:
        f"detector: bare base, {{wildcards.asked_for}}{ON_GPU}"
    shell:
        keeping_door("detector.prompt_base --base {input.base:q} --base-backend {params.speaks}", BASELINE_COMMAND)
