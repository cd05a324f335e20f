# Preference data for emotional validation: places, candidates of each level, rating pages (paper B, 4.1.2 and E).
localrules:
    sample_items,
    write_rating_pages,
    show_rating_pages,
    check_leaks,


rule sample_items:
    """Places in train and dev dialogues that get candidates."""
    input:
        train="<results>/corpora/esconv/train.jsonl",
        dev="<results>/corpora/esconv/dev.jsonl",
        test="<results>/corpora/esconv/test.jsonl",
    output:
        places="<results>/evad/items.jsonl",
    log:
        text="<logs>/evad/sample_items.log",
        run="<logs>/evad/sample_items.json",
    benchmark:
        "<benchmarks>/evad/sample_items.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        code=signature("evad.sample_items", "ingest"),
        drawn=EVAD["items"],
        groups=RATING["groups"],
        seed=C["seed"],
    message:
        "evad: places for candidates"
    shell:
        door(
            "evad.sample_items --train {input.train:q} --dev {input.dev:q} --test {input.test:q} --count {params.drawn}"
            " --groups {params.groups} --seed {params.seed} --output {output.places:q}"
        )


rule check_leaks:
    """Whether preference data, ours or the authors' public sample, hold test dialogues."""
    input:
        train="<results>/corpora/esconv/train.jsonl",
        dev="<results>/corpora/esconv/dev.jsonl",
        test="<results>/corpora/esconv/test.jsonl",
        places="<results>/evad/items.jsonl",
        sample=EVAD_SAMPLE if os.path.exists(EVAD_SAMPLE) else [],
    output:
        table=report("<results>/evad/leaks.csv", caption="../resources/captions/leaks.rst", category="Audit"),
    log:
        text="<logs>/evad/check_leaks.log",
        run="<logs>/evad/check_leaks.json",
    benchmark:
        "<benchmarks>/evad/check_leaks.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        code=signature("evad.check_leaks", "ingest"),
    message:
        "evad: test dialogues in preference data"
    shell:
        door(
            "evad.check_leaks --train {input.train:q} --dev {input.dev:q} --test {input.test:q} --items {input.places:q}"
            " --sample {input.sample:q} --output {output.table:q}"
        )


rule write_candidates:
    """A supporter utterance of each level for every place."""
    input:
        world_of(EVAD["writer"]),
        places="<results>/evad/items.jsonl",
        prompts=[prompt(f"B-L{level}") for level in (1, 2, 3, 4)],
        levels=LEVELS,
    output:
        candidates="<results>/evad/candidates.jsonl",
    log:
        text="<logs>/evad/write_candidates.log",
        run="<logs>/evad/write_candidates.json",
    benchmark:
        "<benchmarks>/evad/write_candidates.tsv"
    conda:
        "../envs/metrics.yaml"
    params:
        **evad_asked(EVAD["writer"], EVAD["sampling"]),
        code=signature("evad.write_candidates", "metrics"),
    message:
        "evad: candidates of each level"
    shell:
        door(
            "evad.write_candidates --items {input.places:q} --prompts {input.prompts:q} --levels {input.levels:q}"
            " {params.asked} --output {output.candidates:q}"
        )


rule write_rating_pages:
    """What raters read and where they rank: an introduction, and a page for each group."""
    input:
        **PAGE_INPUTS,
    output:
        introduction="<results>/evad/pages/introduction.html",
        pages=expand("<results>/evad/pages/group{group}.html", group=RATING_GROUPS),
    log:
        text="<logs>/evad/write_rating_pages.log",
        run="<logs>/evad/write_rating_pages.json",
    benchmark:
        "<benchmarks>/evad/write_rating_pages.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        code=signature("evad.write_rating_pages", "ingest"),
        people=RATING["people"],
        seed=C["seed"],
    message:
        "evad: rating pages"
    shell:
        door(
            "evad.write_rating_pages",
            PAGE_COMMAND,
            " --introduction {output.introduction:q} --pages {output.pages:q}",
        )


rule show_rating_pages:
    """Figures 8 and 9 of paper B: the introduction, and the ranking page with one place."""
    input:
        **PAGE_INPUTS,
    output:
        introduction=report(
            "<results>/eva/figure8.html", caption="../resources/captions/eva_figure8.rst", category="Paper B"
        ),
        page="<results>/eva/figure9.html",  # shows what a help-seeker wrote, so no report holds it
    log:
        text="<logs>/evad/show_rating_pages.log",
        run="<logs>/evad/show_rating_pages.json",
    benchmark:
        "<benchmarks>/evad/show_rating_pages.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        code=signature("evad.show_rating_pages", "ingest"),
        people=RATING["people"],
        groups=RATING["groups"],
        seed=C["seed"],
    message:
        "figures 8 and 9 of paper B"
    shell:
        door(
            "evad.show_rating_pages",
            PAGE_COMMAND,
            " --groups {params.groups} --figure8 {output.introduction:q} --figure9 {output.page:q}",
        )
