"""What Snakemake would do now, job by job: the same decision as `snakemake -n`, as data.

`make why` (scripts/provenance/why.py) and the staleness tests read it. Nothing is run and nothing is written.
"""

import contextlib
import io
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Planned:
    """One job of the graph, up to date or not."""

    rule: str  # <stage>.<rule>; the bare name for aggregates, which run no script
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    command: str  # as printed: the front door and its arguments; "" for aggregates
    code: str  # <hash>@<environment file>
    sidecar: str
    gpus: int
    stale: bool
    own: tuple[str, ...]  # its own reasons: "missing", "incomplete", "inputs", "input set", "params", "code", "forced"
    updated: tuple[str, ...]  # input files (not made by a stale job) that changed
    reasons: str  # Snakemake's words


def plan(configfiles: list[str], targets: list[str], data_dir: str | None = None) -> list[Planned]:
    """Every job on the way to the targets (rules' names or files; empty: the default target), in graph order.

    Must run in the project's folder; evaluates the Snakefile in this process. Raises what Snakemake raises.
    """
    from snakemake.api import SnakemakeApi
    from snakemake.settings.types import (
        ConfigSettings,
        DAGSettings,
        OutputSettings,
        Quietness,
        RerunTrigger,
        ResourceSettings,
    )

    default = read_profile("profiles/default")
    triggers = frozenset(RerunTrigger.parse_choice(name) for name in default["rerun-triggers"])
    size = int(default["max-checksum-file-size"].removesuffix("MB")) * 1_000_000
    config = {"data_dir": data_dir} if data_dir else {}
    with contextlib.redirect_stdout(io.StringIO()), SnakemakeApi(OutputSettings(quiet={Quietness.ALL})) as api:
        workflow = api.workflow(
            ResourceSettings(cores=1),
            config_settings=ConfigSettings(config=config, configfiles=[Path(name) for name in configfiles]),
            snakefile=Path("Snakefile"),
        )
        graph = workflow.dag(
            DAGSettings(
                targets=frozenset(targets),
                rerun_triggers=triggers,
                max_checksum_file_size=size,
                force_incomplete=bool(default["rerun-incomplete"]),
            )
        )
        graph.execute_workflow(executor="dryrun")
        dag = workflow._workflow.dag
        return [_described(dag, job) for level in dag.toposorted() for job in sorted(level, key=_name)]


def configfiles_of(run: str) -> list[str]:
    """The overlays of a run: what its profile names; none for the paper's own config."""
    if run == "paper":
        return []
    named = read_profile(run)["configfile"]
    return [named] if isinstance(named, str) else named


def read_profile(folder: str) -> dict:
    import yaml

    return yaml.safe_load((Path(folder) / "profile.yaml").read_text(encoding="utf-8"))


def _name(job) -> tuple[str, str]:
    return job.rule.name, str(next(iter(job.output), ""))


def _described(dag, job) -> Planned:
    reason = dag.reason(job)
    command = job.shellcmd
    signed = command is not None
    stage = Path(str(job.rule.snakefile)).stem.partition("_")[0]  # rules/<stage>.smk or rules/<stage>_<part>.smk
    own = {
        "missing": bool(reason.missing_output),
        "incomplete": bool(reason.incomplete_output),
        "inputs": bool(reason.updated_input),
        "input set": bool(reason.input_changed),
        "params": bool(reason.params_changed),
        "code": bool(reason.code_changed),
        "forced": bool(reason.forced),
    }
    return Planned(
        rule=f"{stage}.{job.rule.name}" if signed else job.rule.name,
        inputs=tuple(sorted(map(str, job.input))),
        outputs=tuple(map(str, job.output)),
        command=command or "",
        code=str(job.params.get("code", "")) if signed else "",
        sidecar=str(job.log.get("run", "")) if signed else "",
        gpus=int(job.resources.get("gpu", 0)),
        stale=bool(dag.needrun(job)),
        own=tuple(name for name, holds in own.items() if holds),
        updated=tuple(sorted(map(str, reason.updated_input))),
        reasons=str(reason),
    )
