"""What this process asked and replayed; the door copies it into the sidecar."""

from collections import Counter

COUNTS: Counter = Counter()
