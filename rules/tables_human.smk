# Real supporters beside the systems of paper B: no table of the paper.
HUMAN = dict(scored=["esconv_train", "esconv_dev", "esconv"])
TURNS_EVIDENCE = "real" if C["datasets"]["esconv"]["from"] == "data_dir" else "stand_in"
LEVELS_BY_PEOPLE = C["scoring"]["levels"]["labels"] == "human"
LEVEL_STATUS = "built" if LEVELS_BY_PEOPLE and RATING["raters"] == "human" else "synthetic"
REAL_READERS = C["datasets"]["epitome"]["from"] == "data_dir" and C["models"]["roberta"]["source"] != "tiny"


rule tabulate_human:
    """What real supporters score: variety, empathy, types, phrases and where levels stand."""
    input:
        scores=expand("<results>/scoring/{scored}/human/scores.parquet", **HUMAN),
        empathy=expand("<results>/scoring/{scored}/human/empathy.parquet", **HUMAN),
        phrases=expand("<results>/scoring/{scored}/human/phrases.csv", **HUMAN),
        types=expand("<results>/scoring/{scored}/human/types.csv", **HUMAN),
        levels=expand("<results>/scoring/{scored}/human/levels.jsonl", **HUMAN) if LEVELLED else [],
    output:
        table=report(
            "<results>/eva/human_reference.csv",
            caption="../resources/captions/human_reference.rst",
            category="Paper B",
        ),
    log:
        text="<logs>/tables/tabulate_human.log",
        run="<logs>/tables/tabulate_human.json",
    benchmark:
        "<benchmarks>/tables/tabulate_human.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        code=signature("tables.tabulate_human", "ingest"),
        sets=HUMAN["scored"],
        top=C["scoring"]["phrases"]["repeated"],
        resamples=C["stats"]["resamples"],
        seed=C["stats"]["seed"],
        run=RUN,
        evidence=TURNS_EVIDENCE,
        empathy=TURNS_EVIDENCE if REAL_READERS else "stand_in",
        level_status=LEVEL_STATUS if LEVELLED else "needs_ratings",
        levels=TURNS_EVIDENCE if LEVEL_STATUS == "built" and REAL_READERS else "stand_in",
    message:
        "tables: human reference"
    shell:
        door(
            "tables.tabulate_human --sets {params.sets} --scores {input.scores:q} --empathy {input.empathy:q}"
            " --phrases {input.phrases:q} --types {input.types:q} --levels {input.levels:q}"
            " --level-status {params.level_status} --level-evidence {params.levels} --top {params.top} --resamples {params.resamples}"
            " --seed {params.seed} --run {params.run} --evidence {params.evidence}"
            " --empathy-evidence {params.empathy} --output {output.table:q}"
        )
