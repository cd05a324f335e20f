# The offline world's benchmarks (paper B, table 13).


rule write_benchmarks:
    """A few questions of each benchmark, in the datasets' own fields."""
    input:
        world=WORLD,
    output:
        **{task: f"<results>/world/benchmarks/{task}.jsonl" for task in C["eva_benchmarks"]["tasks"]},
    log:
        text="<logs>/world/write_benchmarks.log",
        run="<logs>/world/write_benchmarks.json",
    benchmark:
        "<benchmarks>/world/write_benchmarks.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        code=signature("world.write_benchmarks", "ingest"),
        tasks=C["eva_benchmarks"]["tasks"],
        questions=C["world"]["benchmarks"],
        seed=C["seed"],
    message:
        "world: benchmarks"
    shell:
        door(
            "world.write_benchmarks --world {input.world:q} --tasks {params.tasks} --count {params.questions}"
            " --seed {params.seed} --output {output:q}"
        )
