"""The one sum of a journal root: what its journals hold, and what running jobs may still spend.

`<root>/budget.json` is read and written under a lock, `<root>/budget.lock` (flock): between the machines of a cluster
it works where the file system carries it (NFS 4, NFS 3 with lockd, Lustre with -o flock). Where it fails, a budget is
refused.
"""

import fcntl
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from scripts.llm.batch_state import promised
from scripts.llm.below import files_below
from scripts.llm.prices import Prices
from scripts.llm.spent import Group, Used, usd_of, used_in
from scripts.provenance.errors import Problem

LAPSE_SECONDS = 7200.0  # of silence, after which a job on another machine counts as gone
Sums = dict[Group, Used]


class State:
    """What `budget.json` holds: each journal as it was last read, and the rooms of jobs by host, process and model."""

    def __init__(self, journals: dict[str, dict], rooms: dict[str, dict]):
        self.journals, self.rooms = journals, {name: room for name, room in rooms.items() if _alive(name, room)}

    def others(self, model: str) -> float:
        """USD that all other processes, and this one for other models, have set aside."""
        return sum(room["usd"] for name, room in self.rooms.items() if name != _mine(model))

    def hold(self, model: str, usd: float) -> None:
        """Sets aside `usd` for this process and model; 0 takes the room away."""
        self.rooms.pop(_mine(model), None)
        if usd > 0:
            self.rooms[_mine(model)] = {"usd": usd, "at": time.time(), "born": _born(os.getpid())}


class Ledger:
    """The journals below one root and the state beside them."""

    def __init__(self, root: Path, prices: Prices):
        self.root, self.prices = root, prices

    @contextmanager
    def open(self) -> Iterator[State]:
        """The state, for as long as no other job can change it; written back at the end."""
        with self._told():
            self.root.mkdir(parents=True, exist_ok=True)
            lock = os.open(self.root / "budget.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX)
            except OSError as error:
                raise Problem(
                    f"{self.root} has no locks ({error.strerror}), so llm.budget_usd cannot be held there. "
                    "Set AFFIRM_JOURNAL to a folder on another file system, or llm.budget_usd: null."
                ) from error
            with self._told():
                state = self._read()
                yield state
                self._write(state)
        finally:
            os.close(lock)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Makes what the disk refuses a Problem."""
        try:
            yield
        except OSError as error:
            raise Problem(
                f"{error.filename or self.root} cannot be read or written ({error.strerror}), so "
                "llm.budget_usd cannot be held. All answers are kept. See to the disk and run the same command again: "
                "only the rest is asked."
            ) from error

    def spent(self, state: State) -> float:
        """USD of all journals, of which only what was added since the last look is read."""
        before, state.journals = state.journals, {}
        total = 0.0
        for path in files_below(self.root, "*.jsonl"):
            name = str(path.relative_to(self.root))
            with suppress(FileNotFoundError):  # a list of failures, which a job begins anew
                state.journals[name] = _counted(path, before.get(name))
                try:
                    total += usd_of(_sums(state.journals[name]), self.prices)
                except KeyError as error:
                    raise Problem(no_price(error.args[0], str(path))) from None
        return total

    def set_aside(self, state: State, model: str) -> float:
        """USD that other jobs may still spend, and the batches that are open."""
        return state.others(model) + promised(self.root)

    def mean(self, state: State, model: str) -> float:
        """USD that an answer of the model took so far; 0 when there is none."""
        used = [(group, one) for entry in state.journals.values() for group, one in _sums(entry).items()]
        of_model = [(group, one) for group, one in used if group.model == model]
        requests = sum(one.requests for _, one in of_model)
        return sum(usd_of({group: one}, self.prices) for group, one in of_model) / requests if requests else 0.0

    def _read(self) -> State:
        path = self.root / "budget.json"
        try:
            state = json.loads(path.read_text(encoding="utf-8"))
            return State(state["journals"], state["rooms"])
        except FileNotFoundError:
            return State({}, {})
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Problem(
                f"{path} cannot be read. Remove it when no build runs, and run the same command again."
            ) from error

    def _write(self, state: State) -> None:
        draft = self.root / "budget.json.tmp"
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as stream:
            json.dump({"journals": state.journals, "rooms": state.rooms}, stream)
        os.replace(draft, self.root / "budget.json")


def no_price(model: str, where: str) -> str:
    return (
        f"No price is known for the model {model!r} ({where}), so llm.budget_usd cannot be held. Add it to "
        "resources/prices.csv (0 for a server of your own), or set llm.budget_usd: null. Nothing more was asked."
    )


def _counted(path: Path, before: dict | None) -> dict:
    """What is known of a journal: {"file", "at", "seen", "size", "used"}, of its `size` bytes of whole lines.

    Of one that only grew, its new lines are read; one that was written over in place, as its time tells, is read anew.
    It is opened before it is measured, because NFS may show the size of a while ago otherwise.
    """
    with open(path, "rb") as stream:
        stat = os.fstat(stream.fileno())
        now = {"file": stat.st_ino, "at": stat.st_mtime_ns, "seen": stat.st_size}
        known = before if before and before["file"] == stat.st_ino else {}
        if {name: known.get(name) for name in now} == now:
            return known
        if not known.get("seen", stat.st_size) < stat.st_size:
            known = {"size": 0, "used": []}
        stream.seek(known["size"])
        data = stream.read(stat.st_size - known["size"])
    whole = data.rfind(b"\n") + 1
    used = _sums(known)
    for group, more in used_in(data[:whole].split(b"\n")).items():
        used[group] = used.get(group, Used()).plus(more)
    return now | {"size": known["size"] + whole, "used": list(used.items())}


def _sums(entry: dict) -> Sums:
    return {Group(*group): Used(*used) for group, used in entry["used"]}


def _mine(model: str) -> str:
    return f"{socket.gethostname()} {os.getpid()} {model}"


def _alive(name: str, room: dict) -> bool:
    """Whether the process that set the room aside still runs; on another machine, whether it was heard of lately."""
    host, pid, _ = name.split(" ", 2)
    if host != socket.gethostname():
        return time.time() - room["at"] < LAPSE_SECONDS
    return _born(int(pid)) == room["born"]


def _born(pid: int) -> str:
    """When the process started (clock ticks since the machine did), or whether it runs where /proc does not tell."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19]
    except OSError:
        if os.path.exists("/proc/self/stat"):
            return ""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return ""
    except PermissionError:
        pass
    return "runs"
