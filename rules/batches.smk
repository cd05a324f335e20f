# Batch mode: what a listed step would ask, submitted to the service and collected (docs/batch.md, config:
# operation.batch_api). Each of these rules runs the script of the rule it stands for with that rule's own command, which
# the front door then ends before an artifact is written. No rule reads what they make, so batches make nothing stale.
for step in BATCHED:
    for mode in ("submit", "collect"):
        add_batch_rule(step, mode)


localrules:
    submit_batches,
    collect_batches,


rule submit_batches:
    """Submits what the journals of the listed steps lack."""
    input:
        batch_markers("submit"),


rule collect_batches:
    """Waits for the answers to what was submitted."""
    input:
        batch_markers("collect"),
