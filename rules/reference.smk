# Reference generator (paper A, sections 5.2 and D.2; G.1 without values).
REFERENCE_PROMPT = {"value": "A-RG", "emotion": "A-RG-E"}


rule build_reference_sft:
    """Chat rows: history (and target values) -> the real comment."""
    input:
        threads="<results>/reddit/{setting}/{split}.jsonl",
        prompt=lambda w: prompt(REFERENCE_PROMPT[w.variant]),
        values=VALUES,
    output:
        rows="<results>/reference/{setting}/{variant}/sft/{split}.jsonl",
    log:
        text="<logs>/reference/build_reference_sft.{setting}.{variant}.{split}.log",
        run="<logs>/reference/build_reference_sft.{setting}.{variant}.{split}.json",
    benchmark:
        "<benchmarks>/reference/build_reference_sft.{setting}.{variant}.{split}.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        code=signature("reference.build_reference_sft", "ingest"),
        history=canonical(C["reference"]["history"]),
    message:
        "reference generator ({wildcards.variant}): SFT rows of {wildcards.split}"
    shell:
        door(
            "reference.build_reference_sft --threads {input.threads:q} --prompt {input.prompt:q}"
            " --values {input.values:q} --history {params.history:q} --output {output.rows:q}"
        )


rule train_reference_sft:
    """LoRA adapter that writes a supporter's comment."""
    input:
        base=model_dir("llama"),
        launch=LAUNCH,
        train="<results>/reference/{setting}/{variant}/sft/train.jsonl",
        dev=f"<results>/reference/{{setting}}/{{variant}}/sft/{C['reference']['select_on']}.jsonl",
    output:
        adapter=directory("<results>/reference/{setting}/{variant}/sft_adapter"),
    log:
        text="<logs>/reference/train_reference_sft.{setting}.{variant}.log",
        run="<logs>/reference/train_reference_sft.{setting}.{variant}.json",
    benchmark:
        "<benchmarks>/reference/train_reference_sft.{setting}.{variant}.tsv"
    conda:
        "../envs/train.yaml"
    resources:
        **gpu_training("reference_sft"),
    params:
        code=signature("reference.train_reference_sft", "train"),
        lora=lambda w: canonical(C["reference"][w.setting]["sft"]["lora"]),
        train=lambda w: canonical(C["reference"][w.setting]["sft"]["train"]),
        seed=C["seed"],
    message:
        f"reference generator ({{wildcards.variant}}): SFT adapter{ON_GPU}"
    shell:
        keeping_door("reference.train_reference_sft", TRAINING)


rule build_reference_pairs:
    """DPO pairs: the real comment against a sibling, without the values both led to."""
    input:
        threads="<results>/reddit/{setting}/{split}.jsonl",
        prompt=prompt("A-RG"),
        values=VALUES,
    output:
        rows="<results>/reference/{setting}/value/dpo/{split}.jsonl",
        counts="<results>/reference/{setting}/value/dpo/{split}_counts.json",
    log:
        text="<logs>/reference/build_reference_pairs.{setting}.{split}.log",
        run="<logs>/reference/build_reference_pairs.{setting}.{split}.json",
    benchmark:
        "<benchmarks>/reference/build_reference_pairs.{setting}.{split}.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        code=signature("reference.build_reference_pairs", "ingest"),
        history=canonical(C["reference"]["history"]),
        requires_reply="yes" if C["reference"]["dpo"]["sibling_requires_op_reply"] else "no",
        keep=C["targets"]["top"],
        seed=C["seed"],
    message:
        "reference generator: DPO pairs of {wildcards.split}"
    shell:
        door(
            "reference.build_reference_pairs --threads {input.threads:q} --prompt {input.prompt:q}"
            " --values {input.values:q} --history {params.history:q} --sibling-requires-reply {params.requires_reply}"
            " --keep {params.keep} --seed {params.seed} --output {output.rows:q} --counts {output.counts:q}"
        )


rule train_reference_dpo:
    """DPO on the merged SFT model, published as one adapter on the base."""
    input:
        base=model_dir("llama"),
        launch=LAUNCH,
        sft="<results>/reference/{setting}/value/sft_adapter",
        train="<results>/reference/{setting}/value/dpo/train.jsonl",
        dev=f"<results>/reference/{{setting}}/value/dpo/{C['reference']['select_on']}.jsonl",
    output:
        adapter=directory("<results>/reference/{setting}/value/dpo_adapter"),
    log:
        text="<logs>/reference/train_reference_dpo.{setting}.log",
        run="<logs>/reference/train_reference_dpo.{setting}.json",
    benchmark:
        "<benchmarks>/reference/train_reference_dpo.{setting}.tsv"
    conda:
        "../envs/train.yaml"
    resources:
        **gpu_training("reference_dpo"),
    params:
        code=signature("reference.train_reference_dpo", "train"),
        lora=lambda w: canonical(C["reference"][w.setting]["dpo"]["lora"]),
        train=lambda w: canonical(C["reference"][w.setting]["dpo"]["train"]),
        seed=C["seed"],
    message:
        f"reference generator: DPO adapter{ON_GPU}"
    shell:
        keeping_door("reference.train_reference_dpo --sft-adapter {input.sft:q}", TRAINING)
