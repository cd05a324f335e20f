# Affirm: from raw dumps to every table of two papers. Start with README.md; rules live in rules/<stage>.smk, of large
# stages in rules/<stage>_<part>.smk.
from snakemake.utils import min_version

min_version("9.27")


configfile: "config.yaml"


include: "rules/common.smk"
include: "rules/jobs.smk"
include: "rules/signing.smk"
include: "rules/inputs.smk"
include: "rules/speaking.smk"
include: "rules/raters.smk"
include: "rules/measures.smk"
include: "rules/quoted.smk"
include: "rules/preferences.smk"
include: "rules/validating.smk"
include: "rules/judged.smk"
include: "rules/world.smk"
include: "rules/world_benchmarks.smk"
include: "rules/corpora.smk"
include: "rules/corpora_empathy.smk"
include: "rules/models.smk"
include: "rules/models_packaged.smk"
include: "rules/models_framed.smk"
include: "rules/reddit.smk"
include: "rules/reddit_ingest.smk"
include: "rules/labels.smk"
include: "rules/detector.smk"
include: "rules/detector_baselines.smk"
include: "rules/reference.smk"
include: "rules/reference_comments.smk"
include: "rules/personas.smk"
include: "rules/dialogues.smk"
include: "rules/dialogues_seekers.smk"
include: "rules/supporter.smk"
include: "rules/supporter_training.smk"
include: "rules/supporter_reliability.smk"
include: "rules/judging.smk"
include: "rules/judging_low_values.smk"
include: "rules/judging_intensity.smk"
include: "rules/judging_similarity.smk"
include: "rules/judging_comments.smk"
include: "rules/judging_experts.smk"
include: "rules/evad.smk"
include: "rules/evad_rating.smk"
include: "rules/eva.smk"
include: "rules/eva_responses.smk"
include: "rules/scoring.smk"
include: "rules/scoring_readers.smk"
include: "rules/scoring_people.smk"
include: "rules/benchmarks.smk"
include: "rules/batching.smk"
include: "rules/batches.smk"
include: "rules/rows.smk"
include: "rules/rows_eva.smk"
include: "rules/tables.smk"
include: "rules/tables_systems.smk"
include: "rules/tables_sets.smk"
include: "rules/tables_hard.smk"
include: "rules/tables_data.smk"
include: "rules/tables_static.smk"
include: "rules/tables_figures.smk"
include: "rules/tables_measures.smk"
include: "rules/tables_raters.smk"
include: "rules/tables_claims.smk"
include: "rules/tables_evad.smk"
include: "rules/tables_eva_static.smk"
include: "rules/tables_eva_people.smk"
include: "rules/tables_benchmarks.smk"
include: "rules/tables_eva_claims.smk"
include: "rules/tables_human.smk"
include: "rules/tables_eva.smk"
include: "rules/tables_eva_figures.smk"
include: "rules/tables_eva_examples.smk"
include: "rules/audit.smk"
include: "rules/audit_training.smk"
include: "rules/audit_similarity.smk"
include: "rules/audit_cost.smk"
include: "rules/audit_turns.smk"


name_params()
freeze_signatures()
warn_of_unrecorded()


localrules:
    all,
    paper_a,
    real_turns,
    rating_sheets,
    paper_b,
    headline,
    real_data,


rule paper_a:
    """Paper A's tables and figures."""
    input:
        expand(
            "<results>/table{number}.csv", number=[*range(1, 5), 6, 9, 10, 12, 14, *range(19, 25), 27, *range(33, 36)]
        ),
        expand("<results>/table{number}.csv", number=MEASURED),
        "<results>/claims_a.csv",
        "<results>/expert_notes.csv",
        "<results>/audit/persona_similarity.csv",
        "<results>/table3_hard.csv",
        expand("<results>/table{number}.md", number=PROMPTED),
        expand("<results>/figure{number}.svg", number=[1, 2, 3]),
        "<results>/reddit_funnel.csv",
        "<results>/reddit_funnel.svg",
        "<results>/detector/scores.json",
        "<results>/audit/reward_reliability.csv",
        "<results>/audit/turns.csv",
        "<results>/audit/reference_pairs.csv",
        [
            f"<results>/supporter/{variant}/pairs/{rollouts}/{point}/counts.json"
            for variant, points in C["select"]["points"].items()
            for rollouts in C["select"]["rollouts"][variant]
            for point in points
        ],


rule real_turns:
    """What paper B has without systems: vocabularies, prompts, preference data, scores of real supporters' turns."""
    input:
        EVA_STATIC,
        "<results>/scoring/people/levels/sheet.csv",
        "<results>/evad/pages/introduction.html",
        "<results>/evad/leaks.csv",
        expand("<results>/evad/pairs/{aligned}.jsonl", aligned=["train", "dev"]) if RANKED else [],
        expand("<results>/scoring/readers/{mechanism}.csv", mechanism=MECHANISMS),


rule rating_sheets:
    """Pages and sheets that people fill in for paper B, as far as they can be made now (docs/rating.md)."""
    input:
        sheets_to_fill(),


rule paper_b:
    """Paper B's tables and figures, and what its readers score, as far as there are rules for them."""
    input:
        rules.real_turns.input,
        rules.rating_sheets.input,
        OF_EVA_SYSTEMS if EVA_SEEDS else [],
        "<results>/eva/level_clf_metrics.csv" if EVA_SEEDS and LEVELLED else [],


rule all:
    """Everything that is built so far."""
    default_target: True
    input:
        rules.paper_a.input,
        rules.paper_b.input,
        "<results>/report.html",
        "<results>/report_all.html",


rule headline:
    """Both papers' main tables, the planted effects where there are any, the detector's F1 and the report on the way."""
    input:
        "<results>/table3.csv",
        "<results>/eva/table2.csv" if EVA_SEEDS else [],
        "<results>/detector/scores.json",
        "<results>/report.html",


rule real_data:
    """What real corpora and dumps at hand can show without a GPU or an endpoint (laptop)."""
    input:
        rules.real_turns.input,
        "<results>/figure2.svg",
        expand("<results>/table{number}.csv", number=[11, 24, 29, 33, 34]),
        "<results>/audit/corpora.csv",
        "<results>/audit/value_classifier.csv",
        "<results>/reddit_funnel.csv",
        "<results>/reddit_funnel.svg",
        "<results>/evad/leaks.csv",
