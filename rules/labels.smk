# Sentiment strength and 20 value probabilities of utterances (paper A, sections 3.2 and 4).


def utterance_source(w):
    """What a table of labels is about: Reddit's utterances, ESConv's merged turns, simulated dialogues."""
    if w.table == "reddit":
        return "<results>/reddit/utterances.parquet"
    if w.table == "esconv":
        return expand("<results>/corpora/esconv/{split}.jsonl", split=SPLITS)
    return f"<results>/{w.table}.jsonl"


def source_option(w, input):
    words = " ".join(
        shlex.quote(str(path)) for path in ([input.source] if isinstance(input.source, str) else input.source)
    )
    if w.table == "reddit":
        return f"--utterances {words}"
    return f"--dialogues {words} --merge {'yes' if w.table == 'esconv' else 'no'}"


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
    wildcard_constraints:
        table="reddit|esconv|dialogues/.+",
    conda:
        "../envs/train.yaml"
    resources:
        **GPU_INFER,
    params:
        code=signature("labels.label_utterances", "train"),
        source=source_option,
        sentiment=C["models"]["sentiment"]["kind"],
        sentiment_model=lambda w, input: f"--sentiment-model {input.sentiment_model}" if input.sentiment_model else "",
        values_kind=C["models"]["values"]["kind"],
    message:
        "labels: {wildcards.table}" + ON_GPU
    shell:
        DOOR_KEEPING + "labels.label_utterances {params.source} --values {input.values:q}"
        " --sentiment-kind {params.sentiment} {params.sentiment_model} --values-kind {params.values_kind}"
        " --values-model {input.values_model:q} --output {output.labels:q}"
