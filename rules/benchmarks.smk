# General benchmarks of paper B's table 13, by lm-evaluation-harness (docs/benchmarks.md).
wildcard_constraints:
    task=among(BENCHMARKED["tasks"]),


rule fetch_benchmark:
    """The test questions of a benchmark, from the hub."""
    input:
        benchmarks=BENCHMARK_LIST,
    output:
        rows=QUESTIONS,
    log:
        text="<logs>/benchmarks/fetch_benchmark.{task}.log",
        run="<logs>/benchmarks/fetch_benchmark.{task}.json",
    benchmark:
        "<benchmarks>/benchmarks/fetch_benchmark.{task}.tsv"
    conda:
        "../envs/train.yaml"
    params:
        code=signature("benchmarks.fetch_benchmark", "train"),
    message:
        "benchmarks: fetch {wildcards.task}"
    shell:
        "HF_HUB_OFFLINE=0 {}".format(
            door(
                "benchmarks.fetch_benchmark --benchmarks {input.benchmarks:q} --task {wildcards.task}"
                " --output {output.rows:q}"
            )
        )


rule run_benchmarks:
    """Zero-shot scores of a model in general benchmarks."""
    input:
        benchmarks=BENCHMARK_LIST,
        data=question_files,
        base=lambda w: learnt_weights(w)[0],
        adapter=lambda w: learnt_weights(w)[1],
    output:
        scores="<results>/eva/benchmarks/{speaker}.json",
    log:
        text="<logs>/benchmarks/run_benchmarks.{speaker}.log",
        run="<logs>/benchmarks/run_benchmarks.{speaker}.json",
    benchmark:
        "<benchmarks>/benchmarks/run_benchmarks.{speaker}.tsv"
    conda:
        "../envs/benchmarks.yaml"
    resources:
        **gpu_inference(),
    params:
        code=signature("benchmarks.run_benchmarks", "benchmarks"),
        tasks=BENCHMARKED["tasks"],
        adapter=lambda w, input: f"--adapter {shlex.quote(str(input.adapter))}" if input.adapter else "",
        tokens=BENCHMARKED["max_new_tokens"],
    message:
        f"benchmarks: {{wildcards.speaker}}{ON_GPU}"
    shell:
        keeping_door(
            "benchmarks.run_benchmarks --benchmarks {input.benchmarks:q} --tasks {params.tasks} --data {input.data:q}"
            " --base {input.base:q} {params.adapter} --tokens {params.tokens} --output {output.scores:q}"
        )
