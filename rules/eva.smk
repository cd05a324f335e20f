# Models that validate emotions: acquisition and alignment (paper B, sections 4.1 and G).
rule build_rounds:
    """Dialogues as chat rows, every supporter turn learnt."""
    input:
        dialogues="<results>/corpora/{taught}/{split}.jsonl",
        prompt=prompt("B-BASE"),
    output:
        rows="<results>/eva/rounds/{taught}/{split}.jsonl",
    log:
        text="<logs>/eva/build_rounds.{taught}.{split}.log",
        run="<logs>/eva/build_rounds.{taught}.{split}.json",
    benchmark:
        "<benchmarks>/eva/build_rounds.{taught}.{split}.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        code=signature("eva.build_rounds", "ingest"),
    message:
        "eva: rows of {wildcards.taught}, {wildcards.split}"
    shell:
        door("eva.build_rounds --dialogues {input.dialogues:q} --prompt {input.prompt:q} --output {output.rows:q}")


rule train_acq:
    """All weights fine-tuned on a corpus of support dialogues (ACQ)."""
    input:
        base=lambda w: speaking_base(w.backbone),
        launch=FULL_LAUNCH,
        train="<results>/eva/rounds/{taught}/train.jsonl",
        dev="<results>/eva/rounds/{taught}/dev.jsonl",
    output:
        model=directory("<results>/eva/models/{backbone}/{taught}/acq_s{eva_seed}"),
    log:
        text="<logs>/eva/train_acq.{backbone}.{taught}.{eva_seed}.log",
        run="<logs>/eva/train_acq.{backbone}.{taught}.{eva_seed}.json",
    benchmark:
        "<benchmarks>/eva/train_acq.{backbone}.{taught}.{eva_seed}.tsv"
    conda:
        "../envs/train.yaml"
    resources:
        **gpu_training("acq", lambda w: w.backbone),
    params:
        code=signature("eva.train_acq", "train"),
        train=canonical(EVA["acq"]["train"]),
    message:
        f"eva: {{wildcards.backbone}} learns from {{wildcards.taught}}, seed {{wildcards.eva_seed}}{ON_GPU}"
    shell:
        keeping_door(
            "eva.train_acq --base {input.base:q} --train {input.train:q} --dev {input.dev:q} --lora null"
            " --train-settings {params.train:q} --seed {wildcards.eva_seed} --launch {input.launch:q}"
            " --output {output.model:q}"
        )


rule train_ali:
    """LoRA adapter by DPO on the preference pairs, on the acquired model or on the model itself (ALI)."""
    input:
        base=acquired_or_not,
        launch=LAUNCH,
        train="<results>/evad/pairs/train.jsonl",
        dev="<results>/evad/pairs/dev.jsonl",
    output:
        adapter=directory("<results>/eva/models/{backbone}/{start}/ali_s{eva_seed}"),
    log:
        text="<logs>/eva/train_ali.{backbone}.{start}.{eva_seed}.log",
        run="<logs>/eva/train_ali.{backbone}.{start}.{eva_seed}.json",
    benchmark:
        "<benchmarks>/eva/train_ali.{backbone}.{start}.{eva_seed}.tsv"
    conda:
        "../envs/train.yaml"
    resources:
        **gpu_training("ali", lambda w: w.backbone),
    params:
        code=signature("eva.train_ali", "train"),
        lora=canonical(EVA["ali"]["lora"]),
        train=canonical(EVA["ali"]["train"]),
    message:
        f"eva: alignment of {{wildcards.backbone}} from {{wildcards.start}}, seed {{wildcards.eva_seed}}{ON_GPU}"
    shell:
        keeping_door(
            "eva.train_ali --base {input.base:q} --train {input.train:q} --dev {input.dev:q} --lora {params.lora:q}"
            " --train-settings {params.train:q} --seed {wildcards.eva_seed} --launch {input.launch:q}"
            " --output {output.adapter:q}"
        )
