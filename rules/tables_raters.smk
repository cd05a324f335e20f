# Tables of intensity models, experts and seeker simulators beside what people did.
localrules:
    tabulate_table11,
    tabulate_table13,
    tabulate_table29,


rule tabulate_table11:
    """Models of the final emotion intensity."""
    input:
        dialogues="<results>/corpora/esconv/test.jsonl",
        answers=[RATINGS.format(rater) for rater in INTENSITY["select"]],
        published=PUBLISHED.format("a_table11"),
    output:
        table=report("<results>/table11.csv", caption="../resources/captions/table11.rst", category="Paper A"),
        text=report("<results>/table11.md", caption="../resources/captions/table11.rst", category="Paper A"),
    log:
        text="<logs>/tables/tabulate_table11.log",
        run="<logs>/tables/tabulate_table11.json",
    benchmark:
        "<benchmarks>/tables/tabulate_table11.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        **TABLE_PARAMS,
        **RESAMPLED,
        code=signature("tables.tabulate_table11", "ingest"),
        constant=2,  # the paper's baseline (table 11)
        corpus=ESCONV_EVIDENCE,
        models=canonical([intensity_row(rater) for rater in INTENSITY["select"]]),
    message:
        "table 11"
    shell:
        door(
            "tables.tabulate_table11 --dialogues {input.dialogues:q} --constant {params.constant}"
            " --corpus-evidence {params.corpus} --models {params.models:q} --answers {input.answers:q}"
            " --resamples {params.resamples} --seed {params.seed}",
            TABLE,
        )


rule tabulate_table13:
    """Experts' ratings beside the judges'."""
    input:
        sample="<results>/judging/experts/sample.jsonl",
        skills=expand("<results>/judging/skills/{system}.jsonl", system=SAMPLED_SYSTEMS),
        value_ratings=expand("<results>/judging/rated_values/{system}.jsonl", system=SAMPLED_SYSTEMS),
        criteria=CRITERIA,
        ratings=expert_ratings(),
        published=PUBLISHED.format("a_table13"),
    output:
        table=report("<results>/table13.csv", caption="../resources/captions/table13.rst", category="Paper A"),
        text=report("<results>/table13.md", caption="../resources/captions/table13.rst", category="Paper A"),
    log:
        text="<logs>/tables/tabulate_table13.log",
        run="<logs>/tables/tabulate_table13.json",
    benchmark:
        "<benchmarks>/tables/tabulate_table13.tsv"
    conda:
        "../envs/metrics.yaml"
    params:
        **TABLE_PARAMS,
        **RESAMPLED,
        code=signature("tables.tabulate_table13", "metrics"),
        systems=canonical(SAMPLED_SYSTEMS),
        raters=EXPERTS["raters"],
        people=EXPERTS["people"],
        data_dir=C["data_dir"],
    message:
        "table 13"
    shell:
        door(
            "tables.tabulate_table13 --sample {input.sample:q} --systems {params.systems:q} --skills {input.skills:q}"
            " --value-ratings {input.value_ratings:q} --criteria {input.criteria:q} --raters {params.raters}"
            " --people {params.people}"
            " --ratings {input.ratings:q} --data-dir {params.data_dir:q} --resamples {params.resamples}"
            " --seed {params.seed}",
            TABLE,
        )


rule tabulate_table29:
    """Seeker simulators beside real seekers."""
    input:
        dialogues="<results>/corpora/esconv/test.jsonl",
        real_labels="<results>/labels/esconv.parquet",
        turns=expand(TURNS, simulator=BUILT_SIMULATORS),
        labels=expand("<results>/labels/dialogues/seekers/{simulator}.parquet", simulator=BUILT_SIMULATORS),
        ratings=expand("<results>/judging/similarity/{simulator}.jsonl", simulator=BUILT_SIMULATORS),
        sentences=[] if C["models"]["sentences"]["kind"] == "tfidf" else model_dir("sentences"),
        published=PUBLISHED.format("a_table29"),
    output:
        table=report("<results>/table29.csv", caption="../resources/captions/table29.rst", category="Paper A"),
        text=report("<results>/table29.md", caption="../resources/captions/table29.rst", category="Paper A"),
    log:
        text="<logs>/tables/tabulate_table29.log",
        run="<logs>/tables/tabulate_table29.json",
    benchmark:
        "<benchmarks>/tables/tabulate_table29.tsv"
    conda:
        "../envs/train.yaml"
    params:
        **TABLE_PARAMS,
        **RESAMPLED,
        code=signature("tables.tabulate_table29", "train"),
        real=" ".join(REAL_COLUMNS),
        kind=C["models"]["sentences"]["kind"],
        model=lambda w, input: f"--sentences-model {input.sentences}" if input.sentences else "",
        simulators=canonical(
            [
                {"id": name, "model": SIMULATOR_ROWS[name]["model"], "details": SIMULATOR_ROWS[name]["details"]}
                for name in BUILT_SIMULATORS
            ]
        ),
    message:
        "table 29"
    shell:
        door(
            "tables.tabulate_table29 --dialogues {input.dialogues:q} --real-labels {input.real_labels:q}"
            " --real {params.real} --simulators {params.simulators:q} --turns {input.turns:q}"
            " --labels {input.labels:q} --ratings {input.ratings:q} --sentences-kind {params.kind} {params.model}"
            " --resamples {params.resamples} --seed {params.seed}",
            TABLE,
        )
