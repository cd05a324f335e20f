# Scores of responses: likeness, variety, empathy, levels, phrases, types (paper B, sections 4.2, 5.2 and 7).


rule collect_human:
    """Real supporters' turns as responses: the human reference."""
    input:
        dialogues=scored_dialogues,
    output:
        responses="<results>/scoring/{scored}/human/responses.jsonl",
    log:
        text="<logs>/scoring/collect_human.{scored}.log",
        run="<logs>/scoring/collect_human.{scored}.json",
    benchmark:
        "<benchmarks>/scoring/collect_human.{scored}.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        code=signature("scoring.collect_human", "ingest"),
    message:
        "scoring: real supporters of {wildcards.scored}"
    shell:
        door("scoring.collect_human --dialogues {input.dialogues:q} --output {output.responses:q}")


rule score_responses:
    """BLEU-2, ROUGE-L and Dist-2 of each turn, dialogue and system."""
    input:
        responses=responses,
    output:
        scores="<results>/scoring/{scored}/{responder}/scores.parquet",
    log:
        text="<logs>/scoring/score_responses.{scored}.{responder}.log",
        run="<logs>/scoring/score_responses.{scored}.{responder}.json",
    benchmark:
        "<benchmarks>/scoring/score_responses.{scored}.{responder}.tsv"
    conda:
        "../envs/metrics.yaml"
    params:
        code=signature("scoring.score_responses", "metrics"),
        against=lambda w: "no" if w.responder == "human" else "yes",
    message:
        "scoring: words of {wildcards.responder} on {wildcards.scored}"
    shell:
        door(
            "scoring.score_responses --responses {input.responses:q} --against-reference {params.against}"
            " --output {output.scores:q}"
        )


rule score_empathy:
    """EPITOME's degrees of each turn."""
    input:
        **{name: f"<results>/scoring/readers/{name}" for name in MECHANISMS},
        responses=responses,
    output:
        scores="<results>/scoring/{scored}/{responder}/empathy.parquet",
    log:
        text="<logs>/scoring/score_empathy.{scored}.{responder}.log",
        run="<logs>/scoring/score_empathy.{scored}.{responder}.json",
    benchmark:
        "<benchmarks>/scoring/score_empathy.{scored}.{responder}.tsv"
    conda:
        "../envs/train.yaml"
    resources:
        **gpu_inference(),
    params:
        code=signature("scoring.score_empathy", "train"),
    message:
        "scoring: empathy of {wildcards.responder} on {wildcards.scored}"
    shell:
        door(
            "scoring.score_empathy --responses {input.responses:q} --er-model {input.er:q} --ex-model {input.ex:q}"
            " --ip-model {input.ip:q} --output {output.scores:q}"
        )


rule predict_levels:
    """The level of emotional validation of each turn."""
    input:
        responses=responses,
        model="<results>/scoring/readers/levels",
    output:
        levels="<results>/scoring/{scored}/{responder}/levels.jsonl",
    log:
        text="<logs>/scoring/predict_levels.{scored}.{responder}.log",
        run="<logs>/scoring/predict_levels.{scored}.{responder}.json",
    benchmark:
        "<benchmarks>/scoring/predict_levels.{scored}.{responder}.tsv"
    conda:
        "../envs/train.yaml"
    resources:
        **gpu_inference(),
    params:
        code=signature("scoring.predict_levels", "train"),
    message:
        "scoring: levels of {wildcards.responder} on {wildcards.scored}"
    shell:
        door(
            "scoring.predict_levels --responses {input.responses:q} --model {input.model:q} --output {output.levels:q}"
        )


rule score_eva:
    """EVAEval of a system and of each of its dialogues."""
    input:
        levels="<results>/scoring/{scored}/{responder}/levels.jsonl",
        evad=EVAD_ITEMS,
        model="<results>/scoring/readers/levels",
    output:
        scores="<results>/scoring/{scored}/{responder}/evaeval.csv",
    log:
        text="<logs>/scoring/score_eva.{scored}.{responder}.log",
        run="<logs>/scoring/score_eva.{scored}.{responder}.json",
    benchmark:
        "<benchmarks>/scoring/score_eva.{scored}.{responder}.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        code=signature("scoring.score_eva", "ingest"),
        normalisation=C["scoring"]["evaeval"]["normalisation"],
    message:
        "scoring: EVAEval of {wildcards.responder} on {wildcards.scored}"
    shell:
        door(
            "scoring.score_eva --levels {input.levels:q} --evad {input.evad:q} --model {input.model:q}"
            " --normalisation {params.normalisation} --output {output.scores:q}"
        )


rule find_phrases:
    """The phrases that come back, of each length, and how often within a dialogue."""
    input:
        responses=responses,
    output:
        phrases="<results>/scoring/{scored}/{responder}/phrases.csv",
    log:
        text="<logs>/scoring/find_phrases.{scored}.{responder}.log",
        run="<logs>/scoring/find_phrases.{scored}.{responder}.json",
    benchmark:
        "<benchmarks>/scoring/find_phrases.{scored}.{responder}.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        code=signature("scoring.find_phrases", "ingest"),
        orders=C["scoring"]["phrases"]["orders"],
        top=C["scoring"]["phrases"]["top"],
        thresholds=C["scoring"]["phrases"]["thresholds"],
        analysed=C["scoring"]["analysed"],
    message:
        "scoring: phrases of {wildcards.responder} on {wildcards.scored}"
    shell:
        door(
            "scoring.find_phrases --responses {input.responses:q} --orders {params.orders} --top {params.top}"
            " --thresholds {params.thresholds} --most-dialogues {params.analysed} --output {output.phrases:q}"
        )


rule count_types:
    """The shares of response types."""
    input:
        responses=responses,
        types=RESPONSE_TYPES,
    output:
        types="<results>/scoring/{scored}/{responder}/types.csv",
    log:
        text="<logs>/scoring/count_types.{scored}.{responder}.log",
        run="<logs>/scoring/count_types.{scored}.{responder}.json",
    benchmark:
        "<benchmarks>/scoring/count_types.{scored}.{responder}.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        code=signature("scoring.count_types", "ingest"),
        analysed=C["scoring"]["analysed"],
    message:
        "scoring: types of {wildcards.responder} on {wildcards.scored}"
    shell:
        door(
            "scoring.count_types --responses {input.responses:q} --types {input.types:q}"
            " --most-dialogues {params.analysed} --output {output.types:q}"
        )
