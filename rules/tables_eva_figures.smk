# Paper B's figures of what systems say: phrases (2), their repetition (6, 10, 11) and types of response (3, 7, 12, 13).
localrules:
    plot_eva_figure2,
    plot_eva_repetition,
    plot_eva_types,


rule plot_eva_figure2:
    """The phrases that Mistral and GPT-4o say most often; beside it phrases of every length."""
    input:
        phrases=eva_files(PRELIMINARY, "2", "phrases.csv"),
    output:
        figure=report("<results>/eva/figure2.svg", caption="../resources/captions/eva_figure2.rst", category="Paper B"),
        table="<results>/eva/figure2.csv",
        sweep="<results>/eva/ngram_sweep.csv",
    log:
        text="<logs>/tables/plot_eva_figure2.log",
        run="<logs>/tables/plot_eva_figure2.json",
    benchmark:
        "<benchmarks>/tables/plot_eva_figure2.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        **TABLE_PARAMS,
        code=signature("tables.plot_eva_figure2", "ingest"),
        rows=eva_rows(PRELIMINARY, "2"),
        orders=PHRASES["orders"],
        order=SHOWN_ORDER,
        top=PHRASES["top"],
        raters=RATING["raters"],
    message:
        "figure 2 of paper B"
    shell:
        door(
            "tables.plot_eva_figure2 --number 2 --rows {params.rows:q} --phrases {input.phrases:q}"
            " --orders {params.orders} --order {params.order} --top {params.top} --sweep {output.sweep:q}",
            FIGURE,
        )


rule plot_eva_repetition:
    """How often a model's phrases come back within a dialogue, before and after training."""
    input:
        phrases=lambda w: eva_files(pair_of(w), "2", "phrases.csv"),
    output:
        figure=report(
            "<results>/eva/figure{number}.svg", caption="../resources/captions/eva_repetition.rst", category="Paper B"
        ),
        table="<results>/eva/figure{number}.csv",
    log:
        text="<logs>/tables/plot_eva_repetition.{number}.log",
        run="<logs>/tables/plot_eva_repetition.{number}.json",
    benchmark:
        "<benchmarks>/tables/plot_eva_repetition.{number}.tsv"
    wildcard_constraints:
        number=among(REPETITION_FIGURES),
    conda:
        "../envs/ingest.yaml"
    params:
        **TABLE_PARAMS,
        code=signature("tables.plot_eva_repetition", "ingest"),
        rows=lambda w: eva_rows(pair_of(w), "2"),
        order=SHOWN_ORDER,
        top=PHRASES["repeated"],
        thresholds=PHRASES["thresholds"],
        raters=RATING["raters"],
    message:
        "figure {wildcards.number} of paper B"
    shell:
        door(
            "tables.plot_eva_repetition --number {wildcards.number} --rows {params.rows:q} --phrases {input.phrases:q}"
            " --order {params.order} --top {params.top} --thresholds {params.thresholds}",
            FIGURE,
        )


rule plot_eva_types:
    """Types of response: of Mistral and GPT-4o, and of each model before and after training."""
    input:
        types=lambda w: eva_files(TYPE_FIGURES[w.number], "2", "types.csv"),
    output:
        figure=report(
            "<results>/eva/figure{number}.svg", caption="../resources/captions/eva_types.rst", category="Paper B"
        ),
        table="<results>/eva/figure{number}.csv",
    log:
        text="<logs>/tables/plot_eva_types.{number}.log",
        run="<logs>/tables/plot_eva_types.{number}.json",
    benchmark:
        "<benchmarks>/tables/plot_eva_types.{number}.tsv"
    wildcard_constraints:
        number=among(TYPE_FIGURES),
    conda:
        "../envs/ingest.yaml"
    params:
        **TABLE_PARAMS,
        code=signature("tables.plot_eva_types", "ingest"),
        rows=lambda w: eva_rows(TYPE_FIGURES[w.number], "2"),
        raters=RATING["raters"],
    message:
        "figure {wildcards.number} of paper B"
    shell:
        door("tables.plot_eva_types --number {wildcards.number} --rows {params.rows:q} --types {input.types:q}", FIGURE)
