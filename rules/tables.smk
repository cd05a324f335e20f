# Tables and figures beside the published numbers.
PUBLISHED = "resources/published/{}.csv"
TABLE = " --published {input.published:q} --run {params.run} --evidence {params.evidence}"
TABLE += " --output {output.table:q} --text {output.text:q}"
TABLE_PARAMS = dict(run=RUN, evidence=C["evidence"])
ROWS = C["select"]["systems"]
REFERENCE_ROW = C["judging"]["reference"]
TABLE3 = [block(REFERENCE_ROW, {name: as_printed(name) for name in ROWS})]
# Options of the tables that compare systems (scripts/tables/comparison.py).
COMPARED = " --blocks {params.blocks:q} --dialogues {input.dialogues:q} --resamples {params.resamples}"
COMPARED += " --seed {params.seed} --stats {output.stats:q} --agreement {output.agreement:q}"
COMPARED += " --completion {output.completion:q}"
RATED = " --skills {input.skills:q} --intensity {input.intensity:q}"
PAIRED = " --values {input.values:q}"


localrules:
    tabulate_table3,
    plot_figure2,


rule tabulate_table3:
    """Nine supporter systems by skills, intensity and values."""
    input:
        **rated(TABLE3),
        values=ratios_of(TABLE3),
        published=PUBLISHED.format("a_table03"),
    output:
        table=report("<results>/table3.csv", caption="../resources/captions/table3.rst", category="Paper A"),
        text=report("<results>/table3.md", caption="../resources/captions/table3.rst", category="Paper A"),
        stats="<results>/table3_stats.csv",
        agreement="<results>/table3_agreement.csv",
        completion="<results>/table3_completion.csv",
    log:
        text="<logs>/tables/tabulate_table3.log",
        run="<logs>/tables/tabulate_table3.json",
    benchmark:
        "<benchmarks>/tables/tabulate_table3.tsv"
    conda:
        "../envs/metrics.yaml"
    params:
        **TABLE_PARAMS,
        **compared(TABLE3),
        code=signature("tables.tabulate_table3", "metrics"),
    message:
        "table 3"
    shell:
        door("tables.tabulate_table3", COMPARED, RATED, PAIRED, TABLE)


rule plot_figure2:
    """Values of the last seeker turns in ESConv, by how much the support helped."""
    input:
        dialogues=expand("<results>/corpora/esconv/{split}.jsonl", split=SPLITS),
        labels="<results>/labels/esconv.parquet",
        values=VALUES,
        published=PUBLISHED.format("a_inline"),
    output:
        figure=report("<results>/figure2.svg", caption="../resources/captions/figure2.rst", category="Paper A"),
        table="<results>/figure2.csv",
        summary="<results>/figure2.json",
    log:
        text="<logs>/tables/plot_figure2.log",
        run="<logs>/tables/plot_figure2.json",
    benchmark:
        "<benchmarks>/tables/plot_figure2.tsv"
    conda:
        "../envs/metrics.yaml"
    params:
        **TABLE_PARAMS,
        code=signature("tables.plot_figure2", "metrics"),
        rule=C["positive"]["rule"],
        positive=C["positive"]["threshold"],
        threshold=C["labels"]["value_threshold"],
        window=C["value_effects"]["window"],
        alpha=C["value_effects"]["alpha"],
        resamples=C["stats"]["resamples"],
        seed=C["stats"]["seed"],
    message:
        "figure 2"
    shell:
        door(
            "tables.plot_figure2 --dialogues {input.dialogues:q} --labels {input.labels:q} --values {input.values:q}"
            " --positive-rule {params.rule} --positive-threshold {params.positive} --value-threshold {params.threshold}"
            " --window {params.window} --alpha {params.alpha} --resamples {params.resamples} --seed {params.seed}"
            " --published {input.published:q} --run {params.run} --evidence {params.evidence}"
            " --output {output.figure:q} --table {output.table:q} --summary {output.summary:q}"
        )
