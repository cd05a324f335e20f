# Numbers that the paper's prose quotes.


localrules:
    tabulate_claims,


rule tabulate_claims:
    """Every quoted number beside the published one."""
    input:
        figure2="<results>/figure2.csv",
        table11="<results>/table11.csv",
        table13="<results>/table13.csv",
        corpus=expand("<results>/corpora/esconv/{split}.jsonl", split=SPLITS),
        labels="<results>/labels/esconv.parquet",
        threads=expand("<results>/reddit/{setting}/train.jsonl", setting=["single", "multi"]),
        situations="<results>/personas/situations.jsonl",
        rated="<results>/personas/rated.jsonl",
        personas=expand("<results>/personas/{split}.jsonl", split=SPLITS),
        teacher=expand(
            "<results>/dialogues/{system}/{split}.jsonl",
            system=C["supporter"]["sources"]["value"]["sft"],
            split=["train", "dev"],
        ),
        dialogues=expand("<results>/dialogues/{system}/test.jsonl", system=SAMPLED_SYSTEMS),
        low=f"<results>/judging/rated_values/{C['judging']['low_values']['system']}.jsonl",
        problems=PROBLEMS,
        values=VALUES,
        emotions=EMOTIONS,
        trained=list(TIMED.values()),
        published=PUBLISHED.format("a_inline"),
    output:
        table=report("<results>/claims_a.csv", caption="../resources/captions/claims_a.rst", category="Paper A"),
        text=report("<results>/claims_a.md", caption="../resources/captions/claims_a.rst", category="Paper A"),
    log:
        text="<logs>/tables/tabulate_claims.log",
        run="<logs>/tables/tabulate_claims.json",
    benchmark:
        "<benchmarks>/tables/tabulate_claims.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        **TABLE_PARAMS,
        code=signature("tables.tabulate_claims", "ingest"),
        settings=canonical(QUOTED),
        systems=canonical(SAMPLED_SYSTEMS),
        longest="psych8k",  # section 6.4.2
        low_count=C["judging"]["low_values"]["dialogues"],
        trainings=canonical([name.split(".") for name in TIMED]),
    message:
        "claims: numbers quoted in the text"
    shell:
        door(
            "tables.tabulate_claims --settings {params.settings:q} --figure2 {input.figure2:q}"
            " --table11 {input.table11:q} --table13 {input.table13:q} --corpus {input.corpus:q}"
            " --labels {input.labels:q} --threads {input.threads:q} --situations {input.situations:q}"
            " --rated {input.rated:q} --personas {input.personas:q} --teacher {input.teacher:q}"
            " --systems {params.systems:q} --dialogues {input.dialogues:q} --longest {params.longest}"
            " --low-ratings {input.low:q} --low-count {params.low_count} --problems {input.problems:q}"
            " --values {input.values:q} --emotions {input.emotions:q} --trainings {params.trainings:q}"
            " --trained {input.trained:q}",
            TABLE,
        )
