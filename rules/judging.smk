# Judgements of the test dialogues (paper A, section 6.2).
rule judge_skills:
    """ES-Skills: ten criteria, 1 to 5, of every finished dialogue."""
    input:
        world_of(C["roles"]["skills"]),
        dialogues="<results>/dialogues/{system}/test.jsonl",
        prompt=prompt("A-SKILL"),
        criteria=CRITERIA,
    output:
        ratings="<results>/judging/skills/{system}.jsonl",
    log:
        text="<logs>/judging/judge_skills.{system}.log",
        run="<logs>/judging/judge_skills.{system}.json",
    benchmark:
        "<benchmarks>/judging/judge_skills.{system}.tsv"
    conda:
        "../envs/metrics.yaml"
    params:
        **judge("skills"),
        code=signature("judging.judge_skills", "metrics"),
    message:
        "judging: skills of {wildcards.system}"
    shell:
        door(
            "judging.judge_skills --dialogues {input.dialogues:q} --criteria {input.criteria:q}"
            " --prompt {input.prompt:q} {params.judge} --output {output.ratings:q}"
        )


rule judge_intensity:
    """ES-Intensity: negative emotion left at the end, 1 to 5."""
    input:
        world_of(C["roles"]["intensity"]),
        dialogues="<results>/dialogues/{system}/test.jsonl",
        prompt=prompt("A-INT"),
    output:
        ratings="<results>/judging/intensity/{system}.jsonl",
    log:
        text="<logs>/judging/judge_intensity.{system}.log",
        run="<logs>/judging/judge_intensity.{system}.json",
    benchmark:
        "<benchmarks>/judging/judge_intensity.{system}.tsv"
    conda:
        "../envs/metrics.yaml"
    params:
        **judge("intensity"),
        code=signature("judging.judge_intensity", "metrics"),
    message:
        "judging: intensity of {wildcards.system}"
    shell:
        door(
            "judging.judge_intensity --dialogues {input.dialogues:q} --prompt {input.prompt:q} {params.judge}"
            " --output {output.ratings:q}"
        )


rule judge_values:
    """ES-Value: pairwise wins over the reference system, both perspectives, both orders."""
    input:
        world_of(C["roles"]["values"]),
        dialogues="<results>/dialogues/{system}/test.jsonl",
        reference="<results>/dialogues/{reference}/test.jsonl",
        prompt=prompt("A-VAL"),
        values=VALUES,
    output:
        ratings="<results>/judging/values/{reference}/{system}.jsonl",
    log:
        text="<logs>/judging/judge_values.{reference}.{system}.log",
        run="<logs>/judging/judge_values.{reference}.{system}.json",
    benchmark:
        "<benchmarks>/judging/judge_values.{reference}.{system}.tsv"
    conda:
        "../envs/metrics.yaml"
    params:
        **judge("values"),
        code=signature("judging.judge_values", "metrics"),
        repeats=C["judging"]["repeats"],
    message:
        "judging: values of {wildcards.system} against {wildcards.reference}"
    shell:
        door(
            "judging.judge_values --dialogues {input.dialogues:q} --reference-dialogues {input.reference:q}"
            " --values {input.values:q} --repeats {params.repeats} --prompt {input.prompt:q} {params.judge}"
            " --output {output.ratings:q}"
        )
