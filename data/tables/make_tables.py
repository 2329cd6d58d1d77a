"""Writes the compact tables that the program compiles in, from the evidence folder.

    python3 make_tables.py EVIDENCE_FOLDER

Every row carries a status (seen, derived, unverified, assumption) and a source. Assumptions are made here,
in the open, and nowhere else. Run fit_income.py first; fit_households.py last.
"""

import csv
import sys
from pathlib import Path

import numpy as np
from scipy.interpolate import PchipInterpolator
from scipy.optimize import brentq

HERE = Path(__file__).parent
YEARS = range(2010, 2036)
CPI_AHEAD = 0.02  # assumption
NBS = "NBS communiques and China Statistical Yearbook"
NHC = "NHC communiques and China Health Statistics Yearbook"


def read(folder, name):
    return list(csv.DictReader(open(folder / f"{name}.csv")))


def write(name, header, rows):
    with open(HERE / f"{name}.csv", "w", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([*header, "status", "source"])
        writer.writerows(rows)


# --- mortality and fertility -----------------------------------------------------------------------------------

def mortality(folder):
    rows = [[r["period"][:4], r["sex"], r["age_from"], r["value"], "derived",
             "WPP 2024 national m_x times an age-declining rural excess (evidence: mortality_by_age_sex)"]
            for r in read(folder, "mortality_by_age_sex")]
    write("mortality", ["period", "sex", "age", "deaths_per_person_year"], rows)


def fertility(folder):
    source = "WPP 2024 (evidence: fertility_national_wpp2024)"
    rows = []
    for r in read(folder, "fertility_national_wpp2024"):
        if r["measure"] in ("tfr", "tfr_medium") and int(r["year"]) in YEARS:
            rows.append(["total", r["year"], 15, r["value"], r["status"], source])
        if r["measure"] == "asfr_percent_share" and int(r["year"][:4]) in YEARS:
            rows.append(["share", r["year"][:4], r["age_group"][:2], f'{float(r["value"]) / 100:.6f}', r["status"], source])
        if r["measure"] == "sex_ratio_at_birth" and int(r["year"][:4]) in YEARS:
            rows.append(["boys_per_girl", r["year"][:4], 0, r["value"], r["status"], source])
    rows.append(["rural_ratio", 2020, 15, f"{1.54 / 1.30:.6f}", "unverified",
                 "2020 census (recalled): total fertility 1.54 rural against 1.30; held for all years"])
    write("fertility", ["measure", "year", "age", "value"], rows)


# --- paths of the nation's rural areas ---------------------------------------------------------------------------

class Path26:
    """A value for each year with its status and source."""

    def __init__(self, name):
        self.name, self.at = name, {}

    def put(self, year, value, status, source):
        self.at[year] = (value, status, source)

    def value(self, year):
        return self.at[year][0]

    def rows(self, digits):
        missing = [y for y in YEARS if y not in self.at]
        assert not missing, (self.name, missing)
        return [[self.name, y, f"{self.at[y][0]:.{digits}f}", self.at[y][1], self.at[y][2]] for y in YEARS]


def from_rows(path, rows, indicator, key="indicator", population=None, source=None):
    for r in rows:
        if r[key] == indicator and r["year"].isdigit() and int(r["year"]) in YEARS:
            if population is None or r["population"] == population:
                path.put(int(r["year"]), float(r["value"]), r["status"], source or r["source"])


def ahead(path, first, factor, status, source):
    for y in range(first, 2036):
        path.put(y, path.value(y - 1) * factor(y), status, source)


def national(folder):
    income_rows = read(folder, "income_mean_median")
    change = Path26("cpi_change")
    from_rows(change, income_rows, "rural_cpi_change_share", source=NBS + " (recalled)")
    for y, x in {2010: 0.036, 2011: 0.058, 2012: 0.025}.items():
        change.put(y, x, "unverified", "NBS rural CPI (recalled)")
    for y in range(2025, 2036):
        change.put(y, CPI_AHEAD, "assumption", "2 % a year")
    cpi = Path26("cpi")
    level = {2020: 1.0}
    for y in range(2021, 2036):
        level[y] = level[y - 1] * (1 + change.value(y))
    for y in range(2019, 2009, -1):
        level[y] = level[y + 1] / (1 + change.value(y + 1))
    for y in YEARS:
        status = "assumption" if y >= 2025 else "unverified"
        cpi.put(y, level[y], status, "chained from rural CPI changes, 2020 = 1")

    mean = Path26("income_mean")
    from_rows(mean, income_rows, "mean_disposable_income_pc_yuan", population="rural households", source=NBS)
    for y, net in {2010: 5919, 2011: 6977, 2012: 7917}.items():
        mean.put(y, net * 9429.6 / 8896, "derived", "net income on the old basis times the 2013 ratio of the new to the old basis (2012 seen; 2010, 2011 recalled)")
    real = {y: 0.05 - 0.02 * (y - 2025) / 10 for y in range(2025, 2036)}
    growth = {y: (1 + real[y]) * (1 + CPI_AHEAD) for y in real}
    ahead(mean, 2025, lambda y: growth[y], "assumption", "real growth from 5 % (2025) to 3 % (2035), prices 2 %")

    median = Path26("income_median")
    from_rows(median, income_rows, "median_disposable_income_pc_yuan", population="rural households", source=NBS)
    for y in (2010, 2011, 2012):
        median.put(y, 7019 / 7917 * mean.value(y), "derived", "2012 ratio of median to mean on the old basis")
    # The recalled 2013 median is on a basis that its own note doubts; the ratio of 2012 and 2014 averages.
    ahead(median, 2025, lambda y: growth[y], "assumption", "grows with the mean")

    lines = read(folder, "poverty_lines")
    official = Path26("official_line")
    from_rows(official, lines, "official_rural_poverty_line_yuan")
    ahead(official, 2021, lambda y: cpi.value(y) / cpi.value(y - 1), "assumption", "4,000 yuan of 2020 uprated by rural CPI")
    monitoring = Path26("monitoring_line")
    for y in range(2010, 2020):
        monitoring.put(y, 1.5 * official.value(y), "assumption", "1.5 times the official line (the rule of 2020)")
    from_rows(monitoring, lines, "return_to_poverty_monitoring_line_yuan")
    ahead(monitoring, 2026, lambda y: cpi.value(y) / cpi.value(y - 1), "assumption", "uprated by rural CPI")
    dibao = Path26("dibao_standard")
    from_rows(dibao, read(folder, "dibao_rural"), "rural_dibao_standard_yuan")
    ahead(dibao, 2024, lambda y: mean.value(y) / mean.value(y - 1), "assumption", "grows with mean income")

    engel_rows = read(folder, "consumption_engel")
    consumption = Path26("consumption")
    from_rows(consumption, engel_rows, "consumption_expenditure_pc_yuan")
    for y, old in {2010: 4381.8, 2011: 5221.1, 2012: 5908.0}.items():
        consumption.put(y, old * 7485.1 / 6625.5, "unverified", "old basis (recalled) times the 2013 ratio of the bases")
    ahead(consumption, 2025, lambda y: mean.value(y) / mean.value(y - 1), "assumption", "grows with mean income")
    engel = Path26("food_share")
    from_rows(engel, engel_rows, "food_share_engel")
    engel.put(2010, 0.379, "unverified", "recalled, new basis")
    ahead(engel, 2025, lambda y: 1.0, "assumption", "held")

    paths = [(cpi, 6), (mean, 1), (median, 1), (official, 1), (monitoring, 1), (dibao, 1), (consumption, 1), (engel, 4)]
    paths += costs(folder, cpi) + visits(folder) + [(literacy(folder), 4), (beds(folder), 3)]
    write("national", ["path", "year", "value"], [row for path, digits in paths for row in path.rows(digits)])


def costs(folder, cpi):
    inpatient = read(folder, "cost_per_admission")
    outpatient = read(folder, "cost_per_outpatient_visit")
    real = lambda y: cpi.value(y) / cpi.value(y - 1)
    held = "constant in real terms after 2023 (the record shows no real growth 2013-2019 and a fall in 2023)"

    def series(name, rows, indicator, group, before, after):
        path = Path26(name)
        from_rows(path, [r for r in rows if r["indicator"] == indicator], group, key="group", source=NHC)
        for y, x in before.items():
            path.put(y, x, "unverified", NHC + " (recalled)")
        for y, (x, source) in after.items():
            path.put(y, x, "unverified", source)
        ahead(path, max(path.at) + 1, real, "assumption", held)
        return path

    def scaled(name, base, factor, source):
        path = Path26(name)
        for y in YEARS:
            path.put(y, base.value(y) * factor, "assumption", source)
        return path

    admission = "cost_per_admission_yuan"
    township = series("admission_cost_township", inpatient, admission, "township_health_centre",
                      {2010: 1004.6, 2011: 1051.3, 2012: 1140.7}, {2023: (2148.4, "2022 less 3 %, between no change and the fall of hospitals")})
    county = series("admission_cost_county", inpatient, admission, "secondary_public_hospital_county_proxy",
                    {2010: 4338.6, 2011: 4564.2, 2012: 4729.4}, {2023: (6790.5 * 0.944, "2022 less 5.6 % (NHC bulletin, January to November 2023, seen)")})
    tertiary = series("tertiary", inpatient, admission, "tertiary_public_hospital",
                      {2010: 10442.4, 2011: 10935.9, 2012: 11186.8}, {2023: (13711.4 * 0.927, "2022 less 7.3 % (NHC bulletin, January to November 2023, seen)")})
    city = scaled("admission_cost_city", tertiary, 0.88, "0.88 of the tertiary average: prefecture hospitals (recalled ratio)")
    province = scaled("admission_cost_province", tertiary, 1.30, "1.30 of the tertiary average: provincial hospitals (recalled ratio)")
    visit = "cost_per_outpatient_visit_yuan"
    visit_township = series("visit_cost_township", outpatient, visit, "township_health_centre",
                            {2010: 47.5, 2011: 47.5, 2012: 49.2}, {2022: (92.3, "2021 and 3.5 %, the growth of hospitals"), 2023: (95.5, "2022 and 3.5 %")})
    visit_county = series("visit_cost_county", outpatient, visit, "secondary_public_hospital_county_proxy",
                          {2010: 139.3, 2011: 147.6, 2012: 157.4}, {2022: (242.0, "between 2021 and 2023"), 2023: (252.1, "NHC bulletin, January to November 2023, seen")})
    visit_tertiary = series("visit_cost_tertiary", outpatient, visit, "tertiary_public_hospital",
                            {2010: 220.2, 2011: 231.8, 2012: 242.1}, {2022: (380.0, "between 2021 and 2023"), 2023: (389.5, "NHC bulletin, January to November 2023, seen")})
    visit_village = scaled("visit_cost_village", visit_township, 45 / 71.5, "45 yuan in 2018 (recalled) moved with township visits")
    return [(p, 1) for p in (township, county, city, province, visit_village, visit_township, visit_county, visit_tertiary)]


def literacy(folder):
    path = Path26("health_literacy")
    for r in read(folder, "health_literacy"):
        if r["indicator"] == "health_literacy_share" and r["population"] == "rural 15-69" and r["year"].isdigit():
            path.put(int(r["year"]), float(r["value"]), r["status"], "National Health Commission: " + r["source"])
    for y in (2012, 2011, 2010):
        path.put(y, path.value(y + 1) - 0.004, "assumption", "0.4 points a year before 2013, as 2013 to 2015")
    for y in range(2025, 2036):
        path.put(y, path.value(y - 1) + 0.015, "assumption", "1.5 points a year, slower than 2020 to 2024")
    return path


def beds(folder):
    path = Path26("beds")
    known = {}
    for r in read(folder, "health_workforce_rural"):
        if r["indicator"] == "beds_per_1000_rural" and int(r["year"]) <= 2020:
            known[int(r["year"])] = float(r["value"])
    source = "China Health Statistics Yearbook, rural, definition before 2021 (recalled)"
    years = sorted(known)
    for low, high in zip(years, years[1:]):
        for y in range(low, high + 1):
            part = (y - low) / (high - low)
            exact = y in known
            path.put(y, known[low] + part * (known[high] - known[low]), "unverified", source if exact else source + ", interpolated")
    # The rural series changes its definition in 2021; from 2018 on it moves with all of China's beds.
    china = {2018: 6.03, 2021: 6.70, 2022: 6.92, 2023: 7.23}
    for y in (2021, 2022, 2023):
        path.put(y, known[2018] * china[y] / china[2018], "derived", "2018 rural, times all of China's beds over those of 2018 (NHC communiques, seen)")
    ahead(path, 2024, lambda y: 1.0, "assumption", "held")
    return path


def visits(folder):
    path = Path26("outpatient_visits")
    from_rows(path, read(folder, "utilisation"), "outpatient_visits_per_person_year", source=NHC + " (all China, facility records)")
    for y, x in {2010: 4.36, 2011: 4.65, 2012: 5.09, 2014: 5.6, 2015: 5.6, 2016: 5.8, 2019: 6.2, 2020: 5.5}.items():
        path.put(y, x, "unverified", NHC + " (recalled)")
    ahead(path, 2024, lambda y: 1.0, "assumption", "held")
    return [(path, 2)]


# --- the age structure -------------------------------------------------------------------------------------------

def structure(folder):
    rows, shares = [], {}
    for r in read(folder, "age_sex_rural_2010_2020"):
        rows.append([r["year"], r["sex"], r["age_from"], r["value"], r["status"], "county regression raked to census margins (evidence: age_sex_rural_2010_2020)"])
        shares[int(r["year"]), r["sex"], int(r["age_from"])] = float(r["value"])
    write("age_sex", ["year", "sex", "age", "share"], rows)
    return shares


def single_ages(shares, year):
    """[sex][age 0..99] shares of the rural population in a year between the censuses."""
    out = np.zeros((2, 100))
    for s, sex in enumerate(("male", "female")):
        for census, weight in ((2010, (2020 - year) / 10), (2020, (year - 2010) / 10)):
            starts = sorted(a for (y, x, a) in shares if y == census and x == sex)
            for a, b in zip(starts, starts[1:] + [100]):
                width = np.ones(b - a) if b < 100 else 0.8 ** np.arange(b - a)
                out[s, a:b] += weight * shares[census, sex, a] * width / width.sum()
    return out / out.sum()


# --- admissions --------------------------------------------------------------------------------------------------

BANDS = [0, 5, 15, 25, 35, 45, 55, 65]


def admissions(folder, shares):
    shape = {y: np.zeros(8) for y in (2013, 2018)}
    for r in read(folder, "hospitalisation_by_age"):
        if r["indicator"] == "admissions_per_person_year":
            start = int(r["group"].split("-")[0].rstrip("+"))
            shape[int(r["year"])][BANDS.index(start)] = float(r["value"])

    def mix(year):
        ages = single_ages(shares, year).sum(axis=0)
        return np.array([ages[a:b].sum() for a, b in zip(BANDS, BANDS[1:] + [100])])

    level = {y: shape[y] * total / (shape[y] @ mix(y)) for y, total in ((2013, 0.090), (2018, 0.147))}
    facility = {2018: 0.182, 2019: 0.190, 2020: 0.163, 2021: 0.175, 2022: 0.175, 2023: 0.214}
    rows = []
    for y in YEARS:
        if y < 2018:
            t = (y - 2013) / 5
            rate = np.exp((1 - t) * np.log(level[2013]) + t * np.log(level[2018]))
            if y < 2013:  # total 0.068 in 2008: 5.8 % a year, at an unchanged age pattern
                rate = level[2013] * (0.068 / 0.090) ** ((2013 - y) / 5)
            status, source = "unverified", "NHSS age pattern scaled to rural totals 0.068 (2008), 0.090 (2013), 0.147 (2018), log-linear between"
        else:
            known = min(y, 2023)
            ageing = 1.008 ** -(known - 2018)
            rate = level[2018] * facility[known] / facility[2018] * ageing
            status = "derived" if y <= 2023 else "assumption"
            source = "2018 pattern moved with all-China facility admissions (NHC communiques) less 0.8 % a year for ageing" + ("" if y <= 2023 else "; held after 2023")
        rows += [[y, a, f"{x:.5f}", status, source] for a, x in zip(BANDS, rate)]
    write("admissions", ["year", "age", "rate"], rows)


# --- chronic disease ---------------------------------------------------------------------------------------------

GROUPS = ["cardiovascular", "stroke", "diabetes", "respiratory", "cancer", "musculoskeletal", "mental", "other"]
# Excess deaths a year among those with the group (assumptions; cancer from a rural five-year survival of one third).
EXCESS = dict(cardiovascular=0.004, stroke=0.10, diabetes=0.008, respiratory=0.015, cancer=0.25, musculoskeletal=0.0, mental=0.004, other=0.003)
MENTAL_RECOVERY = 0.20
WOMEN = dict(cardiovascular=1.05, stroke=0.85, diabetes=1.05, respiratory=0.70, cancer=0.85, musculoskeletal=1.40, mental=1.40, other=1.15)
# Prevalence at 15 and over in 2013 that sets the mix of the five groups scaled to "any"; NHSS rural conditions, recalled.
MIX = dict(cardiovascular=0.135, diabetes=0.028, respiratory=0.018, musculoskeletal=0.045, other=0.050)
# Age shape: (age of half the maximum, width).
SHAPE = dict(cardiovascular=(60, 8), diabetes=(56, 8), respiratory=(64, 9), musculoskeletal=(50, 9), other=(46, 14))
# Loadings of the latent liability: person and household (assumption, gives two or more conditions to about half of the 60+ ill).
PERSON, HOUSEHOLD = 0.35, 0.15
KNOTS = np.array([7, 19.5, 29.5, 39.5, 49.5, 59.5, 70, 80, 92])


def logit(p):
    return np.log(p / (1 - p))


def expit(x):
    return 1 / (1 + np.exp(-x))


F, W = np.polynomial.hermite_e.hermegauss(21)
W = W / W.sum()


def any_of(stack):
    """P(at least one) over the first axis under one common normal factor."""
    from scipy.stats import norm
    common = PERSON + HOUSEHOLD
    threshold = norm.ppf(np.clip(stack, 1e-9, 1 - 1e-9))
    none = np.ones(stack.shape[1:] + (len(F),))
    for t in threshold:
        none = none * (1 - norm.cdf((t[..., None] - np.sqrt(common) * F) / np.sqrt(1 - common)))
    return 1 - none @ W


def steady(incidence, excess, women):
    """Prevalence by single age of a cohort that lives through constant incidence and excess mortality."""
    out = np.zeros((2, 100))
    for s, ratio in enumerate((2 / (1 + women), 2 * women / (1 + women))):
        p = 0.0
        for a in range(100):
            out[s, a] = p
            p = min(0.6, max(0.0, p + incidence[a] * ratio * (1 - p) - excess * p * (1 - p)))
    return out


def surfaces(folder, shares):
    rows = read(folder, "chronic_prevalence")
    pattern = {}
    for y in (2013, 2018):
        band = {r["group"]: float(r["value"]) for r in rows if r["indicator"] == "any_chronic_disease_prevalence_share"
                and r["year"] == str(y) and r["population"] == "China (urban+rural)"}
        old = band["65+"]
        points = [0.005, band["15-24"], band["25-34"], band["35-44"], band["45-54"], band["55-64"], old * 0.97, old * 1.05, old * 1.05]
        pattern[y] = PchipInterpolator(KNOTS, logit(np.array(points)), extrapolate=False)
    ages = np.arange(100)
    clipped = np.clip(ages + 0.5, KNOTS[0], KNOTS[-1])

    def scaled(year, base, total):
        weight = single_ages(shares, min(year, 2020)).sum(axis=0)
        weight[:15] = 0
        shift = brentq(lambda c: (expit(base(clipped) + c) @ weight) / weight.sum() - total, -3, 3)
        return base(clipped) + shift

    at = {2010: scaled(2010, pattern[2013], 0.1934), 2013: scaled(2013, pattern[2013], 0.227), 2018: scaled(2018, pattern[2018], 0.352)}
    at[2023] = at[2018] + 0.5 * (at[2018] - at[2013])
    knots = sorted(at)

    stroke_bands = [(0, 0.5), (20, 15), (40, 130), (50, 390), (60, 950), (70, 1500)]
    cancer_bands = [(0, 12), (15, 35), (30, 100), (40, 210), (50, 420), (60, 800), (70, 1250), (80, 1450)]

    def by_age(bands, factor):
        centres = [(a + (b if b else 100)) / 2 for (a, _), b in zip(bands, [x[0] for x in bands[1:]] + [None])]
        return np.exp(np.interp(ages, centres, np.log([x for _, x in bands]))) * factor / 1e5

    incidence = {"stroke": by_age(stroke_bands, 1.0), "cancer": by_age(cancer_bands, 0.95)}
    fixed = {g: steady(incidence[g], EXCESS[g], WOMEN[g]) for g in incidence}
    adult = np.clip((ages - 13) / 12, 0.02, 1.0)
    mental_mean = 0.093 * adult * (1 + 0.004 * (np.clip(ages, 18, 80) - 45))
    fixed["mental"] = np.stack([mental_mean * 2 / (1 + WOMEN["mental"]), mental_mean * 2 * WOMEN["mental"] / (1 + WOMEN["mental"])])

    weight2013 = single_ages(shares, 2013)
    adult_weight = weight2013.copy()
    adult_weight[:, :15] = 0
    adult_weight /= adult_weight.sum()
    base = {}
    for g, total in MIX.items():
        half, width = SHAPE[g]
        curve = expit((ages - half) / width) + 0.002
        both = np.stack([curve * 2 / (1 + WOMEN[g]), curve * 2 * WOMEN[g] / (1 + WOMEN[g])])
        base[g] = np.clip(both * total / (adult_weight * both).sum(), 1e-6, 0.85)

    prevalence = {}
    for y in knots:
        goal = expit(at[y])
        low, high = np.full(100, -9.0), np.full(100, 4.0)
        weight = weight2013.sum(axis=0)
        for _ in range(60):
            mid = (low + high) / 2
            stack = np.stack([expit(logit(base[g]) + mid) for g in MIX] + [fixed["stroke"], fixed["cancer"]])
            got = (any_of(stack) * weight2013).sum(axis=0) / weight
            low, high = np.where(got < goal, mid, low), np.where(got < goal, high, mid)
        prevalence[y] = {g: expit(logit(base[g]) + mid) for g in MIX} | fixed
    return prevalence, incidence, goal


def between(prevalence, year, group):
    knots = sorted(prevalence)
    year = min(max(year, knots[0]), knots[-1])
    upper = next(k for k in knots if k >= year)
    if upper == year:
        return prevalence[upper][group]
    lower = max(k for k in knots if k < year)
    t = (year - lower) / (upper - lower)
    p, q = np.clip(prevalence[lower][group], 1e-9, 0.99), np.clip(prevalence[upper][group], 1e-9, 0.99)
    return expit((1 - t) * logit(p) + t * logit(q))


def disability(folder):
    band = {r["group"]: float(r["value"]) for r in read(folder, "disability") if r["indicator"] == "adl_disability_share" and r["year"] == "2018"}
    points = {0: 0.010, 10: 0.012, 22: 0.016, 37: 0.024, 52: 0.036, 62.5: band["60-64"], 67.5: band["65-69"], 72.5: band["70-74"], 77.5: band["75-79"], 82.5: band["80-84"], 92: band["85+"]}
    curve = PchipInterpolator(list(points), logit(np.array(list(points.values()))))
    return np.stack([expit(curve(np.clip(np.arange(100) + 0.5, 0, 92)))] * 2)


def chronic(folder, shares):
    prevalence, incidence, _ = surfaces(folder, shares)
    disabled = disability(folder)
    starts = list(range(0, 90, 5))
    columns = [f"age_{a}" for a in starts]
    mid = [min(a + 2, 97) for a in starts]

    how = {"stroke": ("derived", "steady state of NESS-China incidence by age (recalled curve; 547 per 100,000 at 40+ in the rural age structure of 2015) with excess mortality 0.10"),
           "cancer": ("derived", "steady state of registry incidence times 0.95 for rural areas (recalled age curve) with excess mortality 0.25"),
           "mental": ("derived", "any disorder in 12 months 9.3 % of adults (Huang et al. 2019), women 1.4 times men, slight rise with age (assumption)"),
           "disability": ("unverified", "ADL gradient from 60 (recalled); below 60 an assumption under the legal rural 6.96 %")}
    default = ("derived", "NHSS age pattern of any chronic disease scaled to rural 15+ totals (2010: 19.3 % between 17.1 in 2008 and 22.7 in 2013), split by the NHSS mix (recalled)")
    rows = []
    for g in GROUPS + ["disability"]:
        table = disabled if g == "disability" else prevalence[2010][g]
        for s, sex in enumerate(("male", "female")):
            rows.append([g, sex, *[f"{np.mean(table[s, a:min(a + 5, 100)]):.5f}" for a in starts], *how.get(g, default)])
    write("chronic_prevalence", ["group", "sex", *columns], rows)

    rows = []
    for y in range(2010, 2025):
        for g in GROUPS + ["disability"]:
            for s, sex in enumerate(("male", "female")):
                if g in incidence:
                    ratio = (2 / (1 + WOMEN[g]), 2 * WOMEN[g] / (1 + WOMEN[g]))[s]
                    hazard = incidence[g] * ratio
                    status, source = "unverified", how[g][1].split(" with excess")[0].replace("steady state of ", "")
                else:
                    now = disabled[s] if g == "disability" else between(prevalence, y, g)[s]
                    later = disabled[s] if g == "disability" else between(prevalence, y + 1, g)[s]
                    excess = 0.05 if g == "disability" else EXCESS[g]
                    recovery = MENTAL_RECOVERY if g == "mental" else 0.0
                    rise = np.append(later[1:], later[-1]) - now
                    hazard = np.maximum(0, rise + excess * now * (1 - now) + recovery * now) / (1 - now)
                    hazard = np.minimum(hazard, 0.25)
                    status, source = "derived", "rise of prevalence along the cohort, excess deaths and recovery made good, over those without it"
                rows.append([y, g, sex, *[f"{np.mean(hazard[a:min(a + 5, 100)]):.6f}" for a in starts], status, source])
    write("chronic_onset", ["year", "group", "sex", *columns], rows)
    write("chronic_mortality", ["group", "excess_deaths_per_year", "recovery_per_year"],
          [[g, EXCESS[g], MENTAL_RECOVERY if g == "mental" else 0.0, "assumption", "cancer: rural five-year survival of about one third; stroke: keeps 40+ prevalence near 2.3 % at the published incidence; others small"] for g in GROUPS]
          + [["disability", 0.05, 0.0, "assumption", "ADL disability at old ages"]])

    w = single_ages(shares, 2010)
    print("2010 prevalence 15+:", {g: round(float((prevalence[2010][g] * w)[:, 15:].sum() / w[:, 15:].sum()), 4) for g in GROUPS})
    print("stroke 40+ (0.0228):", round(float((prevalence[2010]["stroke"] * w)[:, 40:].sum() / w[:, 40:].sum()), 4))
    for y in sorted(prevalence):
        w = single_ages(shares, min(y, 2020))
        stack = np.stack([prevalence[y][g] for g in GROUPS if g != "mental"])
        print(y, "any of seven, 15+:", round(float((any_of(stack) * w)[:, 15:].sum() / w[:, 15:].sum()), 4))
    for g, first, name in (("stroke", 20, "stroke incidence 20+ (345)"), ("stroke", 40, "stroke incidence 40+ (505)"), ("cancer", 0, "cancer incidence (294)")):
        w = single_ages(shares, 2015).sum(axis=0)
        print(name, round(float(incidence[g][first:] @ w[first:] / w[first:].sum() * 1e5), 1))
    print("disabled, all ages 2010:", round(float((disabled * single_ages(shares, 2010)).sum()), 4))


# --- schooling ---------------------------------------------------------------------------------------------------

LEVELS = ["none", "primary", "junior", "senior", "college"]
SLOPE = {"male": 0.55, "female": 0.80}  # log odds a decade of birth (assumption; women caught up faster)


def attained(cuts, slope, born):
    """Shares of the five levels among those born in a year; progress by cohort stops with those born in 2000."""
    below = np.append(expit(np.asarray(cuts) - slope * (np.clip(born, 1910, 2000) - 1960) / 10), 1.0)
    return np.diff(np.concatenate([[0.0], below]))


def pupils(age, final):
    """Levels of those still of school age: none under 6, primary to 11, junior to 14, then the final mix."""
    if age < 6:
        return np.array([1.0, 0, 0, 0, 0])
    if age < 12:
        return np.array([0, 1.0, 0, 0, 0])
    if age < 15:
        return np.array([0, 0, 1.0, 0, 0])
    if age < 18:
        return np.array([*final[:3], final[3] + final[4], 0.0])
    return final


def schooling(folder, shares):
    from scipy.optimize import least_squares
    ages = single_ages(shares, 2020)
    published = {r["sex"] + r["level"]: float(r["value"]) for r in read(folder, "education_rural") if r["year"] == "2020"}
    rows = []
    for s, sex in enumerate(("male", "female")):
        goal = np.array([published[sex + "no_schooling"] + published[sex + "preschool"], published[sex + "primary"],
                         published[sex + "junior_middle"], published[sex + "senior_middle"],
                         published[sex + "junior_college"] + published[sex + "bachelor_plus"]])
        weight = ages[s, 3:] / ages[s, 3:].sum()

        def mix(cuts):
            return sum(w * pupils(a, attained(cuts, SLOPE[sex], 2020 - a)) for a, w in zip(range(3, 100), weight))

        # At 3+ the published "no schooling" hardly holds the children under six, so the first cut is set by illiteracy
        # at 15 and over (mean 0.060, seen), split between the sexes as "no schooling" is.
        illiterate = 2 * 0.060 * published[sex + "no_schooling"] / (published["maleno_schooling"] + published["femaleno_schooling"])
        adults = ages[s, 15:] / ages[s, 15:].sum()

        def miss(c):
            cuts = np.cumsum([c[0], *np.exp(c[1:])])
            none = sum(w * attained(cuts, SLOPE[sex], 2020 - a)[0] for a, w in zip(range(15, 100), adults))
            return 100 * np.append(np.cumsum(mix(cuts) - goal)[1:4], none - illiterate)

        cuts = least_squares(miss, [-4, 1, 0.7, 0.2]).x
        cuts = np.cumsum([cuts[0], *np.exp(cuts[1:])])
        print("schooling 3+ in 2020", sex, np.round(mix(cuts), 4), "published", goal)
        for born in range(1910, 2011, 10):
            final = attained(cuts, SLOPE[sex], born + 5)
            cells = [f"{x:.5f}" for x in final[:4]]
            rows.append([sex, born, *cells, f"{1 - sum(map(float, cells)):.5f}", "derived",
                         "ordered logit in year of birth (slope assumed), cut points fitted to schooling at 3+ in rural-type counties, 7th census 2020 (seen)"])
    write("schooling", ["sex", "born_from", *LEVELS], rows)


# --- leaving the countryside -------------------------------------------------------------------------------------

RECLASSIFIED = 0.009  # a year: the loss of cohorts of 55-74, who hardly move (men 0.8 %, women 0.9 %)


def leaving(folder):
    """Net loss of cohorts between the censuses beyond deaths and beyond land becoming urban, by age of leaving."""
    from scipy.optimize import nnls
    people, death = {}, {}
    for r in read(folder, "age_sex_rural_2010_2020"):
        key = int(r["year"]), r["sex"], min(int(r["age_from"]) // 5, 17)
        people[key] = people.get(key, 0) + float(r["persons"])
    for r in read(folder, "mortality_by_age_sex"):
        death[r["period"][:4], r["sex"], int(r["age_from"])] = float(r["value"])

    def dying(sex, age):
        group = 0 if age < 1 else 1 if age < 5 else age // 5 * 5
        return (death["2010", sex, group] + death["2015", sex, group]) / 2

    rows = []
    for sex in ("male", "female"):
        cohorts = range(15)
        lost = [-np.log(people[2020, sex, b + 2] / people[2010, sex, b]) / 10
                - sum(dying(sex, 5 * b + 3 + t) for t in range(10)) / 10 - RECLASSIFIED for b in cohorts]
        # A group of five years spends 2.5, 5 and 2.5 of the ten years in its own and the next two age groups.
        matrix = np.zeros((15, 17))
        for b in cohorts:
            matrix[b, b:b + 3] = 0.25, 0.5, 0.25
        bend = np.diff(np.eye(17), 2, axis=0) * 0.1
        hazard, _ = nnls(np.vstack([matrix, bend]), np.concatenate([np.maximum(lost, 0), np.zeros(15)]))
        print("leaving", sex, np.round(hazard, 4))
        for b, h in enumerate(np.append(hazard, 0.0)):
            rows.append([sex, 5 * b, f"{h:.5f}", "derived", "cohorts of rural residents 2010 and 2020 (unverified ages), less deaths and 0.9 % a year for land becoming urban; mean of 2010-2020"])
    write("leaving", ["sex", "age", "leaving_per_year"], rows)


def main(folder):
    mortality(folder)
    leaving(folder)
    fertility(folder)
    national(folder)
    shares = structure(folder)
    admissions(folder, shares)
    chronic(folder, shares)
    schooling(folder, shares)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
