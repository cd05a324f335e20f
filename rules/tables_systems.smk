# The further tables that compare supporter systems (paper A, tables 2 and 20 to 23).


localrules:
    tabulate_table2,
    tabulate_table20,
    tabulate_table21,
    tabulate_table22,
    tabulate_table23,


rule tabulate_table2:
    """A prompted GPT with neither, either or both of target values and reference."""
    input:
        **rated(TABLE2),
        values=ratios_of(TABLE2),
        published=PUBLISHED.format("a_table02"),
    output:
        table=report("<results>/table2.csv", caption="../resources/captions/table2.rst", category="Paper A"),
        text=report("<results>/table2.md", caption="../resources/captions/table2.rst", category="Paper A"),
        stats="<results>/table2_stats.csv",
        agreement="<results>/table2_agreement.csv",
        completion="<results>/table2_completion.csv",
    log:
        text="<logs>/tables/tabulate_table2.log",
        run="<logs>/tables/tabulate_table2.json",
    benchmark:
        "<benchmarks>/tables/tabulate_table2.tsv"
    conda:
        "../envs/metrics.yaml"
    params:
        **TABLE_PARAMS,
        **compared(TABLE2),
        code=signature("tables.tabulate_table2", "metrics"),
    message:
        "table 2"
    shell:
        door("tables.tabulate_table2", COMPARED, RATED, PAIRED, TABLE)


rule tabulate_table20:
    """Every supporter, at every point of the reward grid, by skills and intensity."""
    input:
        **rated(TABLE20),
        published=PUBLISHED.format("a_table20"),
    output:
        table=report("<results>/table20.csv", caption="../resources/captions/table20.rst", category="Paper A"),
        text=report("<results>/table20.md", caption="../resources/captions/table20.rst", category="Paper A"),
        stats="<results>/table20_stats.csv",
        agreement="<results>/table20_agreement.csv",
        completion="<results>/table20_completion.csv",
    log:
        text="<logs>/tables/tabulate_table20.log",
        run="<logs>/tables/tabulate_table20.json",
    benchmark:
        "<benchmarks>/tables/tabulate_table20.tsv"
    conda:
        "../envs/metrics.yaml"
    params:
        **TABLE_PARAMS,
        **compared(TABLE20),
        code=signature("tables.tabulate_table20", "metrics"),
    message:
        "table 20"
    shell:
        door("tables.tabulate_table20", COMPARED, RATED, TABLE)


rule tabulate_table21:
    """ES-Value against three reference models."""
    input:
        dialogues=expand("<results>/dialogues/{system}/test.jsonl", system=rows_of(TABLE21)),
        values=ratios_of(TABLE21),
        published=PUBLISHED.format("a_table21"),
    output:
        table=report("<results>/table21.csv", caption="../resources/captions/table21.rst", category="Paper A"),
        text=report("<results>/table21.md", caption="../resources/captions/table21.rst", category="Paper A"),
        stats="<results>/table21_stats.csv",
        agreement="<results>/table21_agreement.csv",
        completion="<results>/table21_completion.csv",
    log:
        text="<logs>/tables/tabulate_table21.log",
        run="<logs>/tables/tabulate_table21.json",
    benchmark:
        "<benchmarks>/tables/tabulate_table21.tsv"
    conda:
        "../envs/metrics.yaml"
    params:
        **TABLE_PARAMS,
        **compared(TABLE21),
        code=signature("tables.tabulate_table21", "metrics"),
    message:
        "table 21"
    shell:
        door("tables.tabulate_table21", COMPARED, PAIRED, TABLE)


rule tabulate_table22:
    """Supporters with their self-disclosures removed, by skills and intensity."""
    input:
        **rated(TABLE22),
        published=PUBLISHED.format("a_table22"),
    output:
        table=report("<results>/table22.csv", caption="../resources/captions/table22.rst", category="Paper A"),
        text=report("<results>/table22.md", caption="../resources/captions/table22.rst", category="Paper A"),
        stats="<results>/table22_stats.csv",
        agreement="<results>/table22_agreement.csv",
        completion="<results>/table22_completion.csv",
    log:
        text="<logs>/tables/tabulate_table22.log",
        run="<logs>/tables/tabulate_table22.json",
    benchmark:
        "<benchmarks>/tables/tabulate_table22.tsv"
    conda:
        "../envs/metrics.yaml"
    params:
        **TABLE_PARAMS,
        **compared(TABLE22),
        code=signature("tables.tabulate_table22", "metrics"),
    message:
        "table 22"
    shell:
        door("tables.tabulate_table22", COMPARED, RATED, TABLE)


rule tabulate_table23:
    """ES-Value of these against the models as they are."""
    input:
        dialogues=expand("<results>/dialogues/{system}/test.jsonl", system=rows_of(TABLE23)),
        values=ratios_of(TABLE23),
        published=PUBLISHED.format("a_table23"),
    output:
        table=report("<results>/table23.csv", caption="../resources/captions/table23.rst", category="Paper A"),
        text=report("<results>/table23.md", caption="../resources/captions/table23.rst", category="Paper A"),
        stats="<results>/table23_stats.csv",
        agreement="<results>/table23_agreement.csv",
        completion="<results>/table23_completion.csv",
    log:
        text="<logs>/tables/tabulate_table23.log",
        run="<logs>/tables/tabulate_table23.json",
    benchmark:
        "<benchmarks>/tables/tabulate_table23.tsv"
    conda:
        "../envs/metrics.yaml"
    params:
        **TABLE_PARAMS,
        **compared(TABLE23),
        code=signature("tables.tabulate_table23", "metrics"),
    message:
        "table 23"
    shell:
        door("tables.tabulate_table23", COMPARED, PAIRED, TABLE)
