# What the reference generator answers on the test threads (paper A, section D.2, tables 7 and 8).
rule write_comments:
    """References for the test threads, from their own target values or random ones."""
    input:
        base_gate(),
        base=model_dir("llama"),
        adapter=lambda w: [] if w.writer == "llama" else f"<results>/reference/{w.setting}/value/{w.writer}_adapter",
        threads="<results>/reddit/{setting}/test.jsonl",
        prompt=prompt("A-RG"),
        values=VALUES,
    output:
        rows="<results>/reference/{setting}/comments/{writer}_{targets}.jsonl",
    log:
        text="<logs>/reference/write_comments.{setting}.{writer}.{targets}.log",
        run="<logs>/reference/write_comments.{setting}.{writer}.{targets}.json",
    benchmark:
        "<benchmarks>/reference/write_comments.{setting}.{writer}.{targets}.tsv"
    conda:
        f"../envs/{SPEAKING_ENV}.yaml"
    resources:
        **gpu_inference(),
    params:
        code=signature("reference.write_comments", SPEAKING_ENV),
        speaks=SPEAKS,
        adapter=lambda w, input: f"--adapter {input.adapter}" if input.adapter else "",
        sampling=canonical(C["sampling"]["reference"]),
        history=canonical(C["reference"]["history"]),
        max_failed=C["judging"]["max_failed"],
        seed=C["seed"],
    message:
        f"reference generator: comments of {{wildcards.writer}}, {{wildcards.setting}}, {{wildcards.targets}} values{ON_GPU}"
    shell:
        keeping_door(
            "reference.write_comments --threads {input.threads:q} --prompt {input.prompt:q} --values {input.values:q}"
            " --history {params.history:q} --targets {wildcards.targets} --seed {params.seed}"
            " --max-failed {params.max_failed} --base {input.base:q} --base-backend {params.speaks} {params.adapter}"
            " --sampling {params.sampling:q} --output {output.rows:q}"
        )
