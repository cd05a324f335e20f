"""The front door: `python -m scripts [--log F] [--sidecar F] [--code S] [--in P…] [--out P…] -- <stage>.<rule> …`.

Runs the rule's `main(argv)` with logging set up, refuses code other than the graph was planned with, prints errors
a user can mend without a traceback (it goes to the log), and writes the sidecar. With AFFIRM_WARM set it hands the
job to a parent that has the heavy libraries loaded (scripts/provenance/warm.py); the bytes are the same.
"""

import os
import sys


def main(argv: list[str]) -> int:
    socket_path = os.environ.get("AFFIRM_WARM")
    if socket_path:
        from scripts.provenance.warm import hand_over

        code = hand_over(socket_path, argv)
        if code is not None:
            return code
    return run_job(argv)


def run_job(argv: list[str]) -> int:
    """Exit code of the job: 0, 2 for a Problem, 3 for changed code, 1 for a crash, 128 + n for a signal."""
    import importlib
    import logging
    import signal
    import traceback

    from scripts.provenance.errors import Problem
    from scripts.provenance.sidecar import Sidecar
    from scripts.provenance.signature import signature

    options, (rule, *rest) = _parse(argv)
    _set_up_logging(options.log)
    log = logging.getLogger(f"scripts.{rule}")
    log.info("%s %s", rule, " ".join(without_secrets(rest)))
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    sidecar = Sidecar(options.sidecar, rule, without_secrets(rest), options.code)

    def planned() -> bool:
        code, _, environment = (options.code or "").partition("@")
        return not code or signature(rule, environment or None) == code

    def tell(message: str) -> None:
        print(f"{rule.split('.')[-1]}: {message}", file=sys.stderr)
        log.debug("%s", message)

    try:
        sidecar.note_inputs(options.inputs)
        if not planned():
            tell("its code changed after the build was planned. Run the same command again.")
            return sidecar.finish("code_changed", 3, [])
        importlib.import_module(f"scripts.{rule}").main(rest)
    except Problem as problem:
        log.debug("%s", traceback.format_exc())
        tell(str(problem))
        return sidecar.finish("problem", 2, options.outputs)
    except FileNotFoundError as error:
        log.debug("%s", traceback.format_exc())
        tell(f"{error.filename or error} is missing. Look at the path, or build what makes it first.")
        return sidecar.finish("problem", 2, options.outputs)
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
        return sidecar.finish("ok" if code == 0 else "stopped", code, options.outputs)
    except KeyboardInterrupt:
        return sidecar.finish("interrupted", 130, options.outputs)
    except BaseException:
        log.debug("%s", traceback.format_exc())
        traceback.print_exc()
        return sidecar.finish("crashed", 1, options.outputs)
    return sidecar.finish("ok", 0, options.outputs)


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

    handlers: list[logging.Handler] = []
    if path:
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        handlers.append(logging.FileHandler(path, mode="w", encoding="utf-8"))
    else:
        handlers.append(logging.StreamHandler(sys.stderr))
    logging.basicConfig(
        level=logging.INFO, handlers=handlers, force=True, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("scripts").setLevel(logging.DEBUG if path else logging.INFO)
    for chatty in ("httpx2", "httpcore2", "openai"):
        logging.getLogger(chatty).setLevel(logging.WARNING)  # a line a request would bury the rest
    logging.captureWarnings(True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
