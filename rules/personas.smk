# The seekers (paper A, sections 5.4 and E.1).
rule write_situations:
    """Step 1: first-person situations for each category and value."""
    input:
        world_of(C["roles"]["situations"]),
        prompt=prompt("A-SIT"),
        values=VALUES,
        problems=PROBLEMS,
        sentences=[] if C["models"]["sentences"]["kind"] == "tfidf" else model_dir("sentences"),
    output:
        situations="<results>/personas/situations.jsonl",
    log:
        text="<logs>/personas/write_situations.log",
        run="<logs>/personas/write_situations.json",
    benchmark:
        "<benchmarks>/personas/write_situations.tsv"
    conda:
        "../envs/train.yaml"
    params:
        **asked("situations"),
        code=signature("personas.write_situations", "train"),
        cells=C["personas"]["cells"],
        least=C["personas"]["least"],
        most=C["personas"]["most"],
        cosine=C["personas"]["cosine"],
        kind=C["models"]["sentences"]["kind"],
        model=lambda w, input: f"--sentences-model {input.sentences}" if input.sentences else "",
        seed=C["seed"],
    message:
        "personas: situations"
    shell:
        door(
            "personas.write_situations --prompt {input.prompt:q} --values {input.values:q}"
            " --problems {input.problems:q} --cells {params.cells} --least {params.least} --most {params.most}"
            " --sentences-kind {params.kind} {params.model} --cosine {params.cosine} --seed {params.seed} {params.asked}"
            " --output {output.situations:q}"
        )


rule rate_alignment:
    """Step 2: situations that carry their value."""
    input:
        world_of(C["roles"]["alignment"]),
        prompt=prompt("A-ALN"),
        situations="<results>/personas/situations.jsonl",
        values=VALUES,
    output:
        rated="<results>/personas/rated.jsonl",
    log:
        text="<logs>/personas/rate_alignment.log",
        run="<logs>/personas/rate_alignment.json",
    benchmark:
        "<benchmarks>/personas/rate_alignment.tsv"
    conda:
        "../envs/metrics.yaml"
    params:
        **asked("alignment"),
        code=signature("personas.rate_alignment", "metrics"),
        keep_from=C["personas"]["keep_from"],
    message:
        "personas: alignment ratings"
    shell:
        door(
            "personas.rate_alignment --prompt {input.prompt:q} --situations {input.situations:q}"
            " --values {input.values:q} --keep-from {params.keep_from} {params.asked} --output {output.rated:q}"
        )


rule label_emotions:
    """Step 3: the majority of several emotion labels."""
    input:
        world_of(C["roles"]["emotions"]),
        prompt=prompt("A-ELAB"),
        situations="<results>/personas/rated.jsonl",
        emotions=EMOTIONS,
    output:
        labelled="<results>/personas/emotions.jsonl",
    log:
        text="<logs>/personas/label_emotions.log",
        run="<logs>/personas/label_emotions.json",
    benchmark:
        "<benchmarks>/personas/label_emotions.tsv"
    conda:
        "../envs/metrics.yaml"
    params:
        **asked("emotions"),
        code=signature("personas.label_emotions", "metrics"),
        votes=C["personas"]["votes"],
    message:
        "personas: emotions"
    shell:
        door(
            "personas.label_emotions --prompt {input.prompt:q} --situations {input.situations:q}"
            " --emotions {input.emotions:q} --votes {params.votes} {params.asked} --output {output.labelled:q}"
        )


rule write_demographics:
    """Step 4: age range, gender, occupation."""
    input:
        world_of(C["roles"]["demographics"]),
        prompt=prompt("A-DEMO"),
        situations="<results>/personas/emotions.jsonl",
    output:
        described="<results>/personas/demographics.jsonl",
    log:
        text="<logs>/personas/write_demographics.log",
        run="<logs>/personas/write_demographics.json",
    benchmark:
        "<benchmarks>/personas/write_demographics.tsv"
    conda:
        "../envs/metrics.yaml"
    params:
        **asked("demographics"),
        code=signature("personas.write_demographics", "metrics"),
    message:
        "personas: demographics"
    shell:
        door(
            "personas.write_demographics --prompt {input.prompt:q} --situations {input.situations:q}"
            " {params.asked} --output {output.described:q}"
        )


rule assemble_personas:
    """Step 5: train, dev and test personas."""
    input:
        personas="<results>/personas/demographics.jsonl",
    output:
        train="<results>/personas/train.jsonl",
        dev="<results>/personas/dev.jsonl",
        test="<results>/personas/test.jsonl",
    log:
        text="<logs>/personas/assemble_personas.log",
        run="<logs>/personas/assemble_personas.json",
    benchmark:
        "<benchmarks>/personas/assemble_personas.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        code=signature("personas.assemble_personas", "ingest"),
        train=C["personas"]["train"],
        dev=C["personas"]["dev"],
        test=C["personas"]["test"],
        seed=C["seed"],
    message:
        "personas: splits"
    shell:
        door(
            "personas.assemble_personas --personas {input.personas:q} --train {params.train} --dev {params.dev}"
            " --test {params.test} --seed {params.seed} --train-output {output.train:q} --dev-output {output.dev:q}"
            " --test-output {output.test:q}"
        )


rule pick_example:
    """The one-shot dialogue of the seeker prompt."""
    input:
        dialogues="<results>/corpora/esconv/train.jsonl",
    output:
        example="<results>/personas/example.json",
    log:
        text="<logs>/personas/pick_example.log",
        run="<logs>/personas/pick_example.json",
    benchmark:
        "<benchmarks>/personas/pick_example.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        code=signature("personas.pick_example", "ingest"),
        example=C["personas"]["example"],
    message:
        "personas: one-shot dialogue"
    shell:
        door(
            "personas.pick_example --dialogues {input.dialogues:q} --example {params.example}"
            " --output {output.example:q}"
        )
