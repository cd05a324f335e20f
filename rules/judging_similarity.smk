# How alike simulated and real turns are (paper A, section E.2, table 29).
rule rate_similarity:
    """1 to 5 for each turn of a seeker simulator."""
    input:
        world_of(SIMULATORS["judge"]),
        dialogues="<results>/corpora/esconv/test.jsonl",
        turns="<results>/dialogues/seekers/{simulator}.jsonl",
        prompt=prompt("A-SIM"),
    output:
        ratings="<results>/judging/similarity/{simulator}.jsonl",
    log:
        text="<logs>/judging/rate_similarity.{simulator}.log",
        run="<logs>/judging/rate_similarity.{simulator}.json",
    benchmark:
        "<benchmarks>/judging/rate_similarity.{simulator}.tsv"
    conda:
        "../envs/metrics.yaml"
    params:
        **judge_as(SIMULATORS["judge"], SIMULATORS["judging"]),
        code=signature("judging.rate_similarity", "metrics"),
        history=canonical(SIMULATORS["history"]),
    message:
        "judging: likeness of {wildcards.simulator}'s turns"
    shell:
        door(
            "judging.rate_similarity --dialogues {input.dialogues:q} --turns {input.turns:q}"
            " --history {params.history:q} --prompt {input.prompt:q} {params.judge} --output {output.ratings:q}"
        )
