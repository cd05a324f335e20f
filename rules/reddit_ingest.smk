# Dumps -> filtered, masked posts and comments, and the funnel's counts (paper A, section 4).
DRAWN = C["reddit"]["salt"] is None
SALT = C["reddit"]["salt_file"] if DRAWN else "<results>/reddit/salt.txt"


# No rule makes a drawn salt that lies there: whatever is forced, edited or fails, it stays what it is.
if not (DRAWN and os.path.exists(SALT)):

    rule draw_salt:
        """The salt of author numbers: drawn once on this machine, or a public text."""
        output:
            salt=update(SALT) if DRAWN else SALT,
        log:
            text="<logs>/reddit/draw_salt.log",
            run="<logs>/reddit/draw_salt.json",
        benchmark:
            "<benchmarks>/reddit/draw_salt.tsv"
        conda:
            "../envs/ingest.yaml"
        params:
            code=signature("reddit.draw_salt", "ingest"),
            salt=shlex.quote(C["reddit"]["salt"] or ""),
        message:
            "reddit: salt of author numbers"
        shell:
            door("reddit.draw_salt --salt {params.salt} --output {output.salt:q}")


rule check_dump:
    """A dump held to the size and sha256 that the registry knows."""
    input:
        dump=lambda w: dump_file(w.dump, w.kind),
    output:
        gate="<results>/reddit/{dump}/{kind}_gate.json",
    log:
        text="<logs>/reddit/check_dump.{dump}.{kind}.log",
        run="<logs>/reddit/check_dump.{dump}.{kind}.json",
    benchmark:
        "<benchmarks>/reddit/check_dump.{dump}.{kind}.tsv"
    wildcard_constraints:
        dump=MAIN_DUMP,
        kind="submissions|comments",
    conda:
        "../envs/ingest.yaml"
    params:
        code=signature("reddit.check_dump", "ingest"),
        bytes=lambda w: DATASETS[f"reddit_{w.kind}"]["bytes"],
        sha256=lambda w: DATASETS[f"reddit_{w.kind}"]["sha256"],
    message:
        "reddit: dump of {wildcards.kind}"
    shell:
        door(
            "reddit.check_dump --dump {input.dump:q} --bytes={params.bytes:q} --sha256={params.sha256:q}"
            " --output {output.gate:q}"
        )


rule ingest_submissions:
    """Filtered, masked posts and the funnel's counts."""
    input:
        dump=lambda w: dump_file(w.dump, "submissions"),
        gate=lambda w: dump_gate(w.dump, "submissions"),
        salt=SALT,
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
    message:
        "reddit: posts of {wildcards.dump}"
    shell:
        door(
            "reddit.ingest_submissions --dump {input.dump:q} --output {output.rows:q} --report {output.report:q}"
            " --from {params.first} --to {params.last} --score {params.score} --upvote-ratio {params.ratio}"
            " --absent-upvote-ratio {params.absent} --over-18 {params.adult} --least-words {params.least}"
            " --most-words {params.most} --salt-file {input.salt:q} --max-bad {params.max_bad}"
        )


rule ingest_comments:
    """Filtered, masked comments and the funnel's counts."""
    input:
        dump=lambda w: dump_file(w.dump, "comments"),
        gate=lambda w: dump_gate(w.dump, "comments"),
        salt=SALT,
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
    message:
        "reddit: comments of {wildcards.dump}"
    shell:
        door(
            "reddit.ingest_comments --dump {input.dump:q} --output {output.rows:q} --report {output.report:q}"
            " --from {params.first} --to {params.last} --score {params.score} --least-words {params.least}"
            " --most-words {params.most} --salt-file {input.salt:q} --max-bad {params.max_bad}"
        )
