# Tables of detectors and reference generators beside what the paper compares them with.
localrules:
    tabulate_table5,
    tabulate_table7,
    tabulate_table8,


rule tabulate_table5:
    """The target value detector beside models that are only asked."""
    input:
        detector="<results>/detector/predictions.jsonl",
        train="<results>/detector/examples/train.jsonl",
        values=VALUES,
        baselines=expand("<results>/detector/baselines/{baseline}.jsonl", baseline=BASELINES),
        published=PUBLISHED.format("a_table05"),
    output:
        table=report("<results>/table5.csv", caption="../resources/captions/table5.rst", category="Paper A"),
        text=report("<results>/table5.md", caption="../resources/captions/table5.rst", category="Paper A"),
        stats="<results>/table5_stats.csv",
    log:
        text="<logs>/tables/tabulate_table5.log",
        run="<logs>/tables/tabulate_table5.json",
    benchmark:
        "<benchmarks>/tables/tabulate_table5.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        **TABLE_PARAMS,
        **RESAMPLED,
        code=signature("tables.tabulate_table5", "ingest"),
        top=C["targets"]["top"],
        models=canonical(
            [dict(zip(("model", "variant"), map(BASELINE_ROWS.get, name.split("_")))) for name in BASELINES]
        ),
    message:
        "table 5"
    shell:
        door(
            "tables.tabulate_table5 --detector {input.detector:q} --train {input.train:q} --values {input.values:q}"
            " --top-values {params.top} --models {params.models:q} --baselines {input.baselines:q}"
            " --resamples {params.resamples} --seed {params.seed} --stats {output.stats:q}",
            TABLE,
        )


rule tabulate_table7:
    """Which stage of the reference generator is nearer to the real comment."""
    input:
        choices=choices_of("7"),
        published=PUBLISHED.format("a_table07"),
    output:
        table=report("<results>/table7.csv", caption="../resources/captions/table7.rst", category="Paper A"),
        text=report("<results>/table7.md", caption="../resources/captions/table7.rst", category="Paper A"),
        stats="<results>/table7_stats.csv",
    log:
        text="<logs>/tables/tabulate_table7.log",
        run="<logs>/tables/tabulate_table7.json",
    benchmark:
        "<benchmarks>/tables/tabulate_table7.tsv"
    conda:
        "../envs/metrics.yaml"
    params:
        **TABLE_PARAMS,
        **RESAMPLED,
        code=signature("tables.tabulate_table7", "metrics"),
        comparisons=comparisons_of("7"),
    message:
        "table 7"
    shell:
        door("tables.tabulate_table7", COMPARISON_COMMAND, TABLE)


rule tabulate_table8:
    """References from original and from random target values."""
    input:
        choices=choices_of("8"),
        published=PUBLISHED.format("a_table08"),
    output:
        table=report("<results>/table8.csv", caption="../resources/captions/table8.rst", category="Paper A"),
        text=report("<results>/table8.md", caption="../resources/captions/table8.rst", category="Paper A"),
        stats="<results>/table8_stats.csv",
    log:
        text="<logs>/tables/tabulate_table8.log",
        run="<logs>/tables/tabulate_table8.json",
    benchmark:
        "<benchmarks>/tables/tabulate_table8.tsv"
    conda:
        "../envs/metrics.yaml"
    params:
        **TABLE_PARAMS,
        **RESAMPLED,
        code=signature("tables.tabulate_table8", "metrics"),
        comparisons=comparisons_of("8"),
    message:
        "table 8"
    shell:
        door("tables.tabulate_table8", COMPARISON_COMMAND, TABLE)
