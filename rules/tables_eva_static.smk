# Paper B's tables that need no model run: levels, prompts, phrases.
EVA_PROMPTED = {  # a prompt table's title, how many of its templates the paper prints, and the templates
    "3": ("supporter", 1, ["B-BASE"]),
    "6": ("an utterance of each level", 4, [f"B-L{level}" for level in (1, 2, 3, 4)]),
}
EVA_LISTED = {"4": ["UV", "EP", "HC"], "5": ["SS", "SR"]}  # the types that a phrase table lists


localrules:
    tabulate_eva_table1,
    tabulate_eva_phrases,
    render_eva_prompts,


rule tabulate_eva_table1:
    """The levels of emotional validation."""
    input:
        levels=LEVELS,
        published=PUBLISHED.format("b_table01_labels"),
    output:
        table=report("<results>/eva/table1.csv", caption="../resources/captions/eva_table1.rst", category="Paper B"),
        text=report("<results>/eva/table1.md", caption="../resources/captions/eva_table1.rst", category="Paper B"),
    log:
        text="<logs>/tables/tabulate_eva_table1.log",
        run="<logs>/tables/tabulate_eva_table1.json",
    benchmark:
        "<benchmarks>/tables/tabulate_eva_table1.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        **CONFIGURED,
        code=signature("tables.tabulate_eva_table1", "ingest"),
    message:
        "table 1 of paper B"
    shell:
        door("tables.tabulate_eva_table1 --levels {input.levels:q}", TABLE)


rule tabulate_eva_phrases:
    """The phrases that tell a response's type."""
    input:
        types=RESPONSE_TYPES,
        published=PUBLISHED.format("b_table0{listed}"),
    output:
        table=report(
            f"<results>/eva/table{{listed,{among(EVA_LISTED)}}}.csv",
            caption="../resources/captions/eva_phrases.rst",
            category="Paper B",
        ),
        text=report(
            f"<results>/eva/table{{listed,{among(EVA_LISTED)}}}.md",
            caption="../resources/captions/eva_phrases.rst",
            category="Paper B",
        ),
    log:
        text="<logs>/tables/tabulate_eva_phrases.{listed}.log",
        run="<logs>/tables/tabulate_eva_phrases.{listed}.json",
    benchmark:
        "<benchmarks>/tables/tabulate_eva_phrases.{listed}.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        **CONFIGURED,
        code=signature("tables.tabulate_eva_phrases", "ingest"),
        listed=lambda w: EVA_LISTED[w.listed],
    message:
        "table {wildcards.listed} of paper B"
    shell:
        door(
            "tables.tabulate_eva_phrases --table {wildcards.listed} --select {params.listed} --types {input.types:q}",
            TABLE,
        )


rule render_eva_prompts:
    """A prompt table of paper B, from the templates in use."""
    input:
        prompts=lambda w: [prompt(name) for name in EVA_PROMPTED[w.prompted][2]],
    output:
        text=report(
            f"<results>/eva/table{{prompted,{among(EVA_PROMPTED)}}}.md",
            caption="../resources/captions/eva_prompts.rst",
            category="Paper B",
        ),
    log:
        text="<logs>/tables/render_eva_prompts.{prompted}.log",
        run="<logs>/tables/render_eva_prompts.{prompted}.json",
    benchmark:
        "<benchmarks>/tables/render_eva_prompts.{prompted}.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        code=signature("tables.render_eva_prompts", "ingest"),
        title=lambda w: EVA_PROMPTED[w.prompted][0],
        printed=lambda w: EVA_PROMPTED[w.prompted][1],
    message:
        "table {wildcards.prompted} of paper B"
    shell:
        door(
            "tables.render_eva_prompts --table {wildcards.prompted} --title {params.title:q} --printed {params.printed}"
            " --prompts {input.prompts:q} --output {output.text:q}"
        )
