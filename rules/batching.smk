# Rules that stand for others: what every rule of batches.smk is made of.
import time
from types import SimpleNamespace

from snakemake.io import is_callable, regex_from_filepattern

from scripts.provenance.steps import settings_of, steps_of

BATCHED = {name: getattr(rules, name) for name in C["operation"]["batch_api"]["steps"]}
BATCHES = f"{RESULTS}/batches"


def batch_marker(mode, path):
    """What the last command submitted or collected for an artifact."""
    return f"{BATCHES}/{mode}/{os.path.relpath(path, RESULTS)}.json"


def batch_command(name, mode):
    """The rule's command with another end: no record, and the artifact named as it is and not as an output."""
    words = BATCHED[name].rule.shellcmd.replace("--sidecar {log.run:q}", f"--batch {mode}")
    return words.replace("{output.", "{params.")


def batch_inputs_of(name):
    """The rule's inputs, those without a name and those by name."""
    made = BATCHED[name].input
    given = dict(made.items())
    return [path for path in made if all(path is not other for other in given.values())], given


def batch_artifacts(name):
    """The rule's outputs as params: patterns filled in by wildcards."""
    made = BATCHED[name].output
    return {key: lambda w, made=str(path): apply_wildcards(made, dict(w.items())) for key, path in made.items()}


def batch_markers(mode):
    """Of every artifact of a listed step whose inputs are there: what stands before it in the build comes first."""
    listed = [step.artifact for step in steps_of(settings_of(C), RESULTS) if step.rule.partition(".")[2] in BATCHED]
    return [batch_marker(mode, path) for path in listed if all(map(os.path.exists, batch_inputs(path)))]


def batch_inputs(artifact):
    """The files that the artifact's rule reads."""
    for made in BATCHED.values():
        found = re.fullmatch(regex_from_filepattern(str(made.output[0])), artifact)
        if found:
            return [name for path in made.input for name in batch_input(path, found.groupdict())]
    return []


def batch_input(path, found):
    """The files of one input; one that is a function of wildcards is asked."""
    if not is_callable(path):
        return [apply_wildcards(str(path), found)]
    told = path(SimpleNamespace(**found))
    return [name.replace("<results>", RESULTS) for name in ([told] if isinstance(told, str) else told)]


def add_batch_rule(step, mode):
    """Defines the rule; in a function, as Snakemake evaluates a shell command again when its job starts."""
    unnamed, inputs = batch_inputs_of(step)
    made = BATCHED[step]
    log = f"<logs>/batches/{mode}_{os.path.basename(str(made.rule.log.text))}"

    rule:
        """Sends or fetches the requests for one artifact."""
        name:
            f"{mode}_{step}"
        input:
            *unnamed,
            **inputs,
        output:
            marker=batch_marker(mode, str(made.output[0])),
        log:
            text=log,
        localrule: True
        conda:
            str(made.rule.conda_env)
        params:
            **{**dict(made.rule.params.items()), **batch_artifacts(step)},
            asked_at=time.time_ns(),  # each command looks anew
        message:
            f"batches: {mode} {step}"
        shell:
            batch_command(step, mode)
