# Seeker simulators in ESConv's test dialogues (paper A, section E.2, table 29).
rule build_seeker_sft:
    """Chat rows: a dialogue -> its seeker's next turn."""
    input:
        dialogues="<results>/corpora/{corpus}/{split}.jsonl",
        prompt=prompt("A-SEEK-PLAIN"),
    output:
        rows="<results>/dialogues/seekers/sft/{corpus}/{split}.jsonl",
    log:
        text="<logs>/dialogues/build_seeker_sft.{corpus}.{split}.log",
        run="<logs>/dialogues/build_seeker_sft.{corpus}.{split}.json",
    benchmark:
        "<benchmarks>/dialogues/build_seeker_sft.{corpus}.{split}.tsv"
    conda:
        "../envs/metrics.yaml"
    params:
        code=signature("dialogues.build_seeker_sft", "metrics"),
        history=canonical(SIMULATORS["history"]),
    message:
        "seeker simulators: rows of {wildcards.corpus} {wildcards.split}"
    shell:
        door(
            "dialogues.build_seeker_sft --dialogues {input.dialogues:q} --prompt {input.prompt:q}"
            " --history {params.history:q} --output {output.rows:q}"
        )


rule train_seeker:
    """LoRA adapter that answers as the corpus's seekers do."""
    input:
        base=model_dir("llama"),
        launch=LAUNCH,
        train="<results>/dialogues/seekers/sft/{corpus}/train.jsonl",
        dev="<results>/dialogues/seekers/sft/{corpus}/dev.jsonl",
    output:
        adapter=directory("<results>/dialogues/seekers/{corpus}_adapter"),
    log:
        text="<logs>/dialogues/train_seeker.{corpus}.log",
        run="<logs>/dialogues/train_seeker.{corpus}.json",
    benchmark:
        "<benchmarks>/dialogues/train_seeker.{corpus}.tsv"
    conda:
        "../envs/train.yaml"
    resources:
        **gpu_training("seekers"),
    params:
        **training(SIMULATORS),
        code=signature("dialogues.train_seeker", "train"),
    message:
        f"seeker simulators: adapter of {{wildcards.corpus}}{ON_GPU}"
    shell:
        keeping_door("dialogues.train_seeker", TRAINING)


rule ask_seeker:
    """A hosted model's seeker turns."""
    input:
        world_of(C["roles"]["seeker"]),
        **SEEKER_INPUTS,
    output:
        turns=TURNS,
    log:
        text="<logs>/dialogues/ask_seeker.{simulator}.log",
        run="<logs>/dialogues/ask_seeker.{simulator}.json",
    benchmark:
        "<benchmarks>/dialogues/ask_seeker.{simulator}.tsv"
    wildcard_constraints:
        simulator=among(["gpt_zero", "gpt_one"]),
    conda:
        "../envs/metrics.yaml"
    params:
        **SEEKER_PARAMS,
        code=signature("dialogues.ask_seeker", "metrics"),
        backend=model_backend(C["roles"]["seeker"]) or "none",
        model=model_entry(C["roles"]["seeker"]),
    message:
        "seeker simulators: {wildcards.simulator}"
    shell:
        door("dialogues.ask_seeker --model {params.model:q}", SEEKER_COMMAND)


rule imitate_seeker:
    """The seeker turns of weights of ours."""
    input:
        base_gate(),
        **SEEKER_INPUTS,
        base=lambda w: speaking_base(SIMULATOR_ROWS[w.simulator]["by"]),
        adapter=seeker_adapter,
    output:
        turns=TURNS,
    log:
        text="<logs>/dialogues/imitate_seeker.{simulator}.log",
        run="<logs>/dialogues/imitate_seeker.{simulator}.json",
    benchmark:
        "<benchmarks>/dialogues/imitate_seeker.{simulator}.tsv"
    wildcard_constraints:
        simulator=among([name for name in SIMULATOR_ROWS if not name.startswith("gpt")]),
    conda:
        f"../envs/{SIMULATOR_ENV}.yaml"
    resources:
        **gpu_inference(lambda w: SIMULATOR_ROWS[w.simulator]["by"]),
    params:
        **SEEKER_PARAMS,
        code=signature("dialogues.imitate_seeker", SIMULATOR_ENV),
        speaks=lambda w: C["models"][SIMULATOR_ROWS[w.simulator]["by"]]["backend"],
        adapter=lambda w, input: f"--adapter {input.adapter}" if input.adapter else "",
    message:
        f"seeker simulators: {{wildcards.simulator}}{ON_GPU}"
    shell:
        keeping_door(
            "dialogues.imitate_seeker --base {input.base:q} --base-backend {params.speaks} {params.adapter}",
            SEEKER_COMMAND,
        )
