# Tables of the DPO sets and of the dialogues that reinforce values least (paper A, tables 12, 14, 19, 35).
GRID = [(rollouts, point) for rollouts in SELECT["rollouts"]["value"] for point in SELECT["points"]["value"]]
LOW_SYSTEM = C["judging"]["low_values"]["system"]
EMOTION_POINTS = [  # the selected one first
    C["selected"]["emotion"],
    *(point for point in SELECT["points"]["emotion"] if point != C["selected"]["emotion"]),
]
EMOTION_PAIRS = f"<results>/supporter/emotion/pairs/{SOURCES['emotion']['rollouts']}"


localrules:
    tabulate_table12,
    tabulate_table14,
    tabulate_table19,
    tabulate_table35,


rule tabulate_table12:
    """Sizes of the emotion-reinforced supporter's SFT and DPO sets."""
    input:
        sft="<results>/supporter/emotion/sft/counts.json",
        pairs=[f"{EMOTION_PAIRS}/{point}/counts.json" for point in EMOTION_POINTS],
        published=PUBLISHED.format("a_table12"),
    output:
        table=report("<results>/table12.csv", caption="../resources/captions/table12.rst", category="Paper A"),
        text=report("<results>/table12.md", caption="../resources/captions/table12.rst", category="Paper A"),
    log:
        text="<logs>/tables/tabulate_table12.log",
        run="<logs>/tables/tabulate_table12.json",
    benchmark:
        "<benchmarks>/tables/tabulate_table12.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        **TABLE_PARAMS,
        code=signature("tables.tabulate_table12", "ingest"),
        points=canonical([C["points"][point] for point in EMOTION_POINTS]),
    message:
        "table 12"
    shell:
        door(
            "tables.tabulate_table12 --sft {input.sft:q} --pairs {input.pairs:q} --points {params.points:q}",
            TABLE,
        )


rule tabulate_table14:
    """What the dialogues that reinforce values least lacked, by theme."""
    input:
        assigned=f"<results>/judging/themes/{LOW_SYSTEM}.jsonl",
        themes=THEMES,
        published=PUBLISHED.format("a_table14"),
    output:
        table=report("<results>/table14.csv", caption="../resources/captions/table14.rst", category="Paper A"),
        text=report("<results>/table14.md", caption="../resources/captions/table14.rst", category="Paper A"),
    log:
        text="<logs>/tables/tabulate_table14.log",
        run="<logs>/tables/tabulate_table14.json",
    benchmark:
        "<benchmarks>/tables/tabulate_table14.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        **TABLE_PARAMS,
        code=signature("tables.tabulate_table14", "ingest"),
        resamples=C["stats"]["resamples"],
        seed=C["stats"]["seed"],
    message:
        "table 14"
    shell:
        door(
            "tables.tabulate_table14 --assigned {input.assigned:q} --themes {input.themes:q}"
            " --resamples {params.resamples} --seed {params.seed}",
            TABLE,
        )


rule tabulate_table19:
    """Sizes of the DPO sets at every grid point, by whose rollouts."""
    input:
        counts=[f"<results>/supporter/value/pairs/{rollouts}/{point}/counts.json" for rollouts, point in GRID],
        published=PUBLISHED.format("a_table19"),
    output:
        table=report("<results>/table19.csv", caption="../resources/captions/table19.rst", category="Paper A"),
        text=report("<results>/table19.md", caption="../resources/captions/table19.rst", category="Paper A"),
        ratios="<results>/table19_ratios.csv",
    log:
        text="<logs>/tables/tabulate_table19.log",
        run="<logs>/tables/tabulate_table19.json",
    benchmark:
        "<benchmarks>/tables/tabulate_table19.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        **TABLE_PARAMS,
        code=signature("tables.tabulate_table19", "ingest"),
        sets=canonical(
            [["SFT" if is_local(rollouts) else "GPT", *point_words(C["points"][point])] for rollouts, point in GRID]
        ),
    message:
        "table 19"
    shell:
        door(
            "tables.tabulate_table19 --counts {input.counts:q} --sets {params.sets:q} --ratios {output.ratios:q}",
            TABLE,
        )


rule tabulate_table35:
    """The themes of table 14 and what each is about."""
    input:
        themes=THEMES,
        frequencies="<results>/table14.csv",
        published=PUBLISHED.format("a_table35_labels"),
    output:
        table=report("<results>/table35.csv", caption="../resources/captions/table35.rst", category="Paper A"),
        text=report("<results>/table35.md", caption="../resources/captions/table35.rst", category="Paper A"),
    log:
        text="<logs>/tables/tabulate_table35.log",
        run="<logs>/tables/tabulate_table35.json",
    benchmark:
        "<benchmarks>/tables/tabulate_table35.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        **TABLE_PARAMS,
        code=signature("tables.tabulate_table35", "ingest"),
    message:
        "table 35"
    shell:
        door(
            "tables.tabulate_table35 --themes {input.themes:q} --frequencies {input.frequencies:q}",
            TABLE,
        )
