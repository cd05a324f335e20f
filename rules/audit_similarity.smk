# Whether the supporters met the test personas before: likeness to train personas, and table 3 where it is least.
localrules:
    tabulate_hard,


rule compare_personas:
    """The nearest train persona of each test persona, and which of these are hard."""
    input:
        train="<results>/personas/train.jsonl",
        test="<results>/personas/test.jsonl",
        sentences=[] if C["models"]["sentences"]["kind"] == "tfidf" else model_dir("sentences"),
    output:
        table=report(
            "<results>/audit/persona_similarity.csv",
            caption="../resources/captions/persona_similarity.rst",
            category="Audit",
        ),
    log:
        text="<logs>/audit/compare_personas.log",
        run="<logs>/audit/compare_personas.json",
    benchmark:
        "<benchmarks>/audit/compare_personas.tsv"
    conda:
        "../envs/train.yaml"
    params:
        **TABLE_PARAMS,
        code=signature("audit.compare_personas", "train"),
        kind=C["models"]["sentences"]["kind"],
        model=lambda w, input: f"--sentences-model {input.sentences}" if input.sentences else "",
        near=C["personas"]["near"],
    message:
        "audit: test personas beside train personas"
    shell:
        door(
            "audit.compare_personas --train {input.train:q} --test {input.test:q} --sentences-kind {params.kind}"
            " {params.model} --near {params.near} --run {params.run} --evidence {params.evidence}"
            " --output {output.table:q}"
        )


rule tabulate_hard:
    """Table 3's headline on the hard test personas."""
    input:
        **rated(TABLE3),
        values=ratios_of(TABLE3),
        similarity="<results>/audit/persona_similarity.csv",
    output:
        table=report(
            "<results>/audit/table3_hard.csv",
            caption="../resources/captions/table3_hard.rst",
            category="Audit",
        ),
    log:
        text="<logs>/audit/tabulate_hard.log",
        run="<logs>/audit/tabulate_hard.json",
    benchmark:
        "<benchmarks>/audit/tabulate_hard.tsv"
    conda:
        "../envs/metrics.yaml"
    params:
        **TABLE_PARAMS,
        **compared(TABLE3),
        code=signature("audit.tabulate_hard", "metrics"),
    message:
        "audit: table 3 on hard personas"
    shell:
        door(
            "audit.tabulate_hard --similarity {input.similarity:q} --blocks {params.blocks:q}"
            " --dialogues {input.dialogues:q} --resamples {params.resamples} --seed {params.seed}",
            RATED,
            PAIRED,
            " --run {params.run} --evidence {params.evidence} --output {output.table:q}",
        )
