# Target value detector (paper A, sections 5.1 and D.1).
DETECTOR = "<results>/detector/adapter"


rule build_detector_examples:
    """Chat rows for one split, from the settings in use."""
    input:
        threads=expand("<results>/reddit/{setting}/{{split}}.jsonl", setting=C["detector"]["settings"]),
        prompt=prompt("A-TVD"),
        values=VALUES,
    output:
        rows="<results>/detector/examples/{split}.jsonl",
    log:
        text="<logs>/detector/build_detector_examples.{split}.log",
        run="<logs>/detector/build_detector_examples.{split}.json",
    benchmark:
        "<benchmarks>/detector/build_detector_examples.{split}.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        code=signature("detector.build_detector_examples", "ingest"),
        history=canonical(C["detector"]["history"]),
    message:
        "detector: examples of {wildcards.split}"
    shell:
        door(
            "detector.build_detector_examples --threads {input.threads:q} --prompt {input.prompt:q}"
            " --values {input.values:q} --history {params.history:q} --output {output.rows:q}"
        )


rule train_detector:
    """LoRA adapter that names the values of the seeker's next turn."""
    input:
        base=model_dir("llama"),
        launch=LAUNCH,
        train="<results>/detector/examples/train.jsonl",
        dev=f"<results>/detector/examples/{C['detector']['select_on']}.jsonl",
    output:
        adapter=directory(DETECTOR),
    log:
        text="<logs>/detector/train_detector.log",
        run="<logs>/detector/train_detector.json",
    benchmark:
        "<benchmarks>/detector/train_detector.tsv"
    conda:
        "../envs/train.yaml"
    resources:
        **gpu_training("detector"),
    params:
        **training(C["detector"]),
        code=signature("detector.train_detector", "train"),
    message:
        f"detector: adapter{ON_GPU}"
    shell:
        keeping_door("detector.train_detector", TRAINING)


rule predict_values:
    """Predictions and micro F1 on the held-out threads (table 5's last row)."""
    input:
        examples="<results>/detector/examples/test.jsonl",
        values=VALUES,
        base=model_dir("llama"),
        detector=DETECTOR,
    output:
        predictions="<results>/detector/predictions.jsonl",
        scores="<results>/detector/scores.json",
    log:
        text="<logs>/detector/predict_values.log",
        run="<logs>/detector/predict_values.json",
    benchmark:
        "<benchmarks>/detector/predict_values.tsv"
    conda:
        f"../envs/{SPEAKING_ENV}.yaml"
    resources:
        **gpu_inference(),
    params:
        code=signature("detector.predict_values", SPEAKING_ENV),
        sampling=canonical(C["sampling"]["detector"]),
        top=C["targets"]["top"],
        speaks=SPEAKS,
    message:
        f"detector: predictions on test{ON_GPU}"
    shell:
        keeping_door(
            "detector.predict_values --examples {input.examples:q} --values {input.values:q} --base {input.base:q}"
            " --base-backend {params.speaks} --detector {input.detector:q} --sampling {params.sampling:q}"
            " --top-values {params.top}"
            " --output {output.predictions:q} --scores {output.scores:q}"
        )
