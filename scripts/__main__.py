"""The front door: `python -m scripts [--log F] [--sidecar F] [--code S] [--in P…] [--out P…] -- <stage>.<rule> …`.

Runs the rule's `main(argv)` with logging set up, refuses code other than the graph was planned with, prints errors
a user can mend without a traceback (it goes to the log), and writes the sidecar (scripts/provenance/job.py). With
AFFIRM_WARM set it hands the job to a parent that has the heavy libraries loaded (scripts/provenance/warm.py); the
bytes are the same.
"""

import os
import sys


def main(argv: list[str]) -> int:
    if sys.platform == "linux" and "AFFIRM_PLAN" in os.environ:
        # Started by Snakemake, which may be killed: a job that outlived it would write beside its successor.
        from scripts.provenance.parent import die_with

        die_with(os.getppid())
    socket_path = os.environ.get("AFFIRM_WARM")
    if socket_path:
        from scripts.provenance.warm import hand_over

        code = hand_over(socket_path, argv)
        if code is not None:
            return code
    return run_job(argv)


def run_job(argv: list[str]) -> int:
    """Exit code of the job: 0, 2 for a Problem, 3 for changed code, 1 for a crash, 128 + n for a signal."""
    import logging

    from scripts.provenance.errors import disk_full
    from scripts.provenance.job import FULL, Job

    options, (rule, *words) = _parse(argv)
    _set_up_logging(options.log)
    recorded = without_secrets(words)
    logging.getLogger(f"scripts.{rule}").info("%s %s", rule, " ".join(recorded))
    try:
        return Job(rule, words, recorded, options).run()
    except OSError as error:  # there is no room for the record either
        if not disk_full(error):
            raise
        print(f"{rule.split('.')[-1]}: {FULL}", file=sys.stderr)
        return 2


SECRETS = ("--salt",)  # options whose value stays out of logs and sidecars


def without_secrets(words: list[str]) -> list[str]:
    """The command with a digest in place of a secret, so that a changed one still shows."""
    import hashlib

    return [
        "sha256:" + hashlib.sha256(word.encode()).hexdigest()[:12] if before in SECRETS else word
        for before, word in zip(["", *words], words, strict=False)
    ]


def _parse(argv: list[str]):
    import argparse

    cut = argv.index("--") if "--" in argv else 0
    parser = argparse.ArgumentParser(prog="python -m scripts", allow_abbrev=False, description=__doc__)
    parser.add_argument("--log", help="log file (besides stderr)")
    parser.add_argument("--sidecar", help="record of the job (JSON)")
    parser.add_argument("--code", help="signature the graph was planned with, <hash>@<environment file>")
    parser.add_argument("--keep", action="store_true", help="publish again what an equal job finished before")
    parser.add_argument("--batch", choices=("submit", "collect"), help="send or fetch the step's requests; no artifact")
    parser.add_argument("--in", dest="inputs", nargs="*", default=[])
    parser.add_argument("--out", dest="outputs", nargs="*", default=[])
    options = parser.parse_args(argv[:cut])
    command = argv[cut + 1 :] if cut or argv[:1] == ["--"] else argv
    if not command or command[0].startswith("-"):
        parser.error("name a rule: python -m scripts -- <stage>.<rule> --option …")
    if not os.path.isfile(os.path.join("scripts", *command[0].split(".")) + ".py"):
        parser.error(f"no rule {command[0]}; a rule is named <stage>.<rule>, as its script scripts/<stage>/<rule>.py")
    return options, command


def _set_up_logging(path: str | None) -> None:
    import logging

    from scripts.provenance.errors import disk_full

    if path:
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        handler: logging.Handler = logging.FileHandler(path, mode="w", encoding="utf-8")
    else:
        handler = logging.StreamHandler(sys.stderr)
    told = handler.handleError
    handler.handleError = lambda record: None if disk_full(sys.exc_info()[1]) else told(record)  # the job will tell
    logging.basicConfig(
        level=logging.INFO, handlers=[handler], force=True, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("scripts").setLevel(logging.DEBUG if path else logging.INFO)
    for chatty in ("httpx2", "httpcore2", "openai"):
        logging.getLogger(chatty).setLevel(logging.WARNING)  # a line a request would bury the rest
    logging.captureWarnings(True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
