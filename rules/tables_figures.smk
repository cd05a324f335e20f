# Figures that need no model run of their own: a pair of dialogues, the rule graph.
# Figure 1's supporter without a reference: the first row of table 3 that has none.
UNREINFORCED = next((name for name in ROWS if C["systems"][name]["reference"] == "none"), ROWS[0])


localrules:
    plot_figure1,
    plot_figure3,


rule plot_figure1:
    """One persona with two supporters: without and with target values and reference."""
    input:
        without=f"<results>/dialogues/{UNREINFORCED}/test.jsonl",
        with_values=f"<results>/dialogues/{REFERENCE_ROW}/test.jsonl",
        personas="<results>/personas/test.jsonl",
    output:
        figure=report("<results>/figure1.svg", caption="../resources/captions/figure1.rst", category="Paper A"),
        table="<results>/figure1.csv",
    log:
        text="<logs>/tables/plot_figure1.log",
        run="<logs>/tables/plot_figure1.json",
    benchmark:
        "<benchmarks>/tables/plot_figure1.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        **TABLE_PARAMS,
        code=signature("tables.plot_figure1", "ingest"),
    message:
        "figure 1"
    shell:
        door(
            "tables.plot_figure1 --without {input.without:q} --with {input.with_values:q} --personas {input.personas:q}"
            " --run {params.run} --evidence {params.evidence} --output {output.figure:q} --table {output.table:q}"
        )


rule plot_figure3:
    """The framework by this workflow's own rules."""
    input:
        graph="resources/rule_graph.csv",
    output:
        figure=report("<results>/figure3.svg", caption="../resources/captions/figure3.rst", category="Paper A"),
        table="<results>/figure3.csv",
    log:
        text="<logs>/tables/plot_figure3.log",
        run="<logs>/tables/plot_figure3.json",
    benchmark:
        "<benchmarks>/tables/plot_figure3.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        code=signature("tables.plot_figure3", "ingest"),
    message:
        "figure 3"
    shell:
        door("tables.plot_figure3 --graph {input.graph:q} --output {output.figure:q} --table {output.table:q}")
