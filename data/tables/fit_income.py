"""Fits the distribution of latent rural income per head, year by year, and writes income.csv.

    python3 fit_income.py EVIDENCE_FOLDER

Published: the mean of each fifth of rural households ranked by income per head, 2013-2023 (China
Statistical Yearbook, recalled, unverified). Survey income is latent income times an unbiased
lognormal error with log variance 0.10, half of the 0.20 that the evidence gives as transitory
variance "including error" (assumption). A fifth is of *survey* income, so the fitted latent
distribution is narrower than the published one.

Form: the log of latent income is  location + scale * sinh((asinh(z) + skew) / tail)  in the standard
normal score z (Jones and Pewsey 2009, sinh-arcsinh), which has a closed form, any sign of skewness and
tails heavier than normal if tail < 1. The tail is one for all years, the other three
are each year's, fitted to the five means in logs by least squares; years before 2013 take the shape of 2013 and years after 2023 the shape of 2023, with the
location moved by the growth of the published mean.
"""

import csv
import sys
from pathlib import Path

import numpy as np
from scipy.optimize import least_squares, minimize_scalar
from scipy.stats import norm

ERROR_VARIANCE = 0.10
NODES = norm.ppf((np.arange(2000) + 0.5) / 2000)
ERRORS, WEIGHTS = np.polynomial.hermite_e.hermegauss(31)
WEIGHTS = WEIGHTS / WEIGHTS.sum()
FIFTHS = ["Q1_low", "Q2_lower_middle", "Q3_middle", "Q4_upper_middle", "Q5_high"]


def log_income(parameters, z):
    location, log_scale, skew, log_tail = parameters
    return location + np.exp(log_scale) * np.sinh((np.arcsinh(z) + skew) * np.exp(-log_tail))


def fifths(parameters):
    """Means of fifths of survey income: latent nodes times error nodes, sorted."""
    sd = np.sqrt(ERROR_VARIANCE)
    logs = log_income(parameters, NODES)[:, None] + (sd * ERRORS - ERROR_VARIANCE / 2)[None, :]
    weights = np.broadcast_to(WEIGHTS / len(NODES), logs.shape).ravel()
    order = np.argsort(logs.ravel(), kind="stable")
    income, weight = np.exp(logs.ravel()[order]), weights[order]
    cumulative = np.cumsum(weight)
    mass = np.concatenate([[0], np.cumsum(weight * income)])
    ends = np.interp([0, 0.2, 0.4, 0.6, 0.8, 1.0], np.concatenate([[0], cumulative]), mass)
    return np.diff(ends) / 0.2


def fit(published, log_tail):
    """Location, scale and skew of one year, given the tail that all years share."""
    goal = np.log(published)

    def miss(p):
        return np.log(fifths([*p, log_tail])) - goal

    fitted = least_squares(miss, [goal[2], np.log(0.3), -0.25], x_scale=[1, 0.3, 0.3])
    return np.array([*fitted.x, log_tail]), fitted.fun


def shared_tail(years):
    """The tail that fits all years best: one number, so that ranks at the bottom don't jump from year to
    year with the noise of the published first fifth."""
    def cost(log_tail):
        return sum(float(np.sum(fit(means, log_tail)[1] ** 2)) for means in years)
    return minimize_scalar(cost, bounds=(-0.9, -0.1), method="bounded", options={"xatol": 1e-3}).x


def main(folder):
    rows = list(csv.DictReader(open(Path(folder) / "income_quintiles.csv")))
    means = {}
    for row in rows:
        year = int(row["year"])
        if 2013 <= year <= 2023 and row["group"] in FIFTHS and row["population"].startswith("rural households, equal"):
            means.setdefault(year, {})[row["group"]] = float(row["value"])
    with open(Path(__file__).parent / "income.csv", "w", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        names = ["fifth_1", "fifth_2", "fifth_3", "fifth_4", "fifth_5"]
        writer.writerow(["year", "location", "scale", "skew", "tail", *names, "largest_miss", "status", "source"])
        published_by_year = {y: np.array([means[y][fifth] for fifth in FIFTHS]) for y in sorted(means)}
        log_tail = shared_tail(published_by_year.values())
        for year, published in published_by_year.items():
            parameters, _ = fit(published, log_tail)
            miss = np.abs(fifths(parameters) / published - 1).max()
            p = [parameters[0], np.exp(parameters[1]), parameters[2], np.exp(parameters[3])]
            writer.writerow([year, *[f"{x:.6f}" for x in p], *published, f"{miss:.4f}", "derived",
                             "fit_income.py from the fifths of the China Statistical Yearbook (recalled, unverified)"])
            print(year, np.round(p, 4), np.round(fifths(parameters)), f"miss {miss:.4f}",
                  "z=-5:", round(float(np.exp(log_income(parameters, -5.0))), 1),
                  "z=-3:", round(float(np.exp(log_income(parameters, -3.0))), 1),
                  "z=5:", round(float(np.exp(log_income(parameters, 5.0)))))


if __name__ == "__main__":
    main(sys.argv[1])
