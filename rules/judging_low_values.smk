# The dialogues that reinforce values least, and what they lacked (paper A, section J).
THEMES = "resources/taxonomy/themes.yaml"


rule rate_values:
    """ES-Value of every finished dialogue by itself, 1 to 5 from both perspectives."""
    input:
        world_of(C["roles"]["themes"]),
        dialogues="<results>/dialogues/{system}/test.jsonl",
        prompt=prompt("A-VAL1"),
        values=VALUES,
    output:
        ratings="<results>/judging/rated_values/{system}.jsonl",
    log:
        text="<logs>/judging/rate_values.{system}.log",
        run="<logs>/judging/rate_values.{system}.json",
    benchmark:
        "<benchmarks>/judging/rate_values.{system}.tsv"
    conda:
        "../envs/metrics.yaml"
    params:
        **judge("themes"),
        code=signature("judging.rate_values", "metrics"),
    message:
        "judging: value ratings of {wildcards.system}"
    shell:
        door(
            "judging.rate_values --dialogues {input.dialogues:q} --values {input.values:q} --prompt {input.prompt:q}"
            " {params.judge} --output {output.ratings:q}"
        )


rule explain_low_values:
    """What the dialogues of the lowest ratings lacked."""
    input:
        world_of(C["roles"]["themes"]),
        dialogues="<results>/dialogues/{system}/test.jsonl",
        ratings="<results>/judging/rated_values/{system}.jsonl",
        prompt=prompt("A-LOW1"),
    output:
        explained="<results>/judging/low_values/{system}.jsonl",
    log:
        text="<logs>/judging/explain_low_values.{system}.log",
        run="<logs>/judging/explain_low_values.{system}.json",
    benchmark:
        "<benchmarks>/judging/explain_low_values.{system}.tsv"
    conda:
        "../envs/metrics.yaml"
    params:
        **judge("themes"),
        code=signature("judging.explain_low_values", "metrics"),
        lowest=C["judging"]["low_values"]["dialogues"],
        seed=C["seed"],
    message:
        "judging: what the lowest dialogues of {wildcards.system} lacked"
    shell:
        door(
            "judging.explain_low_values --dialogues {input.dialogues:q} --ratings {input.ratings:q}"
            " --count {params.lowest} --seed {params.seed} --prompt {input.prompt:q} {params.judge}"
            " --output {output.explained:q}"
        )


rule assign_themes:
    """Up to three of eight themes for each of these dialogues."""
    input:
        world_of(C["roles"]["themes"]),
        dialogues="<results>/dialogues/{system}/test.jsonl",
        explained="<results>/judging/low_values/{system}.jsonl",
        prompt=prompt("A-LOW2"),
        themes=THEMES,
    output:
        themes="<results>/judging/themes/{system}.jsonl",
    log:
        text="<logs>/judging/assign_themes.{system}.log",
        run="<logs>/judging/assign_themes.{system}.json",
    benchmark:
        "<benchmarks>/judging/assign_themes.{system}.tsv"
    conda:
        "../envs/metrics.yaml"
    params:
        **judge("themes"),
        code=signature("judging.assign_themes", "metrics"),
        most=C["judging"]["low_values"]["themes"],
    message:
        "judging: themes of {wildcards.system}"
    shell:
        door(
            "judging.assign_themes --dialogues {input.dialogues:q} --explained {input.explained:q}"
            " --themes {input.themes:q} --most {params.most} --prompt {input.prompt:q} {params.judge}"
            " --output {output.themes:q}"
        )
