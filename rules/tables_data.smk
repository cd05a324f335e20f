# Tables of what the data hold: sizes of sets, threads, strategies.


localrules:
    tabulate_table1,
    tabulate_table4,
    tabulate_table9,
    tabulate_table10,


rule tabulate_table1:
    """Sizes of the supporter's SFT and DPO sets."""
    input:
        sft="<results>/supporter/value/sft/counts.json",
        printed="<results>/supporter/value/pairs/hall_g1_t1/counts.json",
        selected=f"<results>/supporter/value/pairs/{C['selected']['value']}/counts.json",
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
