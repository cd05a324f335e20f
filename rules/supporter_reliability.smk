# How reliable the rewards are: a share of the dev turns rolled out a second time (requirement A-051).
DOUBLED = C["select"]["rollouts"]["value"]


localrules:
    compare_rewards,


rule compare_rewards:
    """Rewards of the same candidates from two rollouts each."""
    input:
        first=[f"<results>/supporter/value/rewards/{name}/dev.parquet" for name in DOUBLED],
        second=[f"<results>/supporter/value/rewards/{name}/dev_second.parquet" for name in DOUBLED],
    output:
        table=report(
            "<results>/audit/reward_reliability.csv",
            caption="../resources/captions/reward_reliability.rst",
            category="Audit",
        ),
    log:
        text="<logs>/supporter/compare_rewards.log",
        run="<logs>/supporter/compare_rewards.json",
    benchmark:
        "<benchmarks>/supporter/compare_rewards.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        code=signature("supporter.compare_rewards", "ingest"),
        sources=canonical(["SFT" if is_local(name) else "GPT" for name in DOUBLED]),
        points=canonical([C["points"][point] for point in C["select"]["points"]["value"]]),
        compare=C["supporter"]["reward"]["compare"],
        resamples=C["stats"]["resamples"],
        seed=C["stats"]["seed"],
        run=RUN,
        evidence=C["evidence"],
    message:
        "supporter: reliability of the rewards"
    shell:
        door(
            "supporter.compare_rewards --first {input.first:q} --second {input.second:q} --sources {params.sources:q}"
            " --points {params.points:q} --compare {params.compare} --resamples {params.resamples} --seed {params.seed}"
            " --run {params.run} --evidence {params.evidence} --output {output.table:q}"
        )
