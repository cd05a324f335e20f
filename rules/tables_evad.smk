# Paper B's table and figure of the preference data.
localrules:
    tabulate_eva_table7,
    plot_eva_figure4,


rule tabulate_eva_table7:
    """Levels of the chosen and rejected utterances by split."""
    input:
        train="<results>/evad/train.jsonl",
        dev="<results>/evad/dev.jsonl",
        published=PUBLISHED.format("b_table07"),
    output:
        table=report("<results>/eva/table7.csv", caption="../resources/captions/eva_table7.rst", category="Paper B"),
        text=report("<results>/eva/table7.md", caption="../resources/captions/eva_table7.rst", category="Paper B"),
    log:
        text="<logs>/tables/tabulate_eva_table7.log",
        run="<logs>/tables/tabulate_eva_table7.json",
    benchmark:
        "<benchmarks>/tables/tabulate_eva_table7.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        **TABLE_PARAMS,
        code=signature("tables.tabulate_eva_table7", "ingest"),
        raters=RATING["raters"],
        data_dir=C["data_dir"],
        folder=RATING["folder"],
    message:
        "table 7 of paper B"
    shell:
        door(
            "tables.tabulate_eva_table7 --train {input.train:q} --dev {input.dev:q} --raters {params.raters}"
            " --data-dir {params.data_dir:q} --folder {params.folder:q}",
            TABLE,
        )


rule plot_eva_figure4:
    """Levels of the chosen utterances by quartile of the dialogue."""
    input:
        train="<results>/evad/train.jsonl",
        dev="<results>/evad/dev.jsonl",
    output:
        figure=report("<results>/eva/figure4.svg", caption="../resources/captions/eva_figure4.rst", category="Paper B"),
        table="<results>/eva/figure4.csv",
    log:
        text="<logs>/tables/plot_eva_figure4.log",
        run="<logs>/tables/plot_eva_figure4.json",
    benchmark:
        "<benchmarks>/tables/plot_eva_figure4.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        **TABLE_PARAMS,
        **RESAMPLED,
        code=signature("tables.plot_eva_figure4", "ingest"),
        raters=RATING["raters"],
    message:
        "figure 4 of paper B"
    shell:
        door(
            "tables.plot_eva_figure4 --train {input.train:q} --dev {input.dev:q} --raters {params.raters}"
            " --resamples {params.resamples} --seed {params.seed} --run {params.run} --evidence {params.evidence}"
            " --output {output.figure:q} --table {output.table:q}"
        )
