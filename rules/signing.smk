# Code signatures of rules, their params by name, and the plan that the jobs of this build are held to.
import hashlib
import inspect

from snakemake.io import apply_wildcards, is_callable

from scripts.provenance.accepted import accepted_codes, standing_in
from scripts.provenance.signature import save_cache, signature as code_of
from scripts.provenance.vouch import warning

# Signatures as the first Snakemake planned with: a cluster job evaluates the Snakefile anew, perhaps after an edit, and
# must be held to the plan it was submitted under.
PLAN = os.environ.get("AFFIRM_PLAN")
ACCEPTED = accepted_codes()
PLANNED = json.loads(Path(PLAN).read_text(encoding="utf-8")) if PLAN else {}


def signature(rule, environment):
    """`<hash>@<environment file>` of a rule's code; the door checks it when the job starts.

    A function of wildcards where resources/accepted.csv lets an older hash stand in for some of the rule's artifacts.
    """
    path = f"envs/{environment}.yaml"
    if f"{rule}@{path}" not in PLANNED:
        PLANNED[f"{rule}@{path}"] = f"{code_of(rule, path)}@{path}"
    code = PLANNED[f"{rule}@{path}"].partition("@")[0]

    def standing(wildcards):
        made = getattr(rules, rule.partition(".")[2]).output
        outputs = [apply_wildcards(str(name), dict(wildcards.items())) for name in made]
        return f"{standing_in(code, outputs) or code}@{path}"

    return standing if code in ACCEPTED else f"{code}@{path}"


def name_params():
    """Gives every rule a param that holds the others by name.

    Snakemake compares the values of params as a set, without their names: two that change places, or one that takes
    the value of another, would go unnoticed. Functions of inputs or outputs it does not compare at all, so this is one
    of wildcards.
    """
    for made in workflow.rules:
        if "code" in made.params.keys():
            order = [str(item) for item in made.input if not is_callable(item)]  # inputs are compared as a set, too
            made.set_params(named=named({"inputs": order, **dict(made.params.items())}))


def named(params):
    """A function of wildcards: canonical JSON of the params by name, of those that no input or output decides."""
    functions = {name: value for name, value in params.items() if callable(value)}
    plain = {name: value for name, value in params.items() if name not in functions}
    own = {name: value for name, value in functions.items() if len(inspect.signature(value).parameters) == 1}
    return lambda wildcards: canonical(plain | {name: value(wildcards) for name, value in own.items()})


def freeze_signatures():
    """Keeps the plan for the jobs of this build, and what was computed for the next start."""
    save_cache()
    if not PLAN:
        text = json.dumps(PLANNED, sort_keys=True)
        path = Path(".cache", "plans", hashlib.sha256(text.encode()).hexdigest()[:16] + ".json").absolute()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        os.environ.update(AFFIRM_PLAN=str(path))


def warn_of_unrecorded():
    """Names artifacts that are kept though nothing says how they were made (a copied results folder)."""
    if not PLAN and (said := warning(Path(C["pathvars"]["logs"]), code_of, Path(".snakemake", "metadata"))):
        print(said, file=sys.stderr)
