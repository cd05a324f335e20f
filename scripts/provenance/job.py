"""One job behind the front door: checked against the plan, confined to what it declares, kept, recorded."""

import importlib
import json
import logging
import os
import shutil
import signal
import sys
import tempfile
import traceback
from collections import ChainMap
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from scripts.provenance import keep, reads
from scripts.provenance.accepted import standing_in
from scripts.provenance.drafts import draft_folder_of, make, make_folder, spill_folder_of, wait_until_alone
from scripts.provenance.errors import Problem, disk_full
from scripts.provenance.sandbox import confine, readable_code, refused, shown, undeclared
from scripts.provenance.sidecar import Sidecar, tree_sha256
from scripts.provenance.signature import BACKENDS, backend_code, forget, parts, signature

# Runs Snakemake, which reads the whole graph; its own inputs are declared all the same.
UNCONFINED = {"audit.build_report"}
UNDECLARED = "{} is read without being declared. Make it an input of the rule, or do not read it."
CHANGED = "its code changed after the build was planned. Run the same command again."
FULL = "the disk is full. Free some space and run the same command again: what is finished stays."


class Job:
    """`run()` gives the exit code: 0, 2 for a Problem, 3 for changed code, 1 for a crash, 128 + n for a signal."""

    def __init__(self, rule: str, words: list[str], recorded: list[str], options):
        self.rule, self.words, self.options = rule, words, options
        self.log = logging.getLogger(f"scripts.{rule}")
        self.code, _, self.environment = (options.code or "").partition("@")
        self.outputs: list[str] = options.outputs
        self.drafts = [str(draft_folder_of(name)) for name in self.outputs]
        self.protected = json.loads(os.environ.get("AFFIRM_PROTECTED") or "[]")
        self.operation = json.loads(os.environ.get("AFFIRM_OPERATION") or "{}")
        self.readable: list[str] = []
        # A thread from before the confinement stays outside it: it hashes, keeps and records; its reads do not count.
        self.outside = ThreadPoolExecutor(1)
        self.sidecar = self.outside.submit(Sidecar, options.sidecar, rule, recorded, options.code).result()
        self.sidecar.record["sandbox"] = "off"
        self.seen = reads.record()

    def run(self) -> int:
        signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
        self.alone = False
        try:
            status, code = self._guarded()
        finally:
            for folder in self.drafts if self.alone else []:  # else they are another job's
                shutil.rmtree(folder, ignore_errors=True)
        return self.outside.submit(self._finish, status, code).result()

    def _guarded(self) -> tuple[str, int]:
        try:
            self.lock = wait_until_alone(self.outputs)
            self.alone = True
            self.outside.submit(self._prepare).result()
            if not self.outside.submit(self._as_planned).result():
                self._tell(CHANGED)
                return "code_changed", 3
            if self.outside.submit(self._republished).result():
                return "ok", 0
            self._confine()
            self._main()
            if not self.outside.submit(self._as_planned).result():
                self._tell(CHANGED)
                return "code_changed", 3
            if name := self.outside.submit(self.sidecar.changed_input).result():
                self._tell(f"{name} changed while it was read. Run the same command again.")
                return "input_changed", 3
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
            return ("ok" if code == 0 else "stopped"), code
        except KeyboardInterrupt:
            return "interrupted", 130
        except BaseException as error:
            return self._failed(error)
        return "ok", 0

    def _main(self) -> None:
        main = importlib.import_module(f"scripts.{self.rule}").main
        if self.options.batch:  # by a name that closures do not follow: the door's is every job's
            importlib.import_module("scripts.llm.batch").instead(self.options.batch, self.outputs[0], main, self.words)
        else:
            main(self.words)

    def _failed(self, error: BaseException) -> tuple[str, int]:
        self.log.debug("%s", traceback.format_exc())
        if self.readable and (name := refused(error, self.protected, self.readable)):
            self._tell(UNDECLARED.format(name))
            return "undeclared_read", 2
        if isinstance(error, Problem):
            self._tell(str(error))
            return "problem", 2
        if disk_full(error):
            self._tell(FULL)
            return "problem", 2
        if isinstance(error, FileNotFoundError):
            self._tell(f"{error.filename or error} is missing. Look at the path, or build what makes it first.")
            return "problem", 2
        traceback.print_exc()
        return "crashed", 1

    def _prepare(self) -> None:
        script = f"scripts/{self.rule.replace('.', '/')}.py"
        asked = [name for name in BACKENDS if any(f'"backend": "{name}"' in word for word in self.words)]
        self.sidecar.record["backends"] = {name: backend_code(name) for name in asked}
        answering = [parts(BACKENDS[name], None) for name in asked]
        self.sidecar.record["parts"] = dict(ChainMap(parts(script, self.environment or None), *answering))
        for name, found in self.sidecar.note_environment(self.environment).items():
            self.log.warning("environment: %s is %s in %s", name, found, self.environment)
        self.sidecar.note_inputs(self.options.inputs)

    def _as_planned(self) -> bool:
        """Whether the code on disk is what the graph was planned with, or accepted in its place."""
        forget()
        now = self.sidecar.record["ran"] = signature(self.rule, self.environment or None)
        return not self.code or self.code in (now, standing_in(now, self.outputs))

    def _republished(self) -> bool:
        os.environ.pop("AFFIRM_PROGRESS", None)
        if not self.options.keep:
            return False
        self.key = keep.key_of(self.sidecar.record, self.outputs)
        os.environ["AFFIRM_PROGRESS"] = str(keep.unfinished(self.key, self.outputs))
        if not keep.republish(self.key, self.outputs, tree_sha256):
            return False
        self.log.info("published again from %s: nothing was trained or asked", keep.folder() / self.key)
        self.sidecar.record["kept"] = self.key
        return True

    def _confine(self) -> None:
        self.drafts += sorted({str(spill_folder_of(name)) for name in self.outputs} - set(self.drafts))
        for folder in map(Path, self.drafts):
            shutil.rmtree(folder, ignore_errors=True)
            make_folder(folder)
        if not self.operation.get("sandbox") or self.rule in UNCONFINED or not self.protected:
            return
        journal = os.environ.get("AFFIRM_JOURNAL") or "journal"
        for folder in (journal, keep.folder()):
            make(Path(folder))
        if self.drafts:  # what appears in another folder once the job is confined may be out of its reach
            os.environ["TMPDIR"], tempfile.tempdir = os.path.abspath(self.drafts[0]), None
        own = [*self.options.inputs, *self.drafts, journal, str(keep.folder())]
        self.readable = own + readable_code(f"scripts/{self.rule.replace('.', '/')}.py")
        enforced = confine(self.protected, self.readable)
        self.sidecar.record["sandbox"] = "enforced" if enforced else "recorded only"
        if not enforced:
            self.readable = []
            self.log.warning("sandbox: this kernel has no Landlock; reads are recorded and nothing is enforced")

    def _finish(self, status: str, code: int) -> int:
        self.sidecar.record["reads"] = reads.below(self.seen, self.protected)
        if code == 0 and self.readable and (hidden := self._undeclared()):
            self._tell(UNDECLARED.format(hidden))
            status, code = "undeclared_read", 2
        digests = self.sidecar.note_outputs(self.outputs)
        if code == 0 and self.options.keep and "kept" not in self.sidecar.record and len(digests) == len(self.outputs):
            newest = int(self.operation.get("kept_checkpoints", 0))
            keep.store(self.key, self.outputs, [digests[name] for name in self.outputs], newest)
        done = self.sidecar.finish(status, code)
        if status in ("ok", "code_changed", "input_changed") and "AFFIRM_PROGRESS" in os.environ:
            keep.drop_unfinished(Path(os.environ["AFFIRM_PROGRESS"]))  # finished, or learnt from something else
        return done

    def _undeclared(self) -> str | None:
        """A file whose refused read a library has kept to itself."""
        roots, opened = ([os.path.realpath(name) for name in names] for names in (self.protected, self.readable))
        return next((shown(name) for name in sorted(self.seen) if undeclared(name, roots, opened)), None)

    def _tell(self, message: str) -> None:
        sys.stderr.write(f"{self.rule.split('.')[-1]}: {message}\n")  # at once: other jobs write here too
        sys.stderr.flush()
        self.log.debug("%s", message)
