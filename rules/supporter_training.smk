# Supporter adapters on the base: SFT, baselines, DPO (paper A, sections 5.3, 6.3, D.3, G.2).


rule train_supporter_sft:
    """LoRA adapter that answers in four steps."""
    input:
        base=model_dir("llama"),
        launch=LAUNCH,
        train="<results>/supporter/{variant}/sft/train.jsonl",
        dev="<results>/supporter/{variant}/sft/dev.jsonl",
    output:
        adapter=directory("<results>/supporter/{variant}/sft_adapter"),
    log:
        text="<logs>/supporter/train_supporter_sft.{variant}.log",
        run="<logs>/supporter/train_supporter_sft.{variant}.json",
    benchmark:
        "<benchmarks>/supporter/train_supporter_sft.{variant}.tsv"
    conda:
        "../envs/train.yaml"
    resources:
        **gpu_training("supporter_sft"),
    params:
        **training(C["supporter"]["sft"]),
        code=signature("supporter.train_supporter_sft", "train"),
    message:
        f"supporter ({{wildcards.variant}}): SFT adapter{ON_GPU}"
    shell:
        keeping_door("supporter.train_supporter_sft", TRAINING)


rule train_baseline:
    """LoRA adapter that answers as the corpus's supporters do."""
    input:
        base=model_dir("llama"),
        launch=LAUNCH,
        train="<results>/supporter/baseline/{corpus}/train.jsonl",
        dev="<results>/supporter/baseline/{corpus}/dev.jsonl",
    output:
        adapter=directory("<results>/supporter/baseline/{corpus}_adapter"),
    log:
        text="<logs>/supporter/train_baseline.{corpus}.log",
        run="<logs>/supporter/train_baseline.{corpus}.json",
    benchmark:
        "<benchmarks>/supporter/train_baseline.{corpus}.tsv"
    conda:
        "../envs/train.yaml"
    resources:
        **gpu_training("baselines"),
    params:
        **training(C["supporter"]["baselines"]),
        code=signature("supporter.train_baseline", "train"),
    message:
        f"baseline {{wildcards.corpus}}: adapter{ON_GPU}"
    shell:
        keeping_door("supporter.train_baseline", TRAINING)


rule train_supporter_dpo:
    """DPO on the merged SFT model at one grid point, published as one adapter on the base."""
    input:
        base=model_dir("llama"),
        launch=LAUNCH,
        sft="<results>/supporter/{variant}/sft_adapter",
        train="<results>/supporter/{variant}/pairs/{rollouts}/{point}/train.jsonl",
        dev="<results>/supporter/{variant}/pairs/{rollouts}/{point}/dev.jsonl",
    output:
        adapter=directory("<results>/supporter/{variant}/dpo_adapter/{rollouts}/{point}"),
    log:
        text="<logs>/supporter/train_supporter_dpo.{variant}.{rollouts}.{point}.log",
        run="<logs>/supporter/train_supporter_dpo.{variant}.{rollouts}.{point}.json",
    benchmark:
        "<benchmarks>/supporter/train_supporter_dpo.{variant}.{rollouts}.{point}.tsv"
    conda:
        "../envs/train.yaml"
    resources:
        **gpu_training("supporter_dpo"),
    params:
        **training(C["supporter"]["dpo"]),
        code=signature("supporter.train_supporter_dpo", "train"),
    message:
        f"supporter ({{wildcards.variant}}): DPO adapter, {{wildcards.rollouts}} at {{wildcards.point}}{ON_GPU}"
    shell:
        keeping_door("supporter.train_supporter_dpo --sft-adapter {input.sft:q}", TRAINING)
