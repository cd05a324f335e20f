# Dialogues for expert raters, stand-ins for these (paper A, section H, table 13), and the experts' notes (6.4.3).
localrules:
    summarise_notes,


rule sample_dialogues:
    """Dialogues of all systems for experts: the key, the sheet to fill in and the pages to read."""
    input:
        dialogues=expand("<results>/dialogues/{system}/test.jsonl", system=SAMPLED_SYSTEMS),
        criteria=CRITERIA,
    output:
        sample="<results>/judging/experts/sample.jsonl",
        sheet="<results>/judging/experts/sheet.csv",
        pages="<results>/judging/experts/dialogues.md",
    log:
        text="<logs>/judging/sample_dialogues.log",
        run="<logs>/judging/sample_dialogues.json",
    benchmark:
        "<benchmarks>/judging/sample_dialogues.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        code=signature("judging.sample_dialogues", "ingest"),
        systems=canonical(SAMPLED_SYSTEMS),
        sampled=EXPERTS["dialogues"],
        seed=C["seed"],
    message:
        "judging: dialogues for experts"
    shell:
        door(
            "judging.sample_dialogues --systems {params.systems:q} --dialogues {input.dialogues:q}"
            " --criteria {input.criteria:q} --count {params.sampled} --seed {params.seed} --output {output.sample:q}"
            " --sheet {output.sheet:q} --pages {output.pages:q}"
        )


rule rate_as_experts:
    """Ratings of a model in the experts' place (config: measures.experts.raters is llm)."""
    input:
        world_of(EXPERTS["model"]),
        sample="<results>/judging/experts/sample.jsonl",
        prompt=prompt("A-SKILL"),
        values_prompt=prompt("A-VAL1"),
        criteria=CRITERIA,
        values=VALUES,
    output:
        ratings="<results>/judging/experts/stand_ins.csv",
    log:
        text="<logs>/judging/rate_as_experts.log",
        run="<logs>/judging/rate_as_experts.json",
    benchmark:
        "<benchmarks>/judging/rate_as_experts.tsv"
    conda:
        "../envs/metrics.yaml"
    params:
        **judge_as(EXPERTS["model"], EXPERTS["sampling"]),
        code=signature("judging.rate_as_experts", "metrics"),
        people=EXPERTS["people"],
    message:
        "judging: stand-ins for experts"
    shell:
        door(
            "judging.rate_as_experts --sample {input.sample:q} --criteria {input.criteria:q} --values {input.values:q}"
            " --people {params.people} --prompt {input.prompt:q} --values-prompt {input.values_prompt:q} {params.judge}"
            " --output {output.ratings:q}"
        )


rule summarise_notes:
    """What the experts remark on the sampled dialogues, counted by code."""
    input:
        sample="<results>/judging/experts/sample.jsonl",
        notes=expert_notes(),
    output:
        table=report("<results>/expert_notes.csv", caption="../resources/captions/expert_notes.rst", category="Paper A"),
    log:
        text="<logs>/judging/summarise_notes.log",
        run="<logs>/judging/summarise_notes.json",
    benchmark:
        "<benchmarks>/judging/summarise_notes.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        code=signature("judging.summarise_notes", "ingest"),
        codes=canonical(EXPERTS["codes"]),
        systems=canonical(SAMPLED_SYSTEMS),
        file=EXPERTS["notes"],
        run=RUN,
    message:
        "judging: experts' notes"
    shell:
        door(
            "judging.summarise_notes --sample {input.sample:q} --codes {params.codes:q} --systems {params.systems:q}"
            " --notes {input.notes:q} --file {params.file:q} --run {params.run} --output {output.table:q}"
        )
