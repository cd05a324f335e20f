# Dumps -> filtered posts and comments -> threads with siblings -> splits (paper A, section 4, appendix B).
KEPT = C["reddit"]["filter"]


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


rule build_threads:
    """Alternating paths of poster and commenters, with siblings."""
    input:
        submissions=f"<results>/reddit/{MAIN_DUMP}/submissions.parquet",
        comments=f"<results>/reddit/{MAIN_DUMP}/comments.parquet",
    output:
        threads="<results>/reddit/threads.parquet",
        utterances="<results>/reddit/utterances.parquet",
    log:
        text="<logs>/reddit/build_threads.log",
        run="<logs>/reddit/build_threads.json",
    benchmark:
        "<benchmarks>/reddit/build_threads.tsv"
    conda:
        "../envs/ingest.yaml"
    resources:
        mem_mb=lambda w, attempt: 8000 * attempt,
    params:
        code=signature("reddit.build_threads", "ingest"),
        score=KEPT["comment"]["score"],
        reply_score=KEPT["comment"]["reply_score"],
        same=str(C["reddit"]["same_commenter"]).lower(),
        least=C["reddit"]["multi"]["least"],
        most=C["reddit"]["multi"]["most"],
        siblings=C["reddit"]["siblings"],
    message:
        "reddit: threads"
    shell:
        door(
            "reddit.build_threads --submissions {input.submissions:q} --comments {input.comments:q}"
            " --threads {output.threads:q} --utterances {output.utterances:q} --comment-score {params.score}"
            " --reply-score {params.reply_score} --same-commenter {params.same} --least {params.least}"
            " --most {params.most} --siblings {params.siblings}"
        )


rule select_threads:
    """Threads whose OP ends positive, with target values, split by submission (table 4)."""
    input:
        threads="<results>/reddit/threads.parquet",
        utterances="<results>/reddit/utterances.parquet",
        labels="<results>/labels/reddit.parquet",
        values=VALUES,
    output:
        expand("<results>/reddit/{setting}/{split}.jsonl", setting=["single", "multi"], split=SPLITS),
        report="<results>/reddit/select.json",
    log:
        text="<logs>/reddit/select_threads.log",
        run="<logs>/reddit/select_threads.json",
    benchmark:
        "<benchmarks>/reddit/select_threads.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        code=signature("reddit.select_threads", "ingest"),
        rule=C["positive"]["rule"],
        positive=C["positive"]["threshold"],
        threshold=C["labels"]["value_threshold"],
        top=C["targets"]["top"],
        sizes=canonical(C["reddit"]["splits"]),
        seed=C["seed"],
        folder=lambda w, output: os.path.dirname(output.report),
    message:
        "reddit: selected threads and splits"
    shell:
        door(
            "reddit.select_threads --threads {input.threads:q} --utterances {input.utterances:q}"
            " --labels {input.labels:q} --values {input.values:q} --positive-rule {params.rule}"
            " --positive-threshold {params.positive} --value-threshold {params.threshold} --top {params.top}"
            " --sizes {params.sizes:q} --seed {params.seed} --single {params.folder:q}/single"
            " --multi {params.folder:q}/multi --report {output.report:q}"
        )
