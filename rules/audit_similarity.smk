# Whether the supporters met the test personas before: their likeness to train personas.
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
