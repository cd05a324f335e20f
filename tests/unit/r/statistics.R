# What R's own tests say of random samples: Rscript tests/unit/r/statistics.R > tests/unit/r/statistics.csv
# A second implementation for tests/unit/test_stats_r.py; written once, R is not needed to run the tests.
set.seed(20260)
number <- function(value) format(as.numeric(value), digits = 12)
cat("case,what,x,y,statistic,p\n")
emit <- function(case, what, x, y, statistic, p) {
  cat(case, what, paste(x, collapse = " "), paste(y, collapse = " "), number(statistic), paste(sapply(p, number), collapse = " "),
      sep = ",")
  cat("\n")
}
for (case in 1:25) {
  n <- sample(5:120, 1)
  m <- sample(5:120, 1)
  scores <- function(k) if (case %% 2) sample(1:5, k, replace = TRUE) else round(rnorm(k), 3)
  x <- scores(n)
  y <- round(scores(m) + ifelse(case %% 3 == 0, 1, 0), 3)
  found <- suppressWarnings(wilcox.test(x, y, exact = FALSE, correct = TRUE))
  emit(case, "mann_whitney", x, y, found$statistic, found$p.value)
  wins <- sample(0:10, n, replace = TRUE) / 10
  found <- suppressWarnings(wilcox.test(round(wins - 0.5, 9), mu = 0, exact = FALSE, correct = FALSE))
  emit(case, "wilcoxon_half", wins, "", found$statistic, found$p.value)
  z <- scores(n)
  found <- suppressWarnings(cor.test(x, z, method = "spearman", exact = FALSE))
  t <- found$estimate * sqrt((n - 2) / (1 - found$estimate^2))
  emit(case, "spearman", x, z, found$estimate, 2 * pt(-abs(t), n - 2))
  emit(case, "kendall", x, z, cor(x, z, method = "kendall"), "")
  ps <- round(runif(n)^3, 6)
  emit(case, "holm", ps, "", "", p.adjust(ps, "holm"))
  hits <- rbinom(1, n, 0.4)
  emit(case, "binomial", hits, n, "", binom.test(hits, n)$p.value)
}
