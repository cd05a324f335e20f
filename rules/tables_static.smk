# Tables that need no model run of their own: settings, vocabularies, prompts, examples.
CONFIGURED = dict(run=RUN, evidence="real")  # taxonomies are the same in every run and no model stands behind them
PROMPTED = {  # a prompt table's title and its templates: the one that the paper prints, then what else asks like it
    "15": ("target value detector", ["A-TVD"]),
    "16": ("reference generator", ["A-RG", "A-RG-E"]),
    "17": ("judge of reference responses", ["A-RGJ"]),
    "18": ("supporter", ["A-SUP", "A-SUP-ALT", "A-SUP-E", "A-SUP-PLAIN"]),
    "25": ("situations of personas", ["A-SIT"]),
    "26": ("value alignment of situations", ["A-ALN"]),
    "28": ("seeker simulator", ["A-SEEK"]),
    "30": ("ES-Intensity", ["A-INT"]),
    "31": ("ES-Value", ["A-VAL"]),
    "32": ("emotion score", ["A-EMO"]),
}
TRAININGS = [
    {"setting": setting, "stage": stage, "lora": entry["lora"], "train": entry["train"]}
    for setting, stage, entry in (
        ("Single-turn", "SFT", C["reference"]["single"]["sft"]),
        ("Single-turn", "DPO", C["reference"]["single"]["dpo"]),
        ("Multi-turn", "SFT", C["reference"]["multi"]["sft"]),
        ("Multi-turn", "DPO", C["reference"]["multi"]["dpo"]),
        ("Detector", "SFT", C["detector"]),
        ("Supporter", "SFT", C["supporter"]["sft"]),
        ("Supporter", "DPO", C["supporter"]["dpo"]),
        ("Baselines", "SFT", C["supporter"]["baselines"]),
    )
]


localrules:
    tabulate_table6,
    tabulate_table24,
    tabulate_table33,
    render_prompts,
    tabulate_table27,
    tabulate_table34,


rule tabulate_table6:
    """Hyper-parameters of the trainings."""
    input:
        published=PUBLISHED.format("a_table06"),
    output:
        table=report("<results>/table6.csv", caption="../resources/captions/table6.rst", category="Paper A"),
        text=report("<results>/table6.md", caption="../resources/captions/table6.rst", category="Paper A"),
    log:
        text="<logs>/tables/tabulate_table6.log",
        run="<logs>/tables/tabulate_table6.json",
    benchmark:
        "<benchmarks>/tables/tabulate_table6.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        **TABLE_PARAMS,
        code=signature("tables.tabulate_table6", "ingest"),
        trainings=canonical(TRAININGS),
    message:
        "table 6"
    shell:
        door("tables.tabulate_table6 --trainings {params.trainings:q}", TABLE)


rule tabulate_table24:
    """Problem categories and their subcategories."""
    input:
        problems=PROBLEMS,
        published=PUBLISHED.format("a_table24"),
    output:
        table=report("<results>/table24.csv", caption="../resources/captions/table24.rst", category="Paper A"),
        text=report("<results>/table24.md", caption="../resources/captions/table24.rst", category="Paper A"),
    log:
        text="<logs>/tables/tabulate_table24.log",
        run="<logs>/tables/tabulate_table24.json",
    benchmark:
        "<benchmarks>/tables/tabulate_table24.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        **CONFIGURED,
        code=signature("tables.tabulate_table24", "ingest"),
    message:
        "table 24"
    shell:
        door("tables.tabulate_table24 --problems {input.problems:q}", TABLE)


rule tabulate_table33:
    """The 20 values, what they contain and what they mean."""
    input:
        values=VALUES,
        published=PUBLISHED.format("a_table33"),
    output:
        table=report("<results>/table33.csv", caption="../resources/captions/table33.rst", category="Paper A"),
        text=report("<results>/table33.md", caption="../resources/captions/table33.rst", category="Paper A"),
    log:
        text="<logs>/tables/tabulate_table33.log",
        run="<logs>/tables/tabulate_table33.json",
    benchmark:
        "<benchmarks>/tables/tabulate_table33.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        **CONFIGURED,
        code=signature("tables.tabulate_table33", "ingest"),
    message:
        "table 33"
    shell:
        door("tables.tabulate_table33 --values {input.values:q}", TABLE)


rule render_prompts:
    """A prompt table, from the templates in use."""
    input:
        prompts=lambda w: [prompt(name) for name in PROMPTED[w.prompted][1]],
    output:
        text=report(
            f"<results>/table{{prompted,{among(PROMPTED)}}}.md",
            caption="../resources/captions/prompts.rst",
            category="Paper A",
        ),
    log:
        text="<logs>/tables/render_prompts.{prompted}.log",
        run="<logs>/tables/render_prompts.{prompted}.json",
    benchmark:
        "<benchmarks>/tables/render_prompts.{prompted}.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        code=signature("tables.render_prompts", "ingest"),
        table=lambda w: w.prompted,
        title=lambda w: PROMPTED[w.prompted][0],
    message:
        "table {wildcards.prompted}"
    shell:
        door(
            "tables.render_prompts --table {params.table} --title {params.title:q} --prompts {input.prompts:q}"
            " --output {output.text:q}"
        )


rule tabulate_table27:
    """An example persona of each problem category."""
    input:
        personas=expand("<results>/personas/{split}.jsonl", split=SPLITS),
        published=PUBLISHED.format("a_table27_labels"),
    output:
        table=report("<results>/table27.csv", caption="../resources/captions/table27.rst", category="Paper A"),
        text=report("<results>/table27.md", caption="../resources/captions/table27.rst", category="Paper A"),
    log:
        text="<logs>/tables/tabulate_table27.log",
        run="<logs>/tables/tabulate_table27.json",
    benchmark:
        "<benchmarks>/tables/tabulate_table27.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        **TABLE_PARAMS,
        code=signature("tables.tabulate_table27", "ingest"),
        seed=C["seed"],
    message:
        "table 27"
    shell:
        door("tables.tabulate_table27 --personas {input.personas:q} --seed {params.seed}", TABLE)


rule tabulate_table34:
    """Utterances of ESConv and the values found in them; their words apart."""
    input:
        dialogues=expand("<results>/corpora/esconv/{split}.jsonl", split=SPLITS),
        labels="<results>/labels/esconv.parquet",
        values=VALUES,
        published=PUBLISHED.format("a_table34_labels"),
    output:
        table=report("<results>/table34.csv", caption="../resources/captions/table34.rst", category="Paper A"),
        text=report("<results>/table34.md", caption="../resources/captions/table34.rst", category="Paper A"),
        texts="<results>/table34_texts.csv",
    log:
        text="<logs>/tables/tabulate_table34.log",
        run="<logs>/tables/tabulate_table34.json",
    benchmark:
        "<benchmarks>/tables/tabulate_table34.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        **TABLE_PARAMS,
        code=signature("tables.tabulate_table34", "ingest"),
        rule=C["positive"]["rule"],
        positive=C["positive"]["threshold"],
        threshold=C["labels"]["value_threshold"],
    message:
        "table 34"
    shell:
        door(
            "tables.tabulate_table34 --dialogues {input.dialogues:q} --labels {input.labels:q} --values {input.values:q}"
            " --positive-rule {params.rule} --positive-threshold {params.positive} --value-threshold {params.threshold}"
            " --texts {output.texts:q}",
            TABLE,
        )
