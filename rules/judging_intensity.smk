# Models of how a dialogue ends, on ESConv (paper A, section F.2, table 11).
rule build_intensity_sft:
    """Chat rows: an ESConv dialogue -> the intensity that its seeker was left with."""
    input:
        dialogues="<results>/corpora/esconv/{split}.jsonl",
        prompt=prompt("A-INT"),
    output:
        rows="<results>/judging/intensity_models/sft/{split}.jsonl",
    log:
        text="<logs>/judging/build_intensity_sft.{split}.log",
        run="<logs>/judging/build_intensity_sft.{split}.json",
    benchmark:
        "<benchmarks>/judging/build_intensity_sft.{split}.tsv"
    conda:
        "../envs/metrics.yaml"
    params:
        code=signature("judging.build_intensity_sft", "metrics"),
        history=canonical(INTENSITY["history"]),
    message:
        "intensity models: rows of {wildcards.split}"
    shell:
        door(
            "judging.build_intensity_sft --dialogues {input.dialogues:q} --prompt {input.prompt:q}"
            " --history {params.history:q} --output {output.rows:q}"
        )


rule train_intensity:
    """LoRA adapter that names the intensity."""
    input:
        base=lambda w: speaking_base(w.tuned),
        launch=LAUNCH,
        train="<results>/judging/intensity_models/sft/train.jsonl",
        dev="<results>/judging/intensity_models/sft/dev.jsonl",
    output:
        adapter=directory("<results>/judging/intensity_models/{tuned}_adapter"),
    log:
        text="<logs>/judging/train_intensity.{tuned}.log",
        run="<logs>/judging/train_intensity.{tuned}.json",
    benchmark:
        "<benchmarks>/judging/train_intensity.{tuned}.tsv"
    conda:
        "../envs/train.yaml"
    resources:
        **gpu_training("intensity", lambda w: w.tuned),
    params:
        **training(INTENSITY),
        code=signature("judging.train_intensity", "train"),
    message:
        f"intensity models: adapter of {{wildcards.tuned}}{ON_GPU}"
    shell:
        keeping_door("judging.train_intensity", TRAINING)


rule ask_intensity:
    """A hosted model's ratings of the ESConv test dialogues."""
    input:
        lambda w: world_of(rated_by(w.hosted)[0]),
        dialogues="<results>/corpora/esconv/test.jsonl",
        examples=examples_of,
        prompt=lambda w: prompt("A-INT-FS" if examples_of(w) else "A-INT"),
    output:
        ratings=RATINGS.format("{hosted}"),
    log:
        text="<logs>/judging/ask_intensity.{hosted}.log",
        run="<logs>/judging/ask_intensity.{hosted}.json",
    benchmark:
        "<benchmarks>/judging/ask_intensity.{hosted}.tsv"
    conda:
        "../envs/metrics.yaml"
    params:
        code=signature("judging.ask_intensity", "metrics"),
        backend=lambda w: model_backend(rated_by(w.hosted)[0]) or "none",
        model=lambda w: model_entry(rated_by(w.hosted)[0]),
        sampling=canonical(INTENSITY["sampling"]),
        history=canonical(INTENSITY["history"]),
        examples=lambda w, input: f"--examples-dialogues {input.examples}" if input.examples else "",
        shots=INTENSITY["shots"],
        seed=C["seed"],
        max_failed=INTENSITY["max_failed"],
    message:
        "intensity models: {wildcards.hosted}"
    shell:
        door(
            "judging.ask_intensity --dialogues {input.dialogues:q} --prompt {input.prompt:q} {params.examples}"
            " --shots {params.shots} --seed {params.seed} --history {params.history:q}"
            " --max-failed {params.max_failed} --model {params.model:q} --sampling {params.sampling:q}"
            " --output {output.ratings:q}"
        )


rule predict_intensity:
    """The ratings of weights of ours, bare or fine-tuned."""
    input:
        base_gate(),
        base=lambda w: speaking_base(rated_by(w.own)[0]),
        adapter=tuned_adapter,
        dialogues="<results>/corpora/esconv/test.jsonl",
        prompt=prompt("A-INT"),
    output:
        ratings=RATINGS.format("{own}"),
    log:
        text="<logs>/judging/predict_intensity.{own}.log",
        run="<logs>/judging/predict_intensity.{own}.json",
    benchmark:
        "<benchmarks>/judging/predict_intensity.{own}.tsv"
    conda:
        f"../envs/{INTENSITY_ENV}.yaml"
    resources:
        **gpu_inference(lambda w: rated_by(w.own)[0]),
    params:
        code=signature("judging.predict_intensity", INTENSITY_ENV),
        speaks=lambda w: C["models"][rated_by(w.own)[0]]["backend"],
        sampling=canonical(INTENSITY["sampling"]),
        history=canonical(INTENSITY["history"]),
        adapter=lambda w, input: f"--adapter {input.adapter}" if input.adapter else "",
        max_failed=INTENSITY["max_failed"],
    message:
        f"intensity models: {{wildcards.own}}{ON_GPU}"
    shell:
        keeping_door(
            "judging.predict_intensity --dialogues {input.dialogues:q} --prompt {input.prompt:q}"
            " --history {params.history:q} --max-failed {params.max_failed} --base {input.base:q}"
            " --base-backend {params.speaks} {params.adapter} --sampling {params.sampling:q} --output {output.ratings:q}"
        )
