# Rankings, votes and preference pairs (paper B, section E).
localrules:
    import_rankings,
    vote_rankings,
    split_votes,
    build_alignment_pairs,


rule rank_as_raters:
    """Rankings of a model in the raters' place (config: evad.rating.raters is llm)."""
    input:
        world_of(RATING["model"]),
        places="<results>/evad/items.jsonl",
        candidates="<results>/evad/candidates.jsonl",
        prompt=prompt("B-HUM-RANK"),
        levels=LEVELS,
    output:
        rankings="<results>/evad/stand_ins.csv",
    log:
        text="<logs>/evad/rank_as_raters.log",
        run="<logs>/evad/rank_as_raters.json",
    benchmark:
        "<benchmarks>/evad/rank_as_raters.tsv"
    conda:
        "../envs/metrics.yaml"
    params:
        **evad_asked(RATING["model"], RATING["sampling"]),
        code=signature("evad.rank_as_raters", "metrics"),
        people=RATING["people"],
        seed=C["seed"],
    message:
        "evad: stand-ins for raters"
    shell:
        door(
            "evad.rank_as_raters --items {input.places:q} --candidates {input.candidates:q} --prompt {input.prompt:q}"
            " --levels {input.levels:q} --people {params.people} --seed {params.seed} {params.asked}"
            " --output {output.rankings:q}"
        )


rule import_rankings:
    """Rankings of people or stand-ins, checked."""
    input:
        places="<results>/evad/items.jsonl",
        candidates="<results>/evad/candidates.jsonl",
        rankings=ranking_files,
    output:
        rankings="<results>/evad/rankings.csv",
    log:
        text="<logs>/evad/import_rankings.log",
        run="<logs>/evad/import_rankings.json",
    benchmark:
        "<benchmarks>/evad/import_rankings.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        code=signature("evad.import_rankings", "ingest"),
        raters=RATING["raters"],
        people=RATING["people"],
        seed=C["seed"],
    message:
        "evad: rankings"
    shell:
        door(
            "evad.import_rankings --items {input.places:q} --candidates {input.candidates:q}"
            " --rankings {input.rankings:q} --raters {params.raters} --people {params.people} --seed {params.seed}"
            " --output {output.rankings:q}"
        )


rule vote_rankings:
    """The majority's choices, who disagrees with them, and Fleiss' kappa."""
    input:
        places="<results>/evad/items.jsonl",
        rankings="<results>/evad/rankings.csv",
    output:
        votes="<results>/evad/votes.jsonl",
        agreement=report(
            "<results>/evad/agreement.csv", caption="../resources/captions/agreement.rst", category="Paper B"
        ),
    log:
        text="<logs>/evad/vote_rankings.log",
        run="<logs>/evad/vote_rankings.json",
    benchmark:
        "<benchmarks>/evad/vote_rankings.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        code=signature("evad.vote_rankings", "ingest"),
        disagreeing=RATING["max_disagreeing"],
        ties=RATING["ties"],
    message:
        "evad: votes and agreement"
    shell:
        door(
            "evad.vote_rankings --items {input.places:q} --rankings {input.rankings:q}"
            " --max-disagreeing {params.disagreeing} --ties {params.ties} --output {output.votes:q}"
            " --agreement {output.agreement:q}"
        )


rule split_votes:
    """The kept items as train and dev, by dialogue."""
    input:
        places="<results>/evad/items.jsonl",
        candidates="<results>/evad/candidates.jsonl",
        votes="<results>/evad/votes.jsonl",
        held_out="<results>/corpora/esconv/test.jsonl",
    output:
        train="<results>/evad/train.jsonl",
        dev="<results>/evad/dev.jsonl",
        counts="<results>/evad/counts.json",
    log:
        text="<logs>/evad/split_votes.log",
        run="<logs>/evad/split_votes.json",
    benchmark:
        "<benchmarks>/evad/split_votes.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        code=signature("evad.split_votes", "ingest"),
        train=EVAD["pairs"]["train"],
        dev=EVAD["pairs"]["dev"],
        seed=C["seed"],
    message:
        "evad: splits"
    shell:
        door(
            "evad.split_votes --items {input.places:q} --candidates {input.candidates:q} --votes {input.votes:q}"
            " --held-out {input.held_out:q} --train-size {params.train} --dev-size {params.dev} --seed {params.seed}"
            " --train {output.train:q} --dev {output.dev:q} --counts {output.counts:q}"
        )


rule build_alignment_pairs:
    """Preference pairs for DPO, one split."""
    input:
        places="<results>/evad/{aligned}.jsonl",
        prompt=prompt("B-BASE"),
    output:
        pairs="<results>/evad/pairs/{aligned}.jsonl",
    log:
        text="<logs>/evad/build_alignment_pairs.{aligned}.log",
        run="<logs>/evad/build_alignment_pairs.{aligned}.json",
    benchmark:
        "<benchmarks>/evad/build_alignment_pairs.{aligned}.tsv"
    wildcard_constraints:
        aligned="train|dev",
    conda:
        "../envs/ingest.yaml"
    params:
        code=signature("evad.build_alignment_pairs", "ingest"),
    message:
        "evad: pairs of {wildcards.aligned}"
    shell:
        door("evad.build_alignment_pairs --items {input.places:q} --prompt {input.prompt:q} --output {output.pairs:q}")
