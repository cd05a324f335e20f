# Sentiment strength and 20 value probabilities of utterances (paper A, sections 3.2 and 4).


rule label_utterances:
    """Labels of one table of utterances."""
    input:
        source=utterance_source,
        values=VALUES,
        values_model=model_dir("values"),
        sentiment_model=[] if C["models"]["sentiment"]["kind"] == "lexicon" else model_dir("sentiment"),
    output:
        labels="<results>/labels/{table}.parquet",
    log:
        text="<logs>/labels/label_utterances.{table}.log",
        run="<logs>/labels/label_utterances.{table}.json",
    benchmark:
        "<benchmarks>/labels/label_utterances.{table}.tsv"
    conda:
        "../envs/train.yaml"
    resources:
        **gpu_inference(),
    params:
        code=signature("labels.label_utterances", "train"),
        source=source_option,
        unit=lambda w: "sentence" if w.table.startswith("sentences/") else "utterance",
        sentiment=C["models"]["sentiment"]["kind"],
        sentiment_model=lambda w, input: f"--sentiment-model {input.sentiment_model}" if input.sentiment_model else "",
        values_kind=C["models"]["values"]["kind"],
    message:
        f"labels: {{wildcards.table}}{ON_GPU}"
    shell:
        keeping_door(
            "labels.label_utterances {params.source} --unit {params.unit} --values {input.values:q}"
            " --sentiment-kind {params.sentiment} {params.sentiment_model} --values-kind {params.values_kind}"
            " --values-model {input.values_model:q} --output {output.labels:q}"
        )
