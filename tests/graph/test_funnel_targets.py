"""The Reddit funnel in the three runs: which dumps it is about, and what has to run for it."""

from tests.graph.leaves import config_of
from tests.graph.test_targets import asking, needed, reports, stages, trained
from tests.graph.tree import dry_run


def funnel(jobs: list, results: str) -> list:
    return needed(jobs, f"{results}/reddit_funnel.svg", f"{results}/reddit_funnel.md")


def test_in_the_demo_it_waits_for_threads_and_asks_no_model(demo_jobs):
    jobs = funnel(demo_jobs, "results/demo")
    (table,) = [job for job in jobs if job.rule == "tables.tabulate_reddit_funnel"]
    folder = "results/demo/reddit"
    assert set(table.inputs) == {
        *(f"{folder}/offmychest/{kind}.json" for kind in ("submissions", "comments")),
        *(f"{folder}/threads.json", f"{folder}/select.json"),
    }
    assert asking(jobs) == set() and not any("llama" in name or "adapter" in name for name in trained(jobs))
    assert {"world", "reddit", "labels", "tables"} <= stages(jobs)


def test_on_a_laptop_it_is_about_the_real_dumps_alone_and_builds_no_thread(scratch):
    dumps = config_of("laptop")["ingest_only"]
    for dump in dumps.values():
        (scratch / "resources/external" / dump["file"]).touch()
    jobs = dry_run(scratch, "--profile", "laptop", "results/laptop/reddit_funnel.svg")
    assert {job.rule for job in jobs} - {"reddit.draw_salt"} == {
        *("reddit.ingest_submissions", "reddit.ingest_comments"),
        *("tables.tabulate_reddit_funnel", "tables.plot_reddit_funnel"),
    }
    (table,) = [job for job in jobs if job.rule == "tables.tabulate_reddit_funnel"]
    assert set(table.inputs) == {f"results/laptop/reddit/{name}/{dump['kind']}.json" for name, dump in dumps.items()}
    told = [job.argv for job in jobs if job.rule.startswith("tables.")]
    assert all(argv[argv.index("--evidence") + 1] == "real" for argv in told)


def test_the_table_alone_draws_no_figure_and_the_figure_brings_the_table(demo_jobs):
    table = {job.rule for job in needed(demo_jobs, "results/demo/reddit_funnel.csv")}
    figure = {job.rule for job in needed(demo_jobs, "results/demo/reddit_funnel.svg")}
    assert figure - table == {"tables.plot_reddit_funnel"} and table < figure


def test_the_report_shows_table_and_figure(demo_jobs):
    report = reports(demo_jobs)["report.html"]
    assert {"results/demo/reddit_funnel.csv", "results/demo/reddit_funnel.svg"} <= set(report.inputs)
