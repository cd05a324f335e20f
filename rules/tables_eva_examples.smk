# Paper B's examples: figure 1 and table 14. Neither shows a word of ESConv.
localrules:
    plot_eva_figure1,
    tabulate_eva_table14,


rule plot_eva_figure1:
    """Responses in one dialogue, before and after training, with their levels."""
    input:
        responses=[
            f"<results>/eva/responses/esconv/{name}.jsonl"
            for system in EXAMPLES
            for name in eva_row(system, "2")["responders"]
        ],
        levels=eva_files(EXAMPLES, "2", "levels.jsonl") if LEVELLED else [],
        types=RESPONSE_TYPES,
    output:
        figure=report("<results>/eva/figure1.svg", caption="../resources/captions/eva_figure1.rst", category="Paper B"),
        table="<results>/eva/figure1.csv",
        texts="<results>/eva/figure1_texts.csv",
    log:
        text="<logs>/tables/plot_eva_figure1.log",
        run="<logs>/tables/plot_eva_figure1.json",
    benchmark:
        "<benchmarks>/tables/plot_eva_figure1.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        **TABLE_PARAMS,
        code=signature("tables.plot_eva_figure1", "ingest"),
        rows=eva_rows(EXAMPLES, "2"),
        least=QUARTILE_TURNS,
        raters=RATING["raters"],
    message:
        "figure 1 of paper B"
    shell:
        door(
            "tables.plot_eva_figure1 --number 1 --rows {params.rows:q} --responses {input.responses:q}"
            " --levels {input.levels:q} --types {input.types:q} --least-turns {params.least} --texts {output.texts:q}",
            FIGURE,
        )


rule tabulate_eva_table14:
    """A response that wins in emotional validation and loses in fluency."""
    input:
        key="<results>/scoring/people/pairwise/key.jsonl" if JUDGED_THERE else [],
        ratings="<results>/scoring/people/pairwise/ratings.csv" if JUDGED_THERE else [],
        published=PUBLISHED.format("b_table14_labels"),
    output:
        table=report("<results>/eva/table14.csv", caption="../resources/captions/eva_table14.rst", category="Paper B"),
        text=report("<results>/eva/table14.md", caption="../resources/captions/eva_table14.rst", category="Paper B"),
        texts="<results>/eva/table14_texts.csv",
    log:
        text="<logs>/tables/tabulate_eva_table14.log",
        run="<logs>/tables/tabulate_eva_table14.json",
    benchmark:
        "<benchmarks>/tables/tabulate_eva_table14.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        **TABLE_PARAMS,
        code=signature("tables.tabulate_eva_table14", "ingest"),
        systems=JUDGED_PAIR,
        names=["EVA_Mistral", "Mistral"],
        raters=PEOPLE["raters"],
        ranked_by=ranked_by("pairwise"),
    message:
        "table 14 of paper B"
    shell:
        door(
            "tables.tabulate_eva_table14 --systems {params.systems} --names {params.names} --key {input.key:q}"
            " --ratings {input.ratings:q} --raters {params.raters} --ranked-by {params.ranked_by}"
            " --texts {output.texts:q}",
            TABLE,
        )
