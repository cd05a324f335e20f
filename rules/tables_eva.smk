# Paper B's comparisons of systems: tables 2, 8, 10, 11 and 12.
localrules:
    tabulate_eva_systems,


rule tabulate_eva_systems:
    """Systems by likeness, variety, empathy and EVAEval: ESConv (2, 10, 12) and EmpatheticDialogues (8, 11)."""
    input:
        scores=compared_eva("scores.parquet"),
        empathy=compared_eva("empathy.parquet"),
        evaeval=compared_eva("evaeval.csv") if MEASURED_LEVELS else [],
        evad=EVAD_ITEMS if MEASURED_LEVELS else [],
        published=lambda w: PUBLISHED.format(f"b_table{int(w.number):02d}"),
    output:
        table=report(
            "<results>/eva/table{number}.csv", caption="../resources/captions/eva_systems.rst", category="Paper B"
        ),
        text=report(
            "<results>/eva/table{number}.md", caption="../resources/captions/eva_systems.rst", category="Paper B"
        ),
        seeds="<results>/eva/table{number}_seeds.csv",
    log:
        text="<logs>/tables/tabulate_eva_systems.{number}.log",
        run="<logs>/tables/tabulate_eva_systems.{number}.json",
    benchmark:
        "<benchmarks>/tables/tabulate_eva_systems.{number}.tsv"
    wildcard_constraints:
        number=among(EVA_TABLES),
    conda:
        "../envs/metrics.yaml"
    params:
        **TABLE_PARAMS,
        **RESAMPLED,
        code=signature("tables.tabulate_eva_systems", "metrics"),
        rows=lambda w: eva_rows(eva_systems(w.number), w.number),
        dataset=lambda w: EVA_DATASETS[EVA_SETS[f"table{w.number}"]],
        normalisation=C["scoring"]["evaeval"]["normalisation"],
        raters=RATING["raters"],
    message:
        "table {wildcards.number} of paper B"
    shell:
        door(
            "tables.tabulate_eva_systems --number {wildcards.number} --dataset {params.dataset} --rows {params.rows:q}"
            " --scores {input.scores:q} --empathy {input.empathy:q} --evaeval {input.evaeval:q} --evad {input.evad:q}"
            " --normalisation {params.normalisation} --raters {params.raters} --resamples {params.resamples}"
            " --seed {params.seed} --seeds {output.seeds:q}",
            TABLE,
        )
