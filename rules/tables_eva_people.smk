# Paper B's tables and figure of people's judgements: comfort survey, figure 5, table 9, agreement.
PEOPLES = dict(**TABLE_PARAMS, **RESAMPLED, raters=PEOPLE["raters"], data_dir=C["data_dir"])
JUDGED = (
    " --ratings {input.ratings:q} --raters {params.raters} --sheet {input.sheet:q} --data-dir {params.data_dir:q}"
    " --file {params.file:q}"
    " --ranked-by {params.ranked_by} --resamples {params.resamples} --seed {params.seed}"
)
VALIDATED = "<results>/scoring/esconv/{}/{{}}".format(first_responder(PEOPLE["validity"]["systems"][0]))


localrules:
    tabulate_eva_comfort,
    tabulate_eva_agreement,
    tabulate_eva_table9,
    plot_eva_figure5,


rule tabulate_eva_comfort:
    """How many responses do not comfort."""
    input:
        **judged_in("comfort"),
        published=PUBLISHED.format("b_inline"),
    output:
        table=report(
            "<results>/eva/prelim_comfort.csv", caption="../resources/captions/eva_comfort.rst", category="Paper B"
        ),
        text=report(
            "<results>/eva/prelim_comfort.md", caption="../resources/captions/eva_comfort.rst", category="Paper B"
        ),
    log:
        text="<logs>/tables/tabulate_eva_comfort.log",
        run="<logs>/tables/tabulate_eva_comfort.json",
    benchmark:
        "<benchmarks>/tables/tabulate_eva_comfort.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        **PEOPLES,
        code=signature("tables.tabulate_eva_comfort", "ingest"),
        systems=PEOPLE["comfort"]["systems"],
        file=PEOPLE["comfort"]["file"],
        ranked_by=ranked_by("comfort"),
    message:
        "comfort survey of paper B"
    shell:
        door("tables.tabulate_eva_comfort --systems {params.systems}", JUDGED, TABLE)


rule tabulate_eva_agreement:
    """Fleiss' kappa of the four studies."""
    input:
        **{study: judged_in(study)["ratings"] for study in STUDIES},
        evad="<results>/evad/agreement.csv",
        published=PUBLISHED.format("b_inline"),
    output:
        table=report(
            "<results>/eva/agreement.csv", caption="../resources/captions/eva_agreement.rst", category="Paper B"
        ),
        text=report("<results>/eva/agreement.md", caption="../resources/captions/eva_agreement.rst", category="Paper B"),
    log:
        text="<logs>/tables/tabulate_eva_agreement.log",
        run="<logs>/tables/tabulate_eva_agreement.json",
    benchmark:
        "<benchmarks>/tables/tabulate_eva_agreement.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        **TABLE_PARAMS,
        code=signature("tables.tabulate_eva_agreement", "ingest"),
        raters=PEOPLE["raters"],
        evad_raters=RATING["raters"],
    message:
        "agreement of raters of paper B"
    shell:
        door(
            "tables.tabulate_eva_agreement --comfort {input.comfort:q} --pairwise {input.pairwise:q}"
            " --validity {input.validity:q} --evad {input.evad:q} --raters {params.raters}"
            " --evad-raters {params.evad_raters}",
            TABLE,
        )


rule tabulate_eva_table9:
    """Automatic scores of dialogues beside people's."""
    input:
        **judged_in("validity"),
        evaeval=VALIDATED.format("evaeval.csv") if MEASURED_LEVELS else [],
        empathy=[] if study_waits("validity") else VALIDATED.format("empathy.parquet"),
        published=PUBLISHED.format("b_table09"),
    output:
        table=report("<results>/eva/table9.csv", caption="../resources/captions/eva_table9.rst", category="Paper B"),
        text=report("<results>/eva/table9.md", caption="../resources/captions/eva_table9.rst", category="Paper B"),
    log:
        text="<logs>/tables/tabulate_eva_table9.log",
        run="<logs>/tables/tabulate_eva_table9.json",
    benchmark:
        "<benchmarks>/tables/tabulate_eva_table9.tsv"
    conda:
        "../envs/metrics.yaml"
    params:
        **PEOPLES,
        code=signature("tables.tabulate_eva_table9", "metrics"),
        file=PEOPLE["validity"]["file"],
        ranked_by=ranked_by("validity"),
    message:
        "table 9 of paper B"
    shell:
        door(
            "tables.tabulate_eva_table9 --evaeval {input.evaeval:q} --empathy {input.empathy:q}",
            JUDGED,
            TABLE,
        )


rule plot_eva_figure5:
    """Which system people prefer, by four criteria."""
    input:
        **judged_in("pairwise"),
        criteria=COMPARISON,
        published=PUBLISHED.format("b_inline"),
    output:
        figure=report("<results>/eva/figure5.svg", caption="../resources/captions/eva_figure5.rst", category="Paper B"),
        table="<results>/eva/figure5.csv",
    log:
        text="<logs>/tables/plot_eva_figure5.log",
        run="<logs>/tables/plot_eva_figure5.json",
    benchmark:
        "<benchmarks>/tables/plot_eva_figure5.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        **PEOPLES,
        code=signature("tables.plot_eva_figure5", "ingest"),
        names=PEOPLE["pairwise"]["systems"],
        file=PEOPLE["pairwise"]["file"],
        ranked_by=ranked_by("pairwise"),
    message:
        "figure 5 of paper B"
    shell:
        door(
            "tables.plot_eva_figure5 --criteria {input.criteria:q} --names {params.names:q}",
            JUDGED,
            " --published {input.published:q} --run {params.run} --evidence {params.evidence}"
            " --output {output.figure:q} --table {output.table:q}",
        )
