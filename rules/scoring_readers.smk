# Classifiers that scores read with: EPITOME's three mechanisms and the level of validation (paper B, F and G).


rule train_empathy:
    """EPITOME's classifier of a mechanism, on all rows."""
    input:
        rows="<results>/corpora/epitome/{mechanism}.jsonl",
        base=reader_base(),
    output:
        folder=directory("<results>/scoring/readers/{mechanism}"),
    log:
        text="<logs>/scoring/train_empathy.{mechanism}.log",
        run="<logs>/scoring/train_empathy.{mechanism}.json",
    benchmark:
        "<benchmarks>/scoring/train_empathy.{mechanism}.tsv"
    conda:
        "../envs/train.yaml"
    resources:
        **gpu_inference(),
    params:
        **reading_training("empathy"),
        code=signature("scoring.train_empathy", "train"),
    message:
        f"scoring: empathy classifier {{wildcards.mechanism}}{ON_GPU}"
    shell:
        keeping_door(
            "scoring.train_empathy --rows {input.rows:q} {params.model} {params.recipe} --output {output.folder:q}"
        )


rule check_empathy:
    """Its F1 on posts it has not seen, beside the majority and frozen sentence vectors."""
    input:
        rows="<results>/corpora/epitome/{mechanism}.jsonl",
        base=reader_base(),
        sentences=[] if C["models"]["sentences"]["kind"] == "tfidf" else model_dir("sentences"),
    output:
        scores="<results>/scoring/readers/{mechanism}.csv",
    log:
        text="<logs>/scoring/check_empathy.{mechanism}.log",
        run="<logs>/scoring/check_empathy.{mechanism}.json",
    benchmark:
        "<benchmarks>/scoring/check_empathy.{mechanism}.tsv"
    conda:
        "../envs/train.yaml"
    resources:
        **gpu_inference(),
    params:
        **reading_training("empathy"),
        code=signature("scoring.check_empathy", "train"),
        sentences=C["models"]["sentences"]["kind"],
        sentences_model=lambda w, input: f"--sentences-model {input.sentences}" if input.sentences else "",
        strength=C["scoring"]["empathy"]["strength"],
        folds=C["scoring"]["empathy"]["folds"],
    message:
        f"scoring: F1 of the empathy classifier {{wildcards.mechanism}}{ON_GPU}"
    shell:
        keeping_door(
            "scoring.check_empathy --mechanism {wildcards.mechanism} --rows {input.rows:q} {params.model}"
            " --sentences {params.sentences} {params.sentences_model} --strength {params.strength}"
            " --folds {params.folds} {params.recipe} --output {output.scores:q}"
        )


rule collect_level_rows:
    """Utterances with a level, split by dialogue."""
    input:
        evad=EVAD_ITEMS,
        candidates="<results>/evad/candidates.jsonl",
        labels=LEVEL_FILES if C["scoring"]["levels"]["labels"] == "human" else [],
    output:
        train="<results>/scoring/levels/train.jsonl",
        dev="<results>/scoring/levels/dev.jsonl",
        test="<results>/scoring/levels/test.jsonl",
    log:
        text="<logs>/scoring/collect_level_rows.log",
        run="<logs>/scoring/collect_level_rows.json",
    benchmark:
        "<benchmarks>/scoring/collect_level_rows.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        code=signature("scoring.collect_level_rows", "ingest"),
        labels=lambda w, input: f"--labels-dialogues {shlex.join(input.labels)} {OF_LEVELS}" if input.labels else "",
        rows=C["scoring"]["levels"]["rows"],
        dev=C["scoring"]["levels"]["dev_share"],
        test=C["scoring"]["levels"]["test_share"],
        seed=C["seed"],
    message:
        "scoring: utterances with a level"
    shell:
        door(
            "scoring.collect_level_rows --evad {input.evad:q} --candidates {input.candidates:q} {params.labels}"
            " --rows {params.rows} --dev-share {params.dev} --test-share {params.test} --seed {params.seed}"
            " --train {output.train:q} --dev {output.dev:q} --test {output.test:q}"
        )


rule train_levels:
    """The classifier of levels of emotional validation, with its F1."""
    input:
        train="<results>/scoring/levels/train.jsonl",
        dev="<results>/scoring/levels/dev.jsonl",
        test="<results>/scoring/levels/test.jsonl",
        base=reader_base(),
    output:
        folder=directory("<results>/scoring/readers/levels"),
    log:
        text="<logs>/scoring/train_levels.log",
        run="<logs>/scoring/train_levels.json",
    benchmark:
        "<benchmarks>/scoring/train_levels.tsv"
    conda:
        "../envs/train.yaml"
    resources:
        **gpu_inference(),
    params:
        **reading_training("levels"),
        code=signature("scoring.train_levels", "train"),
    message:
        f"scoring: level classifier{ON_GPU}"
    shell:
        keeping_door(
            "scoring.train_levels --train {input.train:q} --dev {input.dev:q} --test {input.test:q} {params.model}"
            " {params.recipe} --output {output.folder:q}"
        )


rule check_levels:
    """Its F1 on labels of its own kind and of the other."""
    input:
        model="<results>/scoring/readers/levels",
        train="<results>/scoring/levels/train.jsonl",
        evad=EVAD_ITEMS,
        labels=LEVEL_FILES if all(map(os.path.exists, LEVEL_FILES)) else [],
    output:
        scores="<results>/eva/level_clf_metrics.csv",
    log:
        text="<logs>/scoring/check_levels.log",
        run="<logs>/scoring/check_levels.json",
    benchmark:
        "<benchmarks>/scoring/check_levels.tsv"
    conda:
        "../envs/train.yaml"
    resources:
        **gpu_inference(),
    params:
        code=signature("scoring.check_levels", "train"),
        labels=lambda w, input: f"--labels-dialogues {shlex.join(input.labels)} {OF_LEVELS}" if input.labels else "",
    message:
        f"scoring: F1 of the level classifier{ON_GPU}"
    shell:
        door(
            "scoring.check_levels --model {input.model:q} --train {input.train:q} --evad {input.evad:q}"
            " {params.labels} --output {output.scores:q}"
        )
