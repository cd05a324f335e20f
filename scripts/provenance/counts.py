"""What this process asked and replayed; the door copies it into the sidecar."""

from collections import Counter, defaultdict

COUNTS: Counter = Counter()
USED: defaultdict[str, Counter] = defaultdict(Counter)  # by model: what the job would cost without a journal
