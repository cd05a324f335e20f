# What a reviewer starts from: the report and the planted effects.
OFFLINE = any(entry.get("backend") == "offline" for entry in C["models"].values())
SHOWN = [f"<results>/table{number}.csv" for number in (1, 3, 4, 9, 10)] + ["<results>/figure2.svg"]
SHOWN += ["<results>/reddit_funnel.csv", "<results>/reddit_funnel.svg"]
SHOWN += ["<results>/training.svg"]
SHOWN += ["<results>/audit/accepted.csv", "<results>/audit/estimate.csv"]
SHOWN += ["<results>/audit/planted.csv"] if OFFLINE else []
SHOWN += ["<results>/audit/corpora.csv"] if C["datasets"]["esconv"]["from"] == "data_dir" else []  # facts of real files
SHOWN += ["<results>/audit/value_classifier.csv"] if C["models"]["values"]["source"] == "packaged" else []
# What report_all.html shows besides: what the way to table 3 does not pass.
FURTHER = [f"<results>/table{number}.csv" for number in (2, 6, 12, 14, *range(19, 25), 27, 33, 34, 35)]
FURTHER += [f"<results>/table{number}.csv" for number in MEASURED] + ["<results>/claims_a.csv"]
FURTHER += ["<results>/audit/reward_reliability.csv"]
FURTHER += ["<results>/audit/turns.csv", "<results>/audit/reference_pairs.csv"]
FURTHER += [f"<results>/table{number}.md" for number in PROMPTED] + ["<results>/figure1.svg", "<results>/figure3.svg"]
FURTHER += [f"<results>/{name}.csv" for name in ("expert_notes", "audit/persona_similarity", "table3_hard")]
SHOWN += ["<results>/eva/table2.csv"] if EVA_SEEDS else []
NOT_SHOWN = {
    *SHOWN,
    "<results>/eva/ngram_sweep.csv",
    "<results>/eva/figure9.html",
}  # a dialogue of ESConv is in the latter
FURTHER += [name for name in EVA_STATIC + (OF_EVA_SYSTEMS if EVA_SEEDS else []) if name not in NOT_SHOWN]
FURTHER += ["<results>/evad/leaks.csv"] + (["<results>/evad/agreement.csv"] if RANKED else [])
PAGES = {"report": SHOWN, "report_all": SHOWN + FURTHER}


localrules:
    build_report,
    tabulate_accepted,


# Of paper B one model, before and after alignment, and a hosted one.
ACQUIRED, AUDITED = (f"<results>/{{}}/esconv/mistral_{kind}_s{next(iter(EVA_SEEDS), 0)}" for kind in ("wo_ali", "eva"))
RESPONDED = (
    {
        "acquired_responses": ACQUIRED.format("eva/responses") + ".jsonl",
        "aligned_responses": AUDITED.format("eva/responses") + ".jsonl",
        "hosted_responses": "<results>/eva/responses/esconv/gpt35.jsonl",
        "evaevals": [f"{name.format('scoring')}/evaeval.csv" for name in (ACQUIRED, AUDITED)],
        "types": RESPONSE_TYPES,
    }
    if EVA_SEEDS
    else {}
)


rule tabulate_planted:
    """Effects planted in the offline world and what the instrument recovered."""
    input:
        **RESPONDED,
        world=WORLD,
        systems=expand("<results>/dialogues/{system}/test.jsonl", system=ROWS),
        teacher="<results>/dialogues/gpt/train.jsonl",
        votes=expand(
            f"<results>/judging/values/{REFERENCE_ROW}/{{system}}.jsonl",
            system=[name for name in ROWS if name != REFERENCE_ROW],
        ),
    output:
        table=report("<results>/audit/planted.csv", caption="../resources/captions/planted.rst", category="Audit"),
    log:
        text="<logs>/audit/tabulate_planted.log",
        run="<logs>/audit/tabulate_planted.json",
    benchmark:
        "<benchmarks>/audit/tabulate_planted.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        code=signature("audit.tabulate_planted", "ingest"),
        responded=lambda w, input: " ".join(
            f"--{name.replace('_', '-')} {shlex.join([input[name]] if isinstance(input[name], str) else input[name])}"
            for name in RESPONDED
        ),
        resamples=C["stats"]["resamples"],
        seed=C["stats"]["seed"],
    message:
        "audit: planted and recovered effects"
    shell:
        door(
            "audit.tabulate_planted --world {input.world:q} --dialogues {input.systems:q} --teacher {input.teacher:q}"
            " --votes {input.votes:q} {params.responded} --resamples {params.resamples} --seed {params.seed}"
            " --output {output.table:q}"
        )


rule tabulate_accepted:
    """Code changes that were accepted without a rebuild."""
    input:
        accepted="resources/accepted.csv",
    output:
        table=report("<results>/audit/accepted.csv", caption="../resources/captions/accepted.rst", category="Audit"),
    log:
        text="<logs>/audit/tabulate_accepted.log",
        run="<logs>/audit/tabulate_accepted.json",
    benchmark:
        "<benchmarks>/audit/tabulate_accepted.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        code=signature("audit.tabulate_accepted", "ingest"),
    message:
        "audit: accepted code changes"
    shell:
        door("audit.tabulate_accepted --accepted {input.accepted:q} --output {output.table:q}")


rule build_report:
    """Snakemake's report: tables, figures, captions, rule graph, run times; of the headline, or of all there is."""
    input:
        shown=lambda w: PAGES[w.page],
        captions=report_captions,
    output:
        page=f"<results>/{{page,{among(PAGES)}}}.html",
    log:
        text="<logs>/audit/build_report.{page}.log",
        run="<logs>/audit/build_report.{page}.json",
    benchmark:
        "<benchmarks>/audit/build_report.{page}.tsv"
    conda:
        "../envs/report.yaml"
    params:
        code=signature("audit.build_report", "report"),
        run=RUN,
        data_dir=C["data_dir"],
    message:
        "{wildcards.page}"
    shell:
        door(
            "audit.build_report --profile {params.run} --data-dir {params.data_dir:q} --targets {input.shown:q}"
            " --output {output.page:q}"
        )


rule tabulate_classifier:
    """F1 of the value classifier trained here, over its seeds, beside frozen embeddings and what knows nothing."""
    input:
        models=expand("<results>/models/packaged/values/{seed}", seed=VALUE_SEEDS),
        frozen="<results>/models/packaged/frozen_values",
    output:
        table=report(
            "<results>/audit/value_classifier.csv",
            caption="../resources/captions/value_classifier.rst",
            category="Audit",
        ),
    log:
        text="<logs>/audit/tabulate_classifier.log",
        run="<logs>/audit/tabulate_classifier.json",
    benchmark:
        "<benchmarks>/audit/tabulate_classifier.tsv"
    conda:
        "../envs/metrics.yaml"
    params:
        code=signature("audit.tabulate_classifier", "metrics"),
    message:
        "audit: value classifier"
    shell:
        door("audit.tabulate_classifier --models {input.models:q} --frozen {input.frozen:q} --output {output.table:q}")
