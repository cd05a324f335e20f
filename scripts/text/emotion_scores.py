"""What an answer about a seeker's emotion counts (paper A, section G.2 and Table 32)."""

# pattern of the answer -> score; in this order solved, better, the same, worse
SCORES = ((r"^yes\b.*\bsolved", 1.0), (r"^no\b.*\bbetter", 0.5), (r"^no\b.*\bsame", -0.5), (r"^no\b.*\bworse", -1.0))
