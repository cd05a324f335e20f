# Numbers that paper B's prose quotes.
localrules:
    tabulate_eva_claims,


rule tabulate_eva_claims:
    """Every number quoted by paper B beside the published one."""
    input:
        agreement="<results>/eva/agreement.csv",
        comfort="<results>/eva/prelim_comfort.csv",
        figure5="<results>/eva/figure5.csv",
        table7="<results>/eva/table7.csv",
        lock="requirements.lock",
        types=[f"<results>/scoring/esconv/{first_responder(name)}/types.csv" for name in TYPED if not waits(name)],
        levels=expand("<results>/scoring/levels/{split}.jsonl", split=SPLITS) if LEVELLED else [],
        classifier="<results>/scoring/readers/levels" if LEVELLED else [],
        esconv=expand("<results>/corpora/esconv/{split}.jsonl", split=SPLITS),
        empathetic=expand("<results>/corpora/empathetic/{split}.jsonl", split=SPLITS),
        evaeval=[
            f"<results>/scoring/{scored}/{name}/evaeval.csv"
            for key, scored in QUOTED_EVAEVAL.items()
            for name in responders(QUOTED_SYSTEM)
            if key not in UNQUOTABLE
        ],
        trained=[folder for key, folder in EVA_TIMED.items() if key not in UNQUOTABLE],
        published=PUBLISHED.format("b_inline"),
    output:
        table=report("<results>/eva/claims_b.csv", caption="../resources/captions/claims_b.rst", category="Paper B"),
        text=report("<results>/eva/claims_b.md", caption="../resources/captions/claims_b.rst", category="Paper B"),
    log:
        text="<logs>/tables/tabulate_eva_claims.log",
        run="<logs>/tables/tabulate_eva_claims.json",
    benchmark:
        "<benchmarks>/tables/tabulate_eva_claims.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        **TABLE_PARAMS,
        code=signature("tables.tabulate_eva_claims", "ingest"),
        settings=canonical(quoted_in_b()),
        waiting=canonical(UNQUOTABLE),
        typed=[name for name in TYPED if not waits(name)],
        scored=canonical([[name, len(EVA_SEEDS)] for name in QUOTED_EVAEVAL if name not in UNQUOTABLE]),
        trainings=[name for name in EVA_TIMED if name not in UNQUOTABLE],
        evad_raters=RATING["raters"],
    message:
        "claims: numbers quoted in the text of paper B"
    shell:
        door(
            "tables.tabulate_eva_claims --settings {params.settings:q} --agreement {input.agreement:q}"
            " --comfort {input.comfort:q} --figure5 {input.figure5:q} --table7 {input.table7:q} --lock {input.lock:q}"
            " --typed {params.typed} --types {input.types:q} --levels {input.levels:q}"
            " --classifier {input.classifier:q} --esconv-dialogues {input.esconv:q}"
            " --empathetic-dialogues {input.empathetic:q} --scored {params.scored:q} --evaeval {input.evaeval:q}"
            " --trainings {params.trainings} --trained {input.trained:q} --waiting {params.waiting:q}"
            " --evad-raters {params.evad_raters}",
            TABLE,
        )
