# Paper B's table of general benchmarks.
localrules:
    tabulate_eva_table13,


rule tabulate_eva_table13:
    """General benchmarks before and after alignment."""
    input:
        benchmarks=BENCHMARK_LIST,
        scores=[f"<results>/eva/benchmarks/{name}.json" for own in BENCHMARKED_MODELS.values() for name in own],
        pages=RANKING_PAGES if any(map(waits, BENCHMARKED_MODELS)) else [],
        published=PUBLISHED.format("b_table13"),
    output:
        table=report("<results>/eva/table13.csv", caption="../resources/captions/eva_table13.rst", category="Paper B"),
        text=report("<results>/eva/table13.md", caption="../resources/captions/eva_table13.rst", category="Paper B"),
    log:
        text="<logs>/tables/tabulate_eva_table13.log",
        run="<logs>/tables/tabulate_eva_table13.json",
    benchmark:
        "<benchmarks>/tables/tabulate_eva_table13.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        **TABLE_PARAMS,
        code=signature("tables.tabulate_eva_table13", "ingest"),
        models=canonical(benchmarked_rows()),
    message:
        "table 13 of paper B"
    shell:
        door(
            "tables.tabulate_eva_table13 --benchmarks {input.benchmarks:q} --models {params.models:q}"
            " --scores {input.scores:q} --pages {input.pages:q}",
            TABLE,
        )
