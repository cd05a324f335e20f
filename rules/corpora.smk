# Public corpora: fetched or lying in data_dir, checked, and normalised to one dialogue format.
ESCONV_FILE = {"train": "esconv_train", "dev": "esconv_valid", "test": "esconv_test"}


rule fetch_dataset:
    """A raw file from its source, where data_dir lacks it."""
    output:
        file="<results>/external/{dataset}/{file}",
    log:
        text="<logs>/corpora/fetch_dataset.{dataset}.{file}.log",
        run="<logs>/corpora/fetch_dataset.{dataset}.{file}.json",
    benchmark:
        "<benchmarks>/corpora/fetch_dataset.{dataset}.{file}.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        code=signature("corpora.fetch_dataset", "ingest"),
        url=lambda w: DATASETS[w.dataset]["url"],
        sha256=lambda w: DATASETS[w.dataset]["sha256"],
        licence=lambda w: DATASETS[w.dataset]["licence"],
    message:
        "corpora: fetch {wildcards.dataset}"
    shell:
        door(
            "corpora.fetch_dataset --url {params.url:q} --sha256={params.sha256} --licence {params.licence:q}"
            " --output {output.file:q}"
        )


rule normalise_esconv:
    """ESConv in the dialogue format, one split."""
    input:
        raw=lambda w: raw(ESCONV_FILE[w.split]),
    output:
        dialogues="<results>/corpora/esconv/{split}.jsonl",
    log:
        text="<logs>/corpora/normalise_esconv.{split}.log",
        run="<logs>/corpora/normalise_esconv.{split}.json",
    benchmark:
        "<benchmarks>/corpora/normalise_esconv.{split}.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        code=signature("corpora.normalise_esconv", "ingest"),
        sha256=lambda w: pinned(ESCONV_FILE[w.split]),
    message:
        "corpora: ESConv {wildcards.split}"
    shell:
        door(
            "corpora.normalise_esconv --input {input.raw:q} --split {wildcards.split} --sha256={params.sha256}"
            " --output {output.dialogues:q}"
        )


rule normalise_extes:
    """ExTES in the dialogue format, split by dialogue."""
    input:
        raw=lambda w: raw("extes"),
    output:
        train="<results>/corpora/extes/train.jsonl",
        dev="<results>/corpora/extes/dev.jsonl",
        test="<results>/corpora/extes/test.jsonl",
    log:
        text="<logs>/corpora/normalise_extes.log",
        run="<logs>/corpora/normalise_extes.json",
    benchmark:
        "<benchmarks>/corpora/normalise_extes.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        code=signature("corpora.normalise_extes", "ingest"),
        sha256=pinned("extes"),
        dev=C["datasets"]["extes"]["dev_share"],
        test=C["datasets"]["extes"]["test_share"],
        seed=C["seed"],
    message:
        "corpora: ExTES"
    shell:
        door(
            "corpora.normalise_extes --input {input.raw:q} --sha256={params.sha256} --dev-share {params.dev}"
            " --test-share {params.test} --seed {params.seed} --train {output.train:q} --dev {output.dev:q}"
            " --test {output.test:q}"
        )


rule normalise_psych8k:
    """Psych8k as dialogues of two turns."""
    input:
        raw=lambda w: raw("psych8k"),
    output:
        train="<results>/corpora/psych8k/train.jsonl",
        dev="<results>/corpora/psych8k/dev.jsonl",
    log:
        text="<logs>/corpora/normalise_psych8k.log",
        run="<logs>/corpora/normalise_psych8k.json",
    benchmark:
        "<benchmarks>/corpora/normalise_psych8k.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        code=signature("corpora.normalise_psych8k", "ingest"),
        sha256=pinned("psych8k"),
        dev=C["datasets"]["psych8k"]["dev_share"],
        seed=C["seed"],
    message:
        "corpora: Psych8k"
    shell:
        door(
            "corpora.normalise_psych8k --input {input.raw:q} --sha256={params.sha256} --dev-share {params.dev}"
            " --seed {params.seed} --train {output.train:q} --dev {output.dev:q}"
        )


rule normalise_valueeval:
    """ValueEval arguments with their 20 labels, one split."""
    input:
        arguments=lambda w: raw(f"valueeval_{w.split}_arguments"),
        labels=lambda w: raw(f"valueeval_{w.split}_labels"),
        values=VALUES,
    output:
        rows="<results>/corpora/valueeval/{split}.parquet",
    log:
        text="<logs>/corpora/normalise_valueeval.{split}.log",
        run="<logs>/corpora/normalise_valueeval.{split}.json",
    benchmark:
        "<benchmarks>/corpora/normalise_valueeval.{split}.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        code=signature("corpora.normalise_valueeval", "ingest"),
        arguments=lambda w: pinned(f"valueeval_{w.split}_arguments"),
        labels=lambda w: pinned(f"valueeval_{w.split}_labels"),
    message:
        "corpora: ValueEval {wildcards.split}"
    shell:
        door(
            "corpora.normalise_valueeval --arguments {input.arguments:q} --labels {input.labels:q}"
            " --sha256-arguments={params.arguments} --sha256-labels={params.labels} --values {input.values:q}"
            " --output {output.rows:q}"
        )


rule check_corpora:
    """Published facts about ESConv beside what the files give."""
    input:
        train="<results>/corpora/esconv/train.jsonl",
        dev="<results>/corpora/esconv/dev.jsonl",
        test="<results>/corpora/esconv/test.jsonl",
        facts="resources/esconv_facts.csv",
    output:
        facts=report("<results>/audit/corpora.csv", caption="../resources/captions/corpora.rst", category="Audit"),
    log:
        text="<logs>/corpora/check_corpora.log",
        run="<logs>/corpora/check_corpora.json",
    benchmark:
        "<benchmarks>/corpora/check_corpora.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        code=signature("corpora.check_corpora", "ingest"),
    message:
        "audit: published facts of ESConv"
    shell:
        door(
            "corpora.check_corpora --train {input.train:q} --dev {input.dev:q} --test {input.test:q}"
            " --facts {input.facts:q} --output {output.facts:q}"
        )
