# Tables of what the data hold: sizes of sets, threads, strategies, and what the filters dropped.


COUNTED = f"<results>/supporter/value/pairs/{SOURCES['value']['rollouts']}"  # the pairs of table 1


localrules:
    tabulate_table1,
    tabulate_table4,
    tabulate_table9,
    tabulate_table10,
    tabulate_reddit_funnel,
    plot_reddit_funnel,


rule tabulate_table1:
    """Sizes of the supporter's SFT and DPO sets."""
    input:
        sft="<results>/supporter/value/sft/counts.json",
        printed=f"{COUNTED}/hall_g1_t1/counts.json",
        selected=f"{COUNTED}/{C['selected']['value']}/counts.json",
        points=PUBLISHED.format("a_table19"),
        published=PUBLISHED.format("a_table01"),
    output:
        table=report("<results>/table1.csv", caption="../resources/captions/table1.rst", category="Paper A"),
        text=report("<results>/table1.md", caption="../resources/captions/table1.rst", category="Paper A"),
    log:
        text="<logs>/tables/tabulate_table1.log",
        run="<logs>/tables/tabulate_table1.json",
    benchmark:
        "<benchmarks>/tables/tabulate_table1.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        **TABLE_PARAMS,
        code=signature("tables.tabulate_table1", "ingest"),
        point=canonical(C["points"][C["selected"]["value"]]),
    message:
        "table 1"
    shell:
        door(
            "tables.tabulate_table1 --sft {input.sft:q} --printed {input.printed:q} --selected {input.selected:q}"
            " --point {params.point:q} --published-points {input.points:q}",
            TABLE,
        )


rule tabulate_table4:
    """Reddit threads by setting and split."""
    input:
        single=expand("<results>/reddit/single/{split}.jsonl", split=SPLITS),
        multi=expand("<results>/reddit/multi/{split}.jsonl", split=SPLITS),
        published=PUBLISHED.format("a_table04"),
    output:
        table=report("<results>/table4.csv", caption="../resources/captions/table4.rst", category="Paper A"),
        text=report("<results>/table4.md", caption="../resources/captions/table4.rst", category="Paper A"),
    log:
        text="<logs>/tables/tabulate_table4.log",
        run="<logs>/tables/tabulate_table4.json",
    benchmark:
        "<benchmarks>/tables/tabulate_table4.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        **TABLE_PARAMS,
        code=signature("tables.tabulate_table4", "ingest"),
    message:
        "table 4"
    shell:
        door("tables.tabulate_table4 --single {input.single:q} --multi {input.multi:q}", TABLE)


rule tabulate_table9:
    """The supporter's SFT set before and after the filter."""
    input:
        counts="<results>/supporter/value/sft/counts.json",
        published=PUBLISHED.format("a_table09"),
    output:
        table=report("<results>/table9.csv", caption="../resources/captions/table9.rst", category="Paper A"),
        text=report("<results>/table9.md", caption="../resources/captions/table9.rst", category="Paper A"),
    log:
        text="<logs>/tables/tabulate_table9.log",
        run="<logs>/tables/tabulate_table9.json",
    benchmark:
        "<benchmarks>/tables/tabulate_table9.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        **TABLE_PARAMS,
        code=signature("tables.tabulate_table9", "ingest"),
    message:
        "table 9"
    shell:
        door("tables.tabulate_table9 --counts {input.counts:q}", TABLE)


rule tabulate_table10:
    """Strategies in the supporter's SFT set."""
    input:
        counts="<results>/supporter/value/sft/counts.json",
        published=PUBLISHED.format("a_table10"),
    output:
        table=report("<results>/table10.csv", caption="../resources/captions/table10.rst", category="Paper A"),
        text=report("<results>/table10.md", caption="../resources/captions/table10.rst", category="Paper A"),
    log:
        text="<logs>/tables/tabulate_table10.log",
        run="<logs>/tables/tabulate_table10.json",
    benchmark:
        "<benchmarks>/tables/tabulate_table10.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        **TABLE_PARAMS,
        code=signature("tables.tabulate_table10", "ingest"),
    message:
        "table 10"
    shell:
        door("tables.tabulate_table10 --counts {input.counts:q}", TABLE)


rule tabulate_reddit_funnel:
    """What each filter drops from the dumps by month, and the steps to splits (figure: a rule of its own)."""
    input:
        submissions=ingest_reports("submissions"),
        comments=ingest_reports("comments"),
        threads=["<results>/reddit/threads.json" for _ in FUNNEL],
        selected=["<results>/reddit/select.json" for _ in FUNNEL],
    output:
        table=report(
            "<results>/reddit_funnel.csv",
            caption="../resources/captions/reddit_funnel.rst",
            category="Paper A",
        ),
        text=report(
            "<results>/reddit_funnel.md",
            caption="../resources/captions/reddit_funnel.rst",
            category="Paper A",
        ),
    log:
        text="<logs>/tables/tabulate_reddit_funnel.log",
        run="<logs>/tables/tabulate_reddit_funnel.json",
    benchmark:
        "<benchmarks>/tables/tabulate_reddit_funnel.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        code=signature("tables.tabulate_reddit_funnel", "ingest"),
        run=RUN,
        evidence=FUNNEL_EVIDENCE,
    message:
        "Reddit funnel"
    shell:
        door(
            "tables.tabulate_reddit_funnel --submissions {input.submissions:q} --comments {input.comments:q}"
            " --threads {input.threads:q} --selected {input.selected:q} --run {params.run}"
            " --evidence {params.evidence} --output {output.table:q} --text {output.text:q}"
        )


rule plot_reddit_funnel:
    """The Reddit funnel as a figure: apart from its table, whose environment has no matplotlib."""
    input:
        table="<results>/reddit_funnel.csv",
    output:
        figure=report(
            "<results>/reddit_funnel.svg",
            caption="../resources/captions/reddit_funnel.rst",
            category="Paper A",
        ),
    log:
        text="<logs>/tables/plot_reddit_funnel.log",
        run="<logs>/tables/plot_reddit_funnel.json",
    benchmark:
        "<benchmarks>/tables/plot_reddit_funnel.tsv"
    conda:
        "../envs/metrics.yaml"
    params:
        code=signature("tables.plot_reddit_funnel", "metrics"),
        evidence=FUNNEL_EVIDENCE,
    message:
        "Reddit funnel: figure"
    shell:
        door(
            "tables.plot_reddit_funnel --table {input.table:q} --evidence {params.evidence}"
            " --output {output.figure:q}"
        )
