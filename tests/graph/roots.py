"""Which rules a config leaf is about, held by hand after the paper's method: the graph is compared with it."""

from fnmatch import fnmatchcase

SPEAKING = ("dialogues.simulate_dialogues", "dialogues.roll_out_alternatives")
ESTIMATE = "audit.estimate_cost"
SETTINGS = "tables.tabulate_table6"  # echoes every training's
LOW_VALUES = ("judging.rate_values", "judging.explain_low_values", "judging.assign_themes")
JUDGING = ("judging.judge_skills", "judging.judge_intensity", "judging.judge_values", *LOW_VALUES)
RESAMPLED = tuple(f"tables.tabulate_table{number}" for number in (2, 3, 5, 7, 8, 11, 13, 14, 20, 21, 22, 23, 29))
RATING = ("judging.ask_intensity", "judging.predict_intensity")
PAGES = ("evad.write_rating_pages", "evad.show_rating_pages")
IMITATING = ("dialogues.ask_seeker", "dialogues.imitate_seeker")
# Rules whose jobs a leaf is told to; the first pattern that fits counts. A word after a rule: only its jobs with it.
ROOTS: dict[str, tuple[str, ...]] = {
    "roles.situations": ("personas.write_situations", ESTIMATE),
    "roles.alignment": ("personas.rate_alignment", ESTIMATE),
    "roles.emotions": ("personas.label_emotions", ESTIMATE),
    "roles.demographics": ("personas.write_demographics", ESTIMATE),
    "roles.seeker": (*SPEAKING, "dialogues.ask_seeker", ESTIMATE),
    "roles.emotion_score": ("supporter.score_emotions", ESTIMATE),
    "roles.rephrase": ("dialogues.simulate_dialogues --rephrase-prompt", ESTIMATE),
    "roles.themes": (*LOW_VALUES, ESTIMATE),
    "roles.skills": ("judging.judge_skills", ESTIMATE),
    "roles.intensity": ("judging.judge_intensity", ESTIMATE),
    "roles.values": ("judging.judge_values", ESTIMATE),
    "sampling.situations.*": ("personas.write_situations",),
    "sampling.alignment.*": ("personas.rate_alignment",),
    "sampling.emotions.*": ("personas.label_emotions",),
    "sampling.demographics.*": ("personas.write_demographics",),
    "sampling.seeker.*": SPEAKING,
    "sampling.supporter.*": (*SPEAKING, "models.check_tiny_base"),
    "sampling.detector.*": ("detector.predict_values", *(f"{rule} --detector" for rule in SPEAKING)),
    "sampling.reference.*": (*(f"{rule} --reference-prompt" for rule in SPEAKING), "reference.write_comments"),
    "sampling.emotion_score.*": ("supporter.score_emotions",),
    "sampling.rephrase.*": ("dialogues.simulate_dialogues --rephrase-prompt",),
    "sampling.themes.*": LOW_VALUES,
    "sampling.skills.*": ("judging.judge_skills",),
    "sampling.intensity.*": ("judging.judge_intensity",),
    "sampling.values.*": ("judging.judge_values",),
    "models.llama.backend": (
        *("detector.predict_values", *SPEAKING),  # one environment a rule, so those that ask no model of ours as well
        *("detector.prompt_base", "reference.write_comments"),
        *("judging.predict_intensity intensity_models/llama", "dialogues.imitate_seeker seekers/llama"),
    ),
    **{  # one environment for all of paper B's speakers
        f"models.{model}.backend": ("eva.generate_responses",)
        for model in ("mistral", "qwen2", "llama3", "chatcounselor", "mechat", "emollm")
    },
    "models.emollama.backend": ("judging.predict_intensity intensity_models/emollama",),
    "models.esc_role.backend": ("dialogues.imitate_seeker seekers/esc_role",),
    "datasets.extes.*_share": ("corpora.normalise_extes",),
    "datasets.psych8k.*_share": ("corpora.normalise_psych8k",),
    "reddit.filter.post.*": ("reddit.ingest_submissions",),
    "reddit.filter.comment.score": ("reddit.build_threads",),  # ingest keeps what either of the two bounds lets through
    "reddit.filter.comment.reply_score": ("reddit.ingest_comments", "reddit.build_threads"),
    "reddit.filter.comment.*_words": ("reddit.ingest_comments",),
    "reddit.filter.max_bad": ("reddit.ingest_submissions", "reddit.ingest_comments"),
    "reddit.from": ("reddit.ingest_submissions", "reddit.ingest_comments"),
    "reddit.to": ("reddit.ingest_submissions", "reddit.ingest_comments"),
    "reddit.salt": ("reddit.draw_salt",),
    "reddit.same_commenter": ("reddit.build_threads",),
    "reddit.multi.*": ("reddit.build_threads",),
    "reddit.siblings": ("reddit.build_threads",),
    "reddit.splits.*.test": ("reddit.select_threads", ESTIMATE),
    "reddit.splits.*": ("reddit.select_threads",),
    "labels.value_threshold": (
        *("reddit.select_threads", "tables.plot_figure2", "tables.tabulate_table34"),
        *("models.train_tiny_values", "supporter.compute_rewards"),
    ),
    "positive.*": ("reddit.select_threads", "tables.plot_figure2", "tables.tabulate_table34"),
    "targets.top": (
        *SPEAKING,
        *("reddit.select_threads", "reference.build_reference_pairs", "detector.predict_values"),
        *("detector.ask_baseline", "detector.prompt_base", "tables.tabulate_table5"),
    ),
    "value_effects.*": ("tables.plot_figure2",),
    "detector.history.*": ("detector.build_detector_examples", "detector.ask_baseline", "detector.prompt_base"),
    "detector.lora.*": ("detector.train_detector", SETTINGS),
    "detector.train.*": ("detector.train_detector", SETTINGS),
    "reference.history.*": (
        *("reference.build_reference_sft", "reference.build_reference_pairs"),
        *("reference.write_comments", "judging.compare_comments"),
    ),
    "reference.single.sft.*": ("reference.train_reference_sft reference/single/", SETTINGS),
    "reference.single.dpo.*": ("reference.train_reference_dpo reference/single/", SETTINGS),
    "reference.multi.sft.*": ("reference.train_reference_sft reference/multi/", SETTINGS),
    "reference.multi.dpo.*": ("reference.train_reference_dpo reference/multi/", SETTINGS),
    "reference.dpo.sibling_requires_op_reply": ("reference.build_reference_pairs",),
    "personas.keep_from": ("personas.rate_alignment",),
    "personas.votes": ("personas.label_emotions", ESTIMATE),
    "personas.train": ("personas.assemble_personas", ESTIMATE),
    "personas.dev": ("personas.assemble_personas", ESTIMATE),
    "personas.test": ("personas.assemble_personas", ESTIMATE),
    "personas.example": ("personas.pick_example",),
    "personas.max_failed": tuple(
        f"personas.{name}" for name in ("write_situations", "rate_alignment", "label_emotions", "write_demographics")
    ),
    "personas.near": ("audit.compare_personas",),
    "personas.cells": ("personas.write_situations", ESTIMATE),
    "personas.*": ("personas.write_situations",),
    "dialogues.max_exchanges": SPEAKING,
    "dialogues.gratitude": SPEAKING,
    "dialogues.score": SPEAKING,
    "dialogues.history.*": (
        *SPEAKING,
        *(f"supporter.build_{what}" for what in ("supporter_sft", "baseline_sft", "preference_pairs")),
    ),
    "dialogues.max_failed": ("dialogues.simulate_dialogues",),
    "supporter.sft.*": ("supporter.train_supporter_sft", SETTINGS),
    "supporter.baselines.*": ("supporter.train_baseline", SETTINGS),
    "supporter.dpo.*": ("supporter.train_supporter_dpo", SETTINGS),
    "supporter.reward.compare": ("supporter.build_preference_pairs", "supporter.compare_rewards"),
    "supporter.reward.reliability_share": ("dialogues.roll_out_alternatives _second_", ESTIMATE),
    "supporter.emotion.samples": ("supporter.score_emotions", ESTIMATE),
    "supporter.emotion.*": ("supporter.score_emotions",),
    "judging.repeats": ("judging.judge_values", ESTIMATE),
    "judging.low_values.dialogues": ("judging.explain_low_values", ESTIMATE),
    "judging.low_values.themes": ("judging.assign_themes",),
    "judging.max_failed": (
        *(*JUDGING, "judging.compare_comments", "judging.rate_similarity", "judging.rate_as_experts"),
        "reference.write_comments",
    ),
    "stats.*": (
        *(*RESAMPLED, "tables.plot_figure2", "audit.tabulate_planted", "tables.tabulate_hard"),
        *("supporter.compare_rewards", "audit.tabulate_turns", "tables.plot_eva_figure4", "tables.tabulate_human"),
        "tables.tabulate_eva_systems",
        *("tables.tabulate_eva_comfort", "tables.tabulate_eva_table9", "tables.plot_eva_figure5"),
    ),
    "measures.baselines.sampling.*": ("detector.ask_baseline", "detector.prompt_base"),
    "measures.comments.judge": ("judging.compare_comments", ESTIMATE),
    "measures.comments.*": ("judging.compare_comments",),
    "measures.intensity.shots": ("judging.ask_intensity", ESTIMATE),
    "measures.intensity.lora.*": ("judging.train_intensity",),
    "measures.intensity.train.*": ("judging.train_intensity",),
    "measures.intensity.history.*": (*RATING, "judging.build_intensity_sft"),
    "measures.intensity.sampling.*": RATING,
    "measures.intensity.max_failed": RATING,
    "measures.experts.dialogues": ("judging.sample_dialogues", ESTIMATE),
    "measures.experts.people": ("judging.rate_as_experts", "tables.tabulate_table13", ESTIMATE),
    "measures.experts.notes": ("judging.summarise_notes",),
    "measures.experts.codes.*": ("judging.summarise_notes",),
    "measures.experts.model": ("judging.rate_as_experts", ESTIMATE),
    "measures.experts.sampling.*": ("judging.rate_as_experts",),
    "measures.simulators.lora.*": ("dialogues.train_seeker",),
    "measures.simulators.train.*": ("dialogues.train_seeker",),
    "measures.simulators.history.*": (*IMITATING, "dialogues.build_seeker_sft", "judging.rate_similarity"),
    "measures.simulators.sampling.*": IMITATING,
    "measures.simulators.max_failed": IMITATING,
    "measures.simulators.judge": ("judging.rate_similarity", ESTIMATE),
    "measures.simulators.judging.*": ("judging.rate_similarity",),
    "evad.items": ("evad.sample_items", ESTIMATE),
    "evad.history.*": ("evad.write_candidates", "evad.rank_as_raters"),
    "evad.writer": ("evad.write_candidates", ESTIMATE),
    "evad.sampling.*": ("evad.write_candidates",),
    "evad.max_failed": ("evad.write_candidates", "evad.rank_as_raters"),
    "evad.rating.folder": ("tables.tabulate_eva_table7",),
    "evad.rating.people": (*PAGES, "evad.rank_as_raters", "evad.import_rankings", ESTIMATE),
    "evad.rating.model": ("evad.rank_as_raters", ESTIMATE),
    "evad.rating.sampling.*": ("evad.rank_as_raters",),
    "evad.rating.raters": (),  # who rates decides which jobs there are: so for the next two
    "evad.rating.groups": (),  # a page a group
    "evad.rating.*": ("evad.vote_rankings",),
    "evad.pairs.*": ("evad.split_votes",),
    "eva.acq.train.*": ("eva.train_acq",),
    "eva.ali.*": ("eva.train_ali",),
    "eva.sampling.*": ("eva.generate_responses B-BASE", "eva.ask_responses"),
    "eva.reasoning.*": ("eva.generate_responses B-COT",),
    "eva.max_failed": ("eva.generate_responses", "eva.ask_responses"),
    "eva_human.model": ("scoring.rate_as_people", ESTIMATE),
    "eva_human.sampling.*": ("scoring.rate_as_people",),
    "eva_human.history.*": ("scoring.rate_as_people",),
    "eva_human.max_failed": ("scoring.rate_as_people",),
    "eva_human.comfort.file": ("tables.tabulate_eva_comfort",),
    "eva_human.pairwise.file": ("tables.plot_eva_figure5",),
    "eva_human.validity.file": ("tables.tabulate_eva_table9",),
    "eva_human.levels.*": ("scoring.sample_level_turns",),
    **{
        f"eva_human.{study}.{leaf}": rules
        for study in ("comfort", "pairwise", "validity")
        for leaf, rules in {
            "dialogues": (f"scoring.sample_rated {study}", ESTIMATE),
            "per_item": (f"scoring.sample_rated {study}", f"scoring.import_ratings {study}", ESTIMATE),
            "people": (f"scoring.sample_rated {study}", f"scoring.import_ratings {study}"),
            "group": (f"scoring.sample_rated {study}", f"scoring.import_ratings {study}"),
        }.items()
    },
    "eva_benchmarks.tasks": ("benchmarks.run_benchmarks", "world.write_benchmarks"),
    "eva_benchmarks.max_new_tokens": ("benchmarks.run_benchmarks",),
    "scoring.empathy.train.*": ("scoring.train_empathy", "scoring.check_empathy"),
    "scoring.empathy.*": ("scoring.check_empathy",),
    "scoring.levels.train.*": ("scoring.train_levels",),
    "scoring.levels.labels": (),
    "scoring.levels.*": ("scoring.collect_level_rows",),
    "scoring.evaeval.normalisation": ("scoring.score_eva", "tables.tabulate_eva_systems"),
    "scoring.phrases.repeated": ("tables.tabulate_human", "tables.plot_eva_repetition"),
    "scoring.phrases.thresholds": ("scoring.find_phrases", "tables.plot_eva_repetition"),
    "scoring.phrases.*": ("scoring.find_phrases", "tables.plot_eva_figure2"),
    "scoring.analysed": ("scoring.find_phrases", "scoring.count_types"),
    "world.effects": ("world.set_effects",),
    "world.posts": ("world.write_dumps",),
    "world.corpora.*": ("world.write_corpora",),
    "world.empathy.*": ("world.write_empathy",),
    "world.benchmarks": ("world.write_benchmarks",),
    "world.documents": ("world.write_pretraining",),
    "world.held_out": ("world.write_pretraining",),
    "world.labelled": ("world.write_labelled",),
    "tiny.chat.conversations": ("world.write_chats",),
    "tiny.chat.*": ("models.train_tiny_chat",),
    "tiny.base.least_parse": ("models.check_tiny_base",),
    "tiny.base.*": ("models.train_tiny_base",),
    "tiny.sentiment.*": ("models.train_tiny_sentiment",),
    "tiny.values.*": ("models.train_tiny_values",),
    "value_head.encoder_sha256": ("models.copy_encoder",),
    "value_head.*": ("models.train_value_head",),
    **{
        f"value_encoder.{name}": ("models.train_value_encoder",)
        for name in ("epochs", "batch_size", "learning_rate", "head_learning_rate", "share")
    },
}
# Of these, the leaves that the papers' prose quotes: claims_a.csv and eva/claims_b.csv echo them.
QUOTED = {
    *("reddit.from", "reddit.to", "dialogues.score", "dialogues.max_exchanges", "targets.top", "judging.repeats"),
    *(f"personas.{name}" for name in ("least", "most", "keep_from", "votes")),
    *("measures.experts.dialogues", "measures.experts.people", "supporter.emotion.samples"),
    *("judging.low_values.dialogues", "judging.low_values.themes"),
    *("detector.lora.rank", "detector.lora.alpha", "detector.train.learning_rate"),
    "reference.single.sft.train.epochs",
}
QUOTED_B = {
    *("evad.rating.people", "evad.rating.max_disagreeing"),
    *(f"scoring.phrases.{leaf}" for leaf in ("orders", "top", "repeated", "thresholds")),
    *(f"eva_human.{study}.{leaf}" for study in ("comfort", "pairwise", "validity") for leaf in ("dialogues", "people")),
    "eva_human.pairwise.per_item",
    *(
        f"eva.{stage}.train.{leaf}"
        for stage in ("acq", "ali")
        for leaf in ("epochs", "learning_rate", "effective_batch")
    ),
    *(f"eva.ali.lora.{leaf}" for leaf in ("rank", "alpha", "dropout")),
}
QUOTES = {"tables.tabulate_claims": QUOTED, "tables.tabulate_eva_claims": QUOTED_B}
# The only leaves that take no other value, each with its reason.
FIXED = {
    "points.*": "a point's name spells its values",
    "supporter.reward.require_positive": "one choice so far",
    "*.train.optimizer": "one choice so far",
    "detector.rank": "one choice so far",
    "eva.systems.mistral.variant": "table 12 has each variant of Mistral",
    "eva.systems.mistral_eva.variant": "the same",
    "models.llama.template": "paper A's roles speak from the checkpoint as it is",
    "supporter.sources.emotion.rollouts": "select.rollouts lists one",
    "systems.ours_*.form": "a system that is made of it tells strategies",
    "systems.dpo_gpt_h3_g1_t2.form": "a system that is made of it tells strategies",
    "systems.*.supporter": "its adapter belongs to the one local model",
    "systems.*.adapter": "a hosted model has none",
    "systems.*.reference": "plain systems take none",
}


def rules_told(name: str) -> tuple[str, ...]:
    """The rules of ROOTS for a leaf; none for a leaf that ROOTS leaves out."""
    found = next((rules for pattern, rules in ROOTS.items() if fnmatchcase(name, pattern)), ())
    quoting = [rule for rule, names in QUOTES.items() if name in names]
    return (*found, *quoting) if found else found


def fits(path: str, patterns: dict) -> bool:
    return any(fnmatchcase(path, pattern) for pattern in patterns)
