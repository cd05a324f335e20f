# Filtered posts and comments -> threads with siblings -> splits (paper A, section 4, appendix B).
KEPT = C["reddit"]["filter"]


rule build_threads:
    """Alternating paths of poster and commenters, with siblings."""
    input:
        submissions=f"<results>/reddit/{MAIN_DUMP}/submissions.parquet",
        comments=f"<results>/reddit/{MAIN_DUMP}/comments.parquet",
    output:
        threads="<results>/reddit/threads.parquet",
        utterances="<results>/reddit/utterances.parquet",
        report="<results>/reddit/threads.json",
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
            " --threads {output.threads:q} --utterances {output.utterances:q} --report {output.report:q}"
            " --comment-score {params.score} --reply-score {params.reply_score} --same-commenter {params.same}"
            " --least {params.least} --most {params.most} --siblings {params.siblings}"
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
    resources:
        mem_mb=lambda w, attempt: 8000 * attempt,
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
