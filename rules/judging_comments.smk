# References beside the real comment (paper A, section D.2, tables 7 and 8).
rule compare_comments:
    """Which of two references is nearer to the real comment, in both orders."""
    input:
        world_of(COMMENTS["judge"]),
        threads="<results>/reddit/{setting}/test.jsonl",
        first=lambda w: f"<results>/reference/{w.setting}/comments/{SET_BESIDE[w.pair][0]}.jsonl",
        second=lambda w: f"<results>/reference/{w.setting}/comments/{SET_BESIDE[w.pair][1]}.jsonl",
        prompt=prompt("A-RGJ"),
    output:
        choices="<results>/judging/comments/{setting}/{pair}.jsonl",
    log:
        text="<logs>/judging/compare_comments.{setting}.{pair}.log",
        run="<logs>/judging/compare_comments.{setting}.{pair}.json",
    benchmark:
        "<benchmarks>/judging/compare_comments.{setting}.{pair}.tsv"
    conda:
        "../envs/metrics.yaml"
    params:
        **judge_as(COMMENTS["judge"], COMMENTS["sampling"]),
        code=signature("judging.compare_comments", "metrics"),
        history=canonical(C["reference"]["history"]),
        seed=C["seed"],
    message:
        "judging: comments of {wildcards.pair}, {wildcards.setting}"
    shell:
        door(
            "judging.compare_comments --threads {input.threads:q} --first {input.first:q} --second {input.second:q}"
            " --history {params.history:q} --seed {params.seed} --prompt {input.prompt:q} {params.judge}"
            " --output {output.choices:q}"
        )
