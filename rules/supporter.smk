# Supporter training data, rewards and adapters (paper A, sections 5.3, 6.3, D.3, G.2).
SUPPORTER_PROMPT = {"value": "A-SUP", "emotion": "A-SUP-E"}
SOURCES = C["supporter"]["sources"]  # whose dialogues teach a variant, and whose rollouts are rewarded (D.3, G.2)
TRAINED_ON = {}  # by variant: (whose rollouts, point) of every DPO system that is a row
for name in {name for part in TABLES for name in C["select"][part]}:
    if grid_point(name):
        TRAINED_ON.setdefault(SYSTEMS[name]["adapter"].split("/")[0], set()).add(grid_point(name))


rule build_supporter_sft:
    """Filtered four-step rows of both splits, with the counts of tables 1, 9 and 10."""
    input:
        train=lambda w: f"<results>/dialogues/{SOURCES[w.variant]['sft']}/train.jsonl",
        dev=lambda w: f"<results>/dialogues/{SOURCES[w.variant]['sft']}/dev.jsonl",
        prompt=lambda w: prompt(SUPPORTER_PROMPT[w.variant]),
        strategies=STRATEGIES,
    output:
        train="<results>/supporter/{variant}/sft/train.jsonl",
        dev="<results>/supporter/{variant}/sft/dev.jsonl",
        counts="<results>/supporter/{variant}/sft/counts.json",
    log:
        text="<logs>/supporter/build_supporter_sft.{variant}.log",
        run="<logs>/supporter/build_supporter_sft.{variant}.json",
    benchmark:
        "<benchmarks>/supporter/build_supporter_sft.{variant}.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        code=signature("supporter.build_supporter_sft", "ingest"),
        history=canonical(C["dialogues"]["history"]),
    message:
        "supporter ({wildcards.variant}): SFT rows"
    shell:
        door(
            "supporter.build_supporter_sft --train-dialogues {input.train:q} --dev-dialogues {input.dev:q}"
            " --prompt {input.prompt:q} --strategies {input.strategies:q} --history {params.history:q}"
            " --train {output.train:q} --dev {output.dev:q} --counts {output.counts:q}"
        )


rule build_baseline_sft:
    """Chat rows from the supporter turns of a public corpus."""
    input:
        dialogues="<results>/corpora/{corpus}/{split}.jsonl",
        prompt=prompt("A-SUP-PLAIN"),
    output:
        rows="<results>/supporter/baseline/{corpus}/{split}.jsonl",
    log:
        text="<logs>/supporter/build_baseline_sft.{corpus}.{split}.log",
        run="<logs>/supporter/build_baseline_sft.{corpus}.{split}.json",
    benchmark:
        "<benchmarks>/supporter/build_baseline_sft.{corpus}.{split}.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        code=signature("supporter.build_baseline_sft", "ingest"),
        history=canonical(C["dialogues"]["history"]),
    message:
        "baseline {wildcards.corpus}: SFT rows of {wildcards.split}"
    shell:
        door(
            "supporter.build_baseline_sft --dialogues {input.dialogues:q} --prompt {input.prompt:q}"
            " --history {params.history:q} --output {output.rows:q}"
        )


rule compute_rewards:
    """Target values shown by each later seeker turn, for both candidates (Eq. 3)."""
    input:
        dialogues="<results>/dialogues/{rollouts}/{split}.jsonl",
        rollouts=lambda w: [f"<results>/{name}.jsonl" for name in rolled_out(w, w.second)],
        labels=lambda w: counted_labels(f"dialogues/{w.rollouts}/{w.split}"),
        rollout_labels=lambda w: counted_labels(*rolled_out(w, w.second)),
        values=VALUES,
    output:
        rewards="<results>/supporter/value/rewards/{rollouts}/{split}{second}.parquet",
    log:
        text="<logs>/supporter/compute_rewards.{rollouts}.{split}{second}.log",
        run="<logs>/supporter/compute_rewards.{rollouts}.{split}{second}.json",
    benchmark:
        "<benchmarks>/supporter/compute_rewards.{rollouts}.{split}{second}.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        code=signature("supporter.compute_rewards", "ingest"),
        threshold=C["labels"]["value_threshold"],
        counted=C["supporter"]["reward"]["count"],
    message:
        "supporter: value rewards of {wildcards.rollouts} ({wildcards.split}{wildcards.second})"
    shell:
        door(
            "supporter.compute_rewards --dialogues {input.dialogues:q} --rollouts {input.rollouts:q}"
            " --labels {input.labels:q} --rollout-labels {input.rollout_labels:q} --values {input.values:q}"
            " --value-threshold {params.threshold} --count {params.counted} --output {output.rewards:q}"
        )


rule score_emotions:
    """The seeker's state after each candidate, judged several times (Eq. 5)."""
    input:
        world_of(C["roles"]["emotion_score"]),
        dialogues="<results>/dialogues/{rollouts}/{split}.jsonl",
        rollouts=lambda w: [f"<results>/{name}.jsonl" for name in rolled_out(w)],
        personas="<results>/personas/{split}.jsonl",
        prompt=prompt("A-EMO"),
    output:
        rewards="<results>/supporter/emotion/rewards/{rollouts}/{split}.parquet",
    log:
        text="<logs>/supporter/score_emotions.{rollouts}.{split}.log",
        run="<logs>/supporter/score_emotions.{rollouts}.{split}.json",
    benchmark:
        "<benchmarks>/supporter/score_emotions.{rollouts}.{split}.tsv"
    conda:
        "../envs/metrics.yaml"
    params:
        code=signature("supporter.score_emotions", "metrics"),
        backend=model_backend(C["roles"]["emotion_score"]) or "none",
        model=model_entry(C["roles"]["emotion_score"]),
        sampling=canonical(C["sampling"]["emotion_score"]),
        samples=C["supporter"]["emotion"]["samples"],
        horizon=max(seeker_turns(name) for name in C["select"]["points"]["emotion"]),
        max_failed=C["supporter"]["emotion"]["max_failed"],
    message:
        "supporter (emotion): scores of {wildcards.rollouts} ({wildcards.split})"
    shell:
        door(
            "supporter.score_emotions --dialogues {input.dialogues:q} --rollouts {input.rollouts:q}"
            " --personas {input.personas:q} --prompt {input.prompt:q} --model {params.model:q}"
            " --sampling {params.sampling:q} --samples {params.samples} --horizon {params.horizon}"
            " --max-failed {params.max_failed} --output {output.rewards:q}"
        )


rule build_preference_pairs:
    """DPO rows of one grid point (h, gamma, T) and their counts."""
    input:
        unpack(counted_point),
        train="<results>/dialogues/{rollouts}/train.jsonl",
        dev="<results>/dialogues/{rollouts}/dev.jsonl",
        prompt=lambda w: prompt(SUPPORTER_PROMPT[w.variant]),
        strategies=STRATEGIES,
    output:
        train="<results>/supporter/{variant}/pairs/{rollouts}/{point}/train.jsonl",
        dev="<results>/supporter/{variant}/pairs/{rollouts}/{point}/dev.jsonl",
        counts="<results>/supporter/{variant}/pairs/{rollouts}/{point}/counts.json",
    log:
        text="<logs>/supporter/build_preference_pairs.{variant}.{rollouts}.{point}.log",
        run="<logs>/supporter/build_preference_pairs.{variant}.{rollouts}.{point}.json",
    benchmark:
        "<benchmarks>/supporter/build_preference_pairs.{variant}.{rollouts}.{point}.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        code=signature("supporter.build_preference_pairs", "ingest"),
        history=canonical(C["dialogues"]["history"]),
        h=lambda w: C["points"][w.point]["h"],
        gamma=lambda w: C["points"][w.point]["gamma"],
        t=lambda w: C["points"][w.point]["t"],
        compare=C["supporter"]["reward"]["compare"],
        least_train=lambda w: least_pairs(w, "train"),
        least_dev=lambda w: least_pairs(w, "dev"),
    message:
        "supporter ({wildcards.variant}): DPO pairs of {wildcards.rollouts} at {wildcards.point}"
    shell:
        door(
            "supporter.build_preference_pairs --train-dialogues {input.train:q} --dev-dialogues {input.dev:q}"
            " --train-rewards {input.train_rewards:q} --dev-rewards {input.dev_rewards:q} --prompt {input.prompt:q}"
            " --strategies {input.strategies:q} --history {params.history:q} --horizon {params.h} --gamma {params.gamma}"
            " --threshold {params.t} --compare {params.compare} --least-train {params.least_train}"
            " --least-dev {params.least_dev} --train {output.train:q} --dev {output.dev:q} --counts {output.counts:q}"
        )
