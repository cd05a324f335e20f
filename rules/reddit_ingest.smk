# Dumps -> filtered, masked posts and comments, and the funnel's counts (paper A, section 4).


rule ingest_submissions:
    """Filtered, masked posts and the funnel's counts."""
    input:
        dump=lambda w: dump_file(w.dump, "submissions"),
    output:
        rows="<results>/reddit/{dump}/submissions.parquet",
        report="<results>/reddit/{dump}/submissions.json",
    log:
        text="<logs>/reddit/ingest_submissions.{dump}.log",
        run="<logs>/reddit/ingest_submissions.{dump}.json",
    benchmark:
        "<benchmarks>/reddit/ingest_submissions.{dump}.tsv"
    conda:
        "../envs/ingest.yaml"
    resources:
        mem_mb=lambda w, attempt: 4000 * attempt,
        runtime=lambda w, attempt: 240 * attempt,
    params:
        code=signature("reddit.ingest_submissions", "ingest"),
        first=lambda w: days(w.dump)["from"],
        last=lambda w: days(w.dump)["to"],
        score=KEPT["post"]["score"],
        ratio=KEPT["post"]["upvote_ratio"],
        absent=KEPT["post"]["missing_ratio"],
        adult=KEPT["post"]["adult"],
        least=KEPT["post"]["least_words"],
        most=KEPT["post"]["most_words"],
        max_bad=KEPT["max_bad"],
        salt=C["reddit"]["salt"],
    message:
        "reddit: posts of {wildcards.dump}"
    shell:
        door(
            "reddit.ingest_submissions --dump {input.dump:q} --output {output.rows:q} --report {output.report:q}"
            " --from {params.first} --to {params.last} --score {params.score} --upvote-ratio {params.ratio}"
            " --absent-upvote-ratio {params.absent} --over-18 {params.adult} --least-words {params.least}"
            " --most-words {params.most} --salt {params.salt:q} --max-bad {params.max_bad}"
        )


rule ingest_comments:
    """Filtered, masked comments and the funnel's counts."""
    input:
        dump=lambda w: dump_file(w.dump, "comments"),
    output:
        rows="<results>/reddit/{dump}/comments.parquet",
        report="<results>/reddit/{dump}/comments.json",
    log:
        text="<logs>/reddit/ingest_comments.{dump}.log",
        run="<logs>/reddit/ingest_comments.{dump}.json",
    benchmark:
        "<benchmarks>/reddit/ingest_comments.{dump}.tsv"
    conda:
        "../envs/ingest.yaml"
    resources:
        mem_mb=lambda w, attempt: 4000 * attempt,
        runtime=lambda w, attempt: 480 * attempt,
    params:
        code=signature("reddit.ingest_comments", "ingest"),
        first=lambda w: days(w.dump)["from"],
        last=lambda w: days(w.dump)["to"],
        score=min(KEPT["comment"]["score"], KEPT["comment"]["reply_score"]),
        least=KEPT["comment"]["least_words"],
        most=KEPT["comment"]["most_words"],
        max_bad=KEPT["max_bad"],
        salt=C["reddit"]["salt"],
    message:
        "reddit: comments of {wildcards.dump}"
    shell:
        door(
            "reddit.ingest_comments --dump {input.dump:q} --output {output.rows:q} --report {output.report:q}"
            " --from {params.first} --to {params.last} --score {params.score} --least-words {params.least}"
            " --most-words {params.most} --salt {params.salt:q} --max-bad {params.max_bad}"
        )
