# What people judge of responses, or stand-ins in their place (paper B, sections 2 and 6.3, appendices F, H and K).


localrules:
    sample_rated,
    import_ratings,
    check_raters,
    sample_level_turns,


wildcard_constraints:
    study=among(STUDIES),


rule sample_rated:
    """Responses for people to judge: the key, the sheet to fill in and the page to read."""
    input:
        responses=judged_responses,
        criteria=COMPARISON,
    output:
        key=f"{STUDY}/key.jsonl",
        sheet=f"{STUDY}/sheet.csv",
        pages=f"{STUDY}/pages.md",
    log:
        text="<logs>/scoring/sample_rated.{study}.log",
        run="<logs>/scoring/sample_rated.{study}.json",
    benchmark:
        "<benchmarks>/scoring/sample_rated.{study}.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        code=signature("scoring.sample_rated", "ingest"),
        systems=lambda w: PEOPLE[w.study]["systems"],
        dialogues=lambda w: PEOPLE[w.study]["dialogues"],
        group=lambda w: PEOPLE[w.study]["group"],
        people=lambda w: PEOPLE[w.study]["people"],
        per_item=lambda w: PEOPLE[w.study]["per_item"],
        seed=C["seed"],
    message:
        "scoring: responses for people to judge ({wildcards.study})"
    shell:
        door(
            "scoring.sample_rated --study {wildcards.study} --systems {params.systems} --responses {input.responses:q}"
            " --criteria {input.criteria:q} --dialogues {params.dialogues} --group {params.group}"
            " --people {params.people} --per-item {params.per_item} --seed {params.seed} --output {output.key:q}"
            " --sheet {output.sheet:q} --pages {output.pages:q}"
        )


rule rate_as_people:
    """Ratings of a model in people's place (config: eva_human.raters is llm)."""
    input:
        world_of(PEOPLE["model"]),
        key=f"{STUDY}/key.jsonl",
        sheet=f"{STUDY}/sheet.csv",
        prompt=lambda w: prompt(STUDY_PROMPTS[w.study]),
        criteria=COMPARISON,
    output:
        ratings=f"{STUDY}/stand_ins.csv",
    log:
        text="<logs>/scoring/rate_as_people.{study}.log",
        run="<logs>/scoring/rate_as_people.{study}.json",
    benchmark:
        "<benchmarks>/scoring/rate_as_people.{study}.tsv"
    conda:
        "../envs/metrics.yaml"
    params:
        backend=model_backend(PEOPLE["model"]) or "none",
        code=signature("scoring.rate_as_people", "metrics"),
        model=model_entry(PEOPLE["model"]),
        sampling=canonical(PEOPLE["sampling"]),
        history=canonical(PEOPLE["history"]),
        max_failed=PEOPLE["max_failed"],
    message:
        "scoring: stand-ins for people ({wildcards.study})"
    shell:
        door(
            "scoring.rate_as_people --study {wildcards.study} --key {input.key:q} --sheet {input.sheet:q}"
            " --criteria {input.criteria:q} --prompt {input.prompt:q} --history {params.history:q}"
            " --model {params.model:q} --sampling {params.sampling:q} --max-failed {params.max_failed}"
            " --output {output.ratings:q}"
        )


rule check_raters:
    """Groups of raters, which must not overlap."""
    input:
        ratings=all_rating_files,
    output:
        groups="<results>/scoring/people/raters.csv",
    log:
        text="<logs>/scoring/check_raters.log",
        run="<logs>/scoring/check_raters.json",
    benchmark:
        "<benchmarks>/scoring/check_raters.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        code=signature("scoring.check_raters", "ingest"),
    message:
        "scoring: groups of raters"
    shell:
        door("scoring.check_raters --ratings {input.ratings:q} --output {output.groups:q}")


rule import_ratings:
    """Ratings of people or stand-ins, checked, with the systems behind them."""
    input:
        key=f"{STUDY}/key.jsonl",
        ratings=lambda w: rating_file(w.study),
        criteria=COMPARISON,
        checked="<results>/scoring/people/raters.csv",
    output:
        ratings=f"{STUDY}/ratings.csv",
    log:
        text="<logs>/scoring/import_ratings.{study}.log",
        run="<logs>/scoring/import_ratings.{study}.json",
    benchmark:
        "<benchmarks>/scoring/import_ratings.{study}.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        code=signature("scoring.import_ratings", "ingest"),
        systems=lambda w: PEOPLE[w.study]["systems"],
        raters=PEOPLE["raters"],
        group=lambda w: PEOPLE[w.study]["group"],
        people=lambda w: PEOPLE[w.study]["people"],
        per_item=lambda w: PEOPLE[w.study]["per_item"],
    message:
        "scoring: people's ratings ({wildcards.study})"
    shell:
        door(
            "scoring.import_ratings --study {wildcards.study} --systems {params.systems} --key {input.key:q}"
            " --ratings {input.ratings:q} --raters {params.raters} --criteria {input.criteria:q} --group {params.group}"
            " --people {params.people} --per-item {params.per_item} --checked {input.checked:q}"
            " --output {output.ratings:q}"
        )


rule sample_level_turns:
    """Real supporters' turns for people to give a level (config: scoring.levels.labels is human)."""
    input:
        dialogues=expand("<results>/corpora/esconv/{split}.jsonl", split=["train", "dev"]),
    output:
        texts="<results>/scoring/people/levels/b_level_texts.csv",
        sheet="<results>/scoring/people/levels/sheet.csv",
    log:
        text="<logs>/scoring/sample_level_turns.log",
        run="<logs>/scoring/sample_level_turns.json",
    benchmark:
        "<benchmarks>/scoring/sample_level_turns.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        code=signature("scoring.sample_level_turns", "ingest"),
        utterances=PEOPLE["levels"]["utterances"],
        group=PEOPLE["levels"]["group"],
        seed=C["seed"],
    message:
        "scoring: turns for people to give a level"
    shell:
        door(
            "scoring.sample_level_turns --dialogues {input.dialogues:q} --count {params.utterances}"
            " --group {params.group} --seed {params.seed} --texts {output.texts:q} --sheet {output.sheet:q}"
        )
