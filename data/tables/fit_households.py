"""Fits the joint distribution of rural households at the census of 2010 and writes households.csv.

    python3 fit_households.py EVIDENCE_FOLDER

A household type lists its members: relation to the head, sex and five-year age group. Types come from a simple
family model (assumptions below) that says which compositions are plausible; their weights are then moved as
little as possible (minimum discrimination information, that is, raking) until the published margins hold: persons
by sex and age, one-person households, generations, and households with one or two members of 65 and over. Margins
from different sources disagree slightly; each has a tolerance, and what is left is printed and reported in
docs/population.md.

Members are written as relation (H head, S spouse, C child, L child's spouse, G grandchild, P parent), sex (M, F)
and index of the age group (0 for 0-4 ... 17 for 85 and over).
"""

import csv
import sys
from collections import Counter
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

rng = np.random.default_rng(20101231)
DRAWS = 14000
MOTHER_GAP = 1.8  # years by which a wife is younger, on average
TYPES = [("single", 0.12), ("family", 0.56), ("lone", 0.07), ("stem", 0.20), ("skip", 0.04), ("four", 0.01)]


def band(age):
    return min(int(age) // 5, 17)


def alive(age):
    return rng.random() < np.exp(-np.exp((age - 84) / 9))


def children(mother, present):
    """Ages and sexes of children still at home, given the mother's age."""
    out = []
    born = mother - max(18.0, rng.normal(23.5, 2.8))
    number = rng.choice([1, 2, 3, 4], p=[0.38, 0.45, 0.13, 0.04] if mother < 50 else [0.15, 0.40, 0.30, 0.15])
    for _ in range(number):
        if born < 0:
            break
        male = rng.random() < 0.53
        home = 0.97 if born < 15 else 0.85 if born < 20 else 0.50 if born < 25 else (0.30 if male else 0.10) if born < 35 else (0.10 if male else 0.03)
        if rng.random() < home * present:
            out.append((born, "M" if male else "F"))
        born -= rng.uniform(1.5, 6)
    return out


def couple(husband):
    return husband, max(18.0, husband - rng.normal(MOTHER_GAP, 2.5))


def household():
    kind = rng.choice([t for t, _ in TYPES], p=[p for _, p in TYPES])
    if kind == "single":
        age = rng.choice([rng.uniform(16, 35), rng.uniform(35, 60), rng.uniform(60, 95)], p=[0.3, 0.25, 0.45])
        return [("H", rng.choice(["M", "F"]), age)]
    if kind == "family":
        h, w = couple(rng.uniform(20, 90))
        return [("H", "M", h), ("S", "F", w)] + [("C", s, a) for a, s in children(w, 1.0)]
    if kind == "lone":
        h, w = couple(rng.uniform(22, 85))
        kids = children(w, 1.0)
        sex, age = ("M", h) if rng.random() < 0.4 else ("F", w)
        return [("H", sex, age)] + [("C", s, a) for a, s in kids]
    if kind == "skip":
        h, w = couple(rng.uniform(47, 80))
        who = rng.choice(["both", "M", "F"], p=[0.6, 0.15, 0.25])
        old = [("H", "M", h), ("S", "F", w)] if who == "both" else [("H", who, h if who == "M" else w)]
        return old + [("G", rng.choice(["M", "F"], p=[0.54, 0.46]), rng.uniform(0, min(18.0, max(0.5, w - 44)))) for _ in range(rng.choice([1, 2, 3], p=[0.6, 0.33, 0.07]))]
    h, w = couple(rng.uniform(22, 62))
    kids = children(w, 1.0)
    father = h + max(20.0, rng.normal(26.5, 5))
    mother = father - rng.normal(MOTHER_GAP, 2.5)
    parents = [p for p in (("M", father), ("F", mother)) if alive(p[1])]
    if not parents:
        return []
    middle = rng.choice(["both", "M", "F"], p=[0.82, 0.09, 0.09])
    middle = [m for m in (("M", h), ("F", w)) if middle in ("both", m[0])]
    elder_head = max(a for _, a in parents) < 68 and rng.random() < 0.5
    if elder_head:
        people = [("H" if i == 0 else "S", s, a) for i, (s, a) in enumerate(parents)]
        people += [("C" if s == "M" else "L", s, a) for s, a in middle]
        people += [("G", s, a) for a, s in kids]
    else:
        people = [("H" if i == 0 else "S", s, a) for i, (s, a) in enumerate(middle)]
        people += [("P", s, a) for s, a in parents] + [("C", s, a) for a, s in kids]
    if kind == "four":
        adult = [p for p in people if p[0] == "C" and 20 <= p[2] < 40]
        if elder_head or not adult:
            return []
        people += [("G", rng.choice(["M", "F"]), rng.uniform(0, adult[0][2] - 20))]
        people += [("L", "F" if adult[0][1] == "M" else "M", adult[0][2] - 1)]
    return people


def generations(people):
    level = {"H": 0, "S": 0, "C": 1, "L": 1, "G": 2, "P": -1}
    return len({level[r] for r, _, _ in people})


def plausible(people):
    """At least 16 years between parent and child wherever ages fall within their groups."""
    bands = {}
    for relation, _, age in people:
        level = {"H": 0, "S": 0, "C": 1, "L": 1, "G": 2, "P": -1}[relation]
        bands.setdefault(level, []).append(band(age))
        if relation in "SL" and age < 19 or age < 0 or age >= 100:
            return False
    levels = sorted(bands)
    older = all(min(bands[a]) - max(bands[b]) >= 4 * (b - a) for a, b in zip(levels, levels[1:]))
    return 0 < len(people) <= 9 and older and (len(levels) > 1 or all(b >= 3 for b in bands[0]))


ORDER = "HSPCLG"


def draw_types():
    counts = Counter()
    while sum(counts.values()) < DRAWS:
        people = household()
        if plausible(people):
            counts[tuple(sorted(((r, s, band(a)) for r, s, a in people), key=lambda m: (ORDER.index(m[0]), -m[2], m[1])))] += 1
    return counts


def main(folder):
    structure = {r["indicator"]: float(r["value"]) for r in csv.DictReader(open(folder / "household_structure_rural.csv"))
                 if r["year"] == "2010"}
    ages = np.zeros((2, 18))
    for r in csv.DictReader(open(folder / "age_sex_rural_2010_2020.csv")):
        if r["year"] == "2010":
            ages["MF".index("M" if r["sex"] == "male" else "F"), band(int(r["age_from"]))] += float(r["value"])
    ages /= ages.sum()

    counts = draw_types()
    types = list(counts)
    prior = np.log(np.array([counts[t] for t in types], float) / DRAWS)
    persons = np.zeros((len(types), 36))
    for i, t in enumerate(types):
        for _, s, b in t:
            persons[i, 18 * "MF".index(s) + b] += 1
    size = persons.sum(axis=1)
    old = persons[:, [13, 14, 15, 16, 17, 31, 32, 33, 34, 35]].sum(axis=1)
    depth = np.array([generations(t) for t in types])
    features = np.column_stack([persons, size == 1, depth == 1, depth == 2, depth == 3, old == 1, old == 2]).astype(float)
    one, two = structure["households_with_exactly_one_65plus_share"], structure["households_with_two_65plus_share"]
    target = np.concatenate([ages.ravel() * structure["household_size_persons"],
                             [structure["one_person_household_share"], structure["one_generation_household_share"],
                              structure["two_generation_household_share"], structure["three_generation_household_share"], one, two]])
    # Penalties: a margin may be missed by about its variance times its multiplier. The ages of persons come first;
    # households with members of 65 and over disagree with them (0.336 against 0.309 such members a household).
    slack = np.concatenate([np.full(36, 2e-4), np.full(4, 4e-4), [2e-3, 2e-3]])

    def dual(multipliers):
        logs = prior + features @ multipliers
        top = logs.max()
        weights = np.exp(logs - top)
        total = weights.sum()
        weights /= total
        value = top + np.log(total) - multipliers @ target + 0.5 * slack @ multipliers**2
        return value, weights @ features - target + slack * multipliers

    fit = minimize(dual, np.zeros(len(target)), jac=True, method="L-BFGS-B", options={"maxiter": 5000, "maxfun": 20000, "ftol": 1e-15, "gtol": 1e-9})
    logs = prior + features @ fit.x
    weights = np.exp(logs - logs.max())
    weights /= weights.sum()
    keep = weights > 2e-6
    weights = np.where(keep, weights, 0)
    weights /= weights.sum()
    got = weights @ features
    print(len(types), "types,", keep.sum(), "kept; effective number", round(1 / (weights**2).sum()), "largest weight", weights.max())
    print("size", got[:36].sum(), "against", structure["household_size_persons"])
    print("largest miss of an age group, share of persons:", np.abs(got[:36] / got[:36].sum() - ages.ravel()).max())
    for name, a, b in zip(["one person", "one generation", "two", "three", "one 65+", "two 65+"], got[36:], target[36:]):
        print(f"{name}: {a:.4f} against {b:.4f}")
    print("sizes", [round(float(weights[size == k].sum()), 3) for k in range(1, 10)])
    print("60+ share", got[[12, 13, 14, 15, 16, 17, 30, 31, 32, 33, 34, 35]].sum() / got[:36].sum())
    with open(Path(__file__).parent / "households.csv", "w", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["weight", "members", "status", "source"])
        for w, t in sorted(((w, t) for w, t in zip(weights, types) if w > 0), key=lambda x: (-x[0], x[1])):
            writer.writerow([f"{w * 1e6:.2f}", " ".join(f"{r}{s}{b}" for r, s, b in t), "derived", "fit_households.py"])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
