# Table 3 on the test personas that are least like any train persona.
localrules:
    tabulate_hard,


rule tabulate_hard:
    """Table 3's headline on the hard test personas."""
    input:
        **rated(TABLE3),
        values=ratios_of(TABLE3),
        similarity="<results>/audit/persona_similarity.csv",
    output:
        table=report(
            "<results>/table3_hard.csv",
            caption="../resources/captions/table3_hard.rst",
            category="Paper A",
        ),
    log:
        text="<logs>/tables/tabulate_hard.log",
        run="<logs>/tables/tabulate_hard.json",
    benchmark:
        "<benchmarks>/tables/tabulate_hard.tsv"
    conda:
        "../envs/metrics.yaml"
    params:
        **TABLE_PARAMS,
        **compared(TABLE3),
        code=signature("tables.tabulate_hard", "metrics"),
    message:
        "audit: table 3 on hard personas"
    shell:
        door(
            "tables.tabulate_hard --similarity {input.similarity:q} --blocks {params.blocks:q}"
            " --dialogues {input.dialogues:q} --resamples {params.resamples} --seed {params.seed}",
            RATED,
            PAIRED,
            " --run {params.run} --evidence {params.evidence} --output {output.table:q}",
        )
