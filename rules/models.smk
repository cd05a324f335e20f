# Base checkpoints and classifiers: fetched at a pinned revision, packaged, or tiny ones trained here.


rule fetch_model:
    """A checkpoint of the hub at its pinned revision."""
    output:
        folder=directory("<results>/models/hub/{model}"),
    log:
        text="<logs>/models/fetch_model.{model}.log",
        run="<logs>/models/fetch_model.{model}.json",
    benchmark:
        "<benchmarks>/models/fetch_model.{model}.tsv"
    conda:
        "../envs/train.yaml"
    params:
        code=signature("models.fetch_model", "train"),
        id=lambda w: C["models"][w.model]["id"],
        revision=lambda w: C["models"][w.model]["revision"] or "newest",
        own=lambda w: "own" if C["models"][w.model].get("kind") == "encoder" else "none",
    message:
        "models: fetch {params.id}"
    shell:
        "HF_HUB_OFFLINE=0 {}".format(
            door(
                "models.fetch_model --id {params.id:q} --revision {params.revision} --code {params.own}"
                " --output {output.folder:q}"
            )
        )


rule train_tiny_base:
    """The demo's language model; every local role is an adapter of it."""
    input:
        documents="<results>/world/pretraining.jsonl",
        values=VALUES,
    output:
        folder=directory("<results>/models/tiny/llama"),
    log:
        text="<logs>/models/train_tiny_base.log",
        run="<logs>/models/train_tiny_base.json",
    benchmark:
        "<benchmarks>/models/train_tiny_base.tsv"
    priority: 100
    conda:
        "../envs/train.yaml"
    params:
        code=signature("models.train_tiny_base", "train"),
        seed=C["seed"],
        options=" ".join(
            f"--{key.replace('_', '-')} {value}" for key, value in C["tiny"]["base"].items() if key != "least_parse"
        ),
    message:
        "models: tiny language model"
    shell:
        keeping_door(
            "models.train_tiny_base --documents {input.documents:q} --values {input.values:q} {params.options}"
            " --seed {params.seed} --output {output.folder:q}"
        )


rule check_tiny_base:
    """The gate: most answers of the tiny base keep the four-step format."""
    input:
        base="<results>/models/tiny/llama",
        documents="<results>/world/pretraining.jsonl",
    output:
        gate="<results>/models/tiny/llama_gate.json",
    log:
        text="<logs>/models/check_tiny_base.log",
        run="<logs>/models/check_tiny_base.json",
    benchmark:
        "<benchmarks>/models/check_tiny_base.tsv"
    priority: 90
    conda:
        "../envs/train.yaml"
    params:
        code=signature("models.check_tiny_base", "train"),
        least=C["tiny"]["base"]["least_parse"],
        sampling=canonical(C["sampling"]["supporter"]),
    message:
        "models: answer format of the tiny language model"
    shell:
        door(
            "models.check_tiny_base --base {input.base:q} --documents {input.documents:q} --least {params.least}"
            " --sampling {params.sampling:q} --output {output.gate:q}"
        )


rule train_tiny_values:
    """The demo's classifier of 20 values, on ValueEval."""
    input:
        train="<results>/corpora/valueeval/train.parquet",
        dev="<results>/corpora/valueeval/dev.parquet",
        values=VALUES,
    output:
        folder=directory("<results>/models/tiny/values"),
    log:
        text="<logs>/models/train_tiny_values.log",
        run="<logs>/models/train_tiny_values.json",
    benchmark:
        "<benchmarks>/models/train_tiny_values.tsv"
    conda:
        "../envs/train.yaml"
    params:
        code=signature("models.train_tiny_values", "train"),
        threshold=C["labels"]["value_threshold"],
        seed=C["seed"],
        options=" ".join(f"--{key.replace('_', '-')} {value}" for key, value in C["tiny"]["values"].items()),
    message:
        "models: tiny value classifier"
    shell:
        keeping_door(
            "models.train_tiny_values --train {input.train:q} --dev {input.dev:q} --values {input.values:q}"
            " {params.options} --threshold {params.threshold} --seed {params.seed} --output {output.folder:q}"
        )


rule train_tiny_sentiment:
    """The demo's sentiment model."""
    input:
        labelled="<results>/world/labelled.jsonl",
    output:
        folder=directory("<results>/models/tiny/sentiment"),
    log:
        text="<logs>/models/train_tiny_sentiment.log",
        run="<logs>/models/train_tiny_sentiment.json",
    benchmark:
        "<benchmarks>/models/train_tiny_sentiment.tsv"
    conda:
        "../envs/train.yaml"
    params:
        code=signature("models.train_tiny_sentiment", "train"),
        seed=C["seed"],
        options=" ".join(f"--{key.replace('_', '-')} {value}" for key, value in C["tiny"]["sentiment"].items()),
    message:
        "models: tiny sentiment model"
    shell:
        keeping_door(
            "models.train_tiny_sentiment --labelled {input.labelled:q} {params.options} --seed {params.seed}"
            " --output {output.folder:q}"
        )
