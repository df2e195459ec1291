#!/usr/bin/env python3
"""Every combiner of `sandgrad combine` against an independent reference: numpy only, float64.

    combiners_reference.py FOLDER_OF_THE_PROGRAMS [--count N] [--seed S] [--only NAME ...]
                                                exit: 0 agrees, 1 differs, 77 no numpy

For every combiner it makes N random tables, runs `combine` of sandgrad64 and of sandgrad on each, and
compares. The reference is written from the formulas of the papers. It works on the rows, with numpy's
singular values; the program works on products of rows. Where a quadratic program has to be solved, it pivots
on complementary pairs (Murty 1974), and the program adds one weight after another.

Bounds. Weights of the domains and Gram matrices are double in both programs: 1e-10 of the largest weight.
Directions: 1e-10 (sandgrad64) or 1e-5 (sandgrad) of the largest number of the direction or of its terms. The
float program is judged by the table rounded to float. A result that a rounding error may change by more is
judged by the conditions that define it; the last column counts such tables:

    CAGrad          always: the ball around the mean, and the gap between its value and that of its dual
    NashMTL         always: w_e (G w)_e = 1, up to the rounding error of that sum
    Krum            always: no domain has a lower score than a selected one
    MGDA            if two products tie: a point of the simplex that is no longer than the mean
    IMTLG, ConFIG   if cond(G) > 1e4: the residual of the equations of equal projections, or cosines
    AlignedMTL      if cond(G) > 1e4: 1e-10 becomes 16 eps cond(G)
    GradDrop, GeometricMean    columns whose sign or draw is within a rounding error of the threshold
"""
import argparse
import functools
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import zlib

try:
    import numpy as np
except ImportError:
    print("combiners_reference: numpy is missing; apt install python3-numpy", file=sys.stderr)
    sys.exit(77)

PROGRAMS = {"sandgrad64": (np.float64, 1e-10), "sandgrad": (np.float32, 1e-5)}
EPSILON = np.finfo(float).eps
WELL, ILL = "", "by conditions"  # how a result was judged


# ---- random numbers, as in tensor/random.h: Philox4x32-10 (Salmon et al. 2011) ----
def philox(counter, key):
    """Four arrays or numbers of 32 bits, two numbers -> four of 32 bits"""
    c = [np.asarray(word, dtype=np.uint64) for word in counter]
    k = [int(word) for word in key]
    low, shift = np.uint64(0xFFFFFFFF), np.uint64(32)
    for _ in range(10):
        a, b = np.uint64(0xD2511F53) * c[0], np.uint64(0xCD9E8D57) * c[2]
        c = [(b >> shift) ^ c[1] ^ np.uint64(k[0]), b & low, (a >> shift) ^ c[3] ^ np.uint64(k[1]), a & low]
        k = [(k[0] + 0x9E3779B9) % 2**32, (k[1] + 0xBB67AE85) % 2**32]
    return c


class Stream:
    def __init__(self, case, stream, example=0):
        self.key = (case.seed % 2**32, case.seed >> 32)
        self.rest, self.block, self.words = (stream, case.step, example), 0, []

    def bits(self):
        if not self.words:
            self.words = [int(word) for word in philox((self.block, *self.rest), self.key)]
            self.block += 1
        return self.words.pop(0)

    def uniform(self):
        high = self.bits()
        return ((high << 32 | self.bits()) >> 11) * 2.0**-53

    def normals(self, count):
        """Marsaglia's polar method: two at a time"""
        found = []
        while len(found) < count:
            x, y = 2 * self.uniform() - 1, 2 * self.uniform() - 1
            square = x * x + y * y
            if 0 < square < 1:
                factor = math.sqrt(-2 * math.log(square) / square)
                found += [x * factor, y * factor]
        return np.array(found[:count])

    def below(self, count):
        """Lemke and Lemire: the upper word of a product, without the draws that favour small numbers"""
        while (product := self.bits() * count) % 2**32 < 2**32 % count:
            pass
        return product >> 32

    def permutation(self, count):
        order = list(range(count))
        for last in range(count - 1, 0, -1):
            other = self.below(last + 1)
            order[last], order[other] = order[other], order[last]
        return order


def uniform_by_column(case, stream):
    """One number from (0, 1) for each column, optim/draws.h"""
    blocks = np.arange(-(-case.columns // 4))
    words = philox((np.zeros_like(blocks), stream, case.step, blocks), (case.seed % 2**32, case.seed >> 32))
    words = np.stack(np.broadcast_arrays(*words), axis=1).ravel()[: case.columns]
    return (words.astype(float) + 0.5) * 2.0**-32


def normal_quantile(p):
    """The z with Phi(z) = p: Python's, corrected by a Newton step with erfc"""
    z = statistics.NormalDist().inv_cdf(p)
    lower, tail = (True, p) if p < 0.5 else (False, 1 - p)
    excess = math.erfc((-z if lower else z) / math.sqrt(2)) / 2 - tail
    slope = math.exp(-z * z / 2) / math.sqrt(2 * math.pi)
    return z - excess / slope if lower else z + excess / slope


# ---- a case, and what is found ----
class Case:
    """A table, the losses of the domains, hyper-parameters, seed and step."""

    def __init__(self, rows, losses, hparams, seed, step):
        self.rows, self.losses, self.h, self.seed, self.step = rows, losses, hparams, seed, step
        self.domains, self.columns = rows.shape
        self.gram = rows @ rows.T
        self.lengths = np.linalg.norm(rows, axis=1)
        self.balance = (rows > 0).sum(axis=0) - (rows < 0).sum(axis=0)
        self.agreement = np.abs(self.balance) / self.domains
        self.sizes = np.abs(rows).sum(axis=0)

    @functools.cached_property
    def sum(self):
        return np.array([math.fsum(column) for column in self.rows.T])

    @property
    def mean(self):
        return self.sum / self.domains

    def preference(self, standard):
        return np.array(self.h.get("pref_vector", [standard] * self.domains))


class Judgement:
    """Compares what a program wrote with what a case must give. `tolerance` is the one of the direction."""

    def __init__(self, case, found, tolerance):
        self.case, self.found, self.tolerance = case, found, tolerance
        self.how, self.worst, self.problems = WELL, 0.0, []

    def within(self, what, error, bound):
        with np.errstate(over="ignore"):
            ratio = float(np.max(error / np.maximum(bound, 1e-300), initial=0.0))
        if not ratio <= 1:
            self.problems.append(f"{what}: {ratio:.3g} times its bound")
        self.worst = max(self.worst, ratio) if ratio == ratio else math.inf

    def direction(self, expected, scale=0.0, ignored=False):
        error = np.where(ignored, 0.0, np.abs(self.found["direction"] - expected))
        largest = max(np.abs(expected).max(), scale)
        self.within("direction", error, self.tolerance * largest)

    def mask(self, expected):
        self.within("mask", np.abs(self.found["mask"] - expected), self.tolerance)

    def weights(self, expected, bound=1e-10, scale=0.0):
        """`scale` is the size of the terms of the weights, if these may cancel"""
        largest = max(np.abs(expected).max(), scale)
        self.within("weights", np.abs(self.found["weights"] - expected), bound * largest)
        terms = np.abs(self.case.rows) * np.maximum(np.abs(expected), scale)[:, None]
        self.direction(expected @ self.case.rows, terms.sum(axis=0).max())

    def parts(self):
        """What is true of every method that weighs rows"""
        rows, weights, lengths = self.case.rows, self.found["weights"], self.case.lengths
        terms = np.abs(rows * weights[:, None]).sum(axis=0)
        own = EPSILON if self.tolerance < 1e-6 else np.finfo(np.float32).eps
        self.within("direction = sum of w g", np.abs(self.found["direction"] - weights @ rows),
                    4 * self.case.domains * EPSILON * terms + own * np.abs(weights @ rows) + 1e-44)
        self.within("Gram matrix", np.abs(self.found["gram"] - self.case.gram),
                    1e-13 * np.outer(lengths, lengths))


# ---- by column ----
def mean(judge):
    judge.direction(judge.case.mean, np.abs(judge.case.rows).max())


def total(judge):
    judge.direction(judge.case.sum, np.abs(judge.case.rows).max())


def rescaled(judge, mask, average, ignored=False):
    judge.mask(mask)
    factor = 1 / (1e-10 + mask.mean()) if judge.case.h["rescale"] else 1.0
    # m is rounded to float before it is averaged and multiplied
    judge.direction(mask * average * factor, np.abs(judge.case.rows).max(), ignored)


def and_mask(judge):
    rescaled(judge, (judge.case.agreement >= judge.case.h["tau"]).astype(float), judge.case.mean)


def geometric_mean(judge):
    case = judge.case
    size = np.exp(np.log(np.abs(case.rows) + 1e-10).mean(axis=0))
    unsure = np.abs(case.mean) * case.domains < 1e-13 * case.sizes
    judge.how = ILL if unsure.any() else WELL
    rescaled(judge, (case.agreement >= case.h["tau"]).astype(float), np.sign(case.mean) * size, unsure)


def variance(case):
    deviation = case.rows - case.mean
    return np.where((case.rows == case.rows[0]).all(axis=0), 0.0,
                    (deviation**2).sum(axis=0) / (case.domains - 1))


def open_by_tanh(argument):
    with np.errstate(over="ignore"):
        return np.maximum(0, np.tanh(argument))


def sand_mask(judge):
    case = judge.case
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        argument = case.h["k"] * (case.agreement - case.h["tau"]) / variance(case)
    rescaled(judge, open_by_tanh(np.where(np.isnan(argument), 1e-17, argument)), case.mean)


def sand_mask_snr(judge):
    case = judge.case
    with np.errstate(over="ignore", invalid="ignore"):
        ratio = case.mean**2 / (variance(case) + np.finfo(float).tiny)
        argument = case.h["k"] * (case.agreement - case.h["tau"]) * ratio
    rescaled(judge, open_by_tanh(np.where(np.isnan(argument), 0.0, argument)), case.mean)


def agr_sum(judge):
    mask = np.abs(judge.case.balance) == judge.case.domains
    judge.mask(mask)
    judge.direction(mask * judge.case.sum, np.abs(judge.case.rows).max())


def agr_rand(judge):
    case = judge.case
    drawn = np.array([normal_quantile(u) for u in uniform_by_column(case, 0x61677272)])
    agrees = np.abs(case.balance) == case.domains
    expected = np.where(agrees, case.sum, case.h["scale"] * drawn)
    judge.direction(expected, np.abs(case.rows).max())
    judge.within("random numbers", np.abs(judge.found["direction"] - expected)[~agrees],
                 judge.tolerance * case.h["scale"])


def sign_majority(judge):
    judge.within("direction", np.abs(judge.found["direction"] - np.sign(judge.case.balance)), 0.0)


def grad_drop(judge):
    case = judge.case
    leak = np.array(case.h.get("leak", [0.0] * case.domains))[:, None]
    draw = uniform_by_column(case, 0x67726472)
    with np.errstate(invalid="ignore"):
        purity = np.where(case.sizes > 0, (1 + case.sum / case.sizes) / 2, 0.5)
    keeps = np.where(purity > draw, case.rows > 0, case.rows < 0)
    unsure = np.abs(purity - draw) < 1e-13
    judge.how = ILL if unsure.any() else WELL
    judge.direction(((leak + (1 - leak) * keeps) * case.rows).sum(axis=0), np.abs(case.rows).max(), unsure)


def trimmed_mean(judge):
    case, trim = judge.case, int(judge.case.h["trim_number"])
    middle = np.sort(case.rows, axis=0)[trim : case.domains - trim]
    judge.direction(middle.mean(axis=0), np.abs(middle).max())


# ---- weights that need no solution ----
def constant(judge):
    judge.weights(np.array(judge.case.h.get("weights", [1 / judge.case.domains] * judge.case.domains)))


def random_weights(judge):
    size = np.exp(Stream(judge.case, 0x726E6477).normals(judge.case.domains))
    judge.weights(size / size.sum())


def pc_grad(judge):
    """On the rows themselves"""
    case, direction = judge.case, np.zeros(judge.case.columns)
    for i in range(case.domains):
        own = case.rows[i].copy()
        for j in Stream(case, 0x70636772, i).permutation(case.domains):
            if j != i and own @ case.rows[j] < 0:
                own -= (own @ case.rows[j]) / (case.rows[j] @ case.rows[j]) * case.rows[j]
        direction += own
    judge.direction(direction, np.abs(case.rows).sum(axis=0).max())


def vrex_weights(judge):
    losses = judge.case.losses
    judge.weights((1 + 2 * judge.case.h["lambda"] * (losses - losses.mean())) / judge.case.domains)


def group_dro_weights(judge):
    size = np.exp(judge.case.h["eta"] * judge.case.losses)
    judge.weights(size / size.sum())


def krum(judge):
    case, selected = judge.case, judge.found["weights"] > 0
    distances = np.linalg.norm(case.rows[:, None] - case.rows[None], axis=2)
    nearest = np.sort(distances, axis=1)[:, 1 : case.domains - int(case.h["n_byzantine"]) - 1]
    scores, count = nearest.sum(axis=1), int(case.h["n_selected"])
    judge.how = ILL
    judge.within("weights", np.abs(judge.found["weights"] - selected / count), 1e-15)
    judge.within("number of selected domains", abs(selected.sum() - count), 0.0)
    # distances come from products of rows: those of near rows lose half of their digits
    worst = scores[selected].max() - scores[~selected].min(initial=math.inf)
    judge.within("scores", max(worst, 0.0), 4 * math.sqrt(EPSILON) * case.lengths.max())
    margin = np.sort(scores)
    if count < case.domains and margin[count] - margin[count - 1] > 1e-6 * case.lengths.max():
        judge.how = WELL
        judge.weights(np.isin(np.arange(case.domains), np.argsort(scores)[:count]) / count)


# ---- quadratic programs ----
def complementary(matrix, slope):
    """The x >= 0 with z = M x + q >= 0 and x . z = 0, for a positive definite M: the minimum over x >= 0 of
    x M x / 2 + q x. Exchanges all pairs with a wrong sign, and the first one only if that does not help
    (Murty 1974; Judice and Pires 1994)."""
    free, fewest, patience = np.zeros(len(slope), bool), len(slope) + 1, 5
    scale = np.abs(slope).max(initial=0.0)
    for _ in range(100000):
        x, z = np.zeros(len(slope)), slope.copy()
        if free.any():
            x[free] = np.linalg.solve(matrix[np.ix_(free, free)], -slope[free])
            z = matrix @ x + slope
        z[free] = 0
        wrong = (free & (x < -1e-15 * np.abs(x).max())) | (~free & (z < -1e-14 * scale))
        if not wrong.any():
            return np.maximum(x, 0)
        if wrong.sum() < fewest:
            fewest, patience = wrong.sum(), 5
            free ^= wrong
        elif patience > 0:
            patience -= 1
            free ^= wrong
        else:
            free[np.argmax(wrong)] ^= True
    raise ArithmeticError("no complementary solution")


def regularized(case):
    trace = np.trace(case.gram)
    scaled = case.gram * 0 if trace < case.h["norm_eps"] or trace == 0 else case.gram / trace
    return scaled + case.h["reg_eps"] * np.eye(case.domains)


def above(matrix, least):
    """The w >= least with the smallest w G w"""
    return least + complementary(matrix, matrix @ least)


def dual_proj(judge):
    judge.weights(above(regularized(judge.case), judge.case.preference(1 / judge.case.domains)))


def up_grad(judge):
    matrix, u = regularized(judge.case), judge.case.preference(1 / judge.case.domains)
    judge.weights(sum(above(matrix, row) for row in np.diag(u)))


def mgda(judge):
    """Frank and Wolfe on the rows themselves"""
    case, tied = judge.case, False
    w, step, steps = np.full(case.domains, 1 / case.domains), 1.0, 0
    largest = case.lengths.max() ** 2
    while steps < case.h["max_iters"] and step >= case.h["epsilon"]:
        point = w @ case.rows
        products = case.rows @ point
        first = int(np.argmin(products))
        others = products[(np.abs(case.rows - case.rows[first]) > 0).any(axis=1)]
        target, moves = case.rows[first], point @ point - products[first] > 1e-10 * largest
        tied |= bool(moves and (others - products[first] < 1e-11 * largest).any())
        apart = (target - point) @ (target - point)
        step = min(1.0, max(0.0, (point @ point - products[first]) / apart)) if apart > 0 else 0.0
        tied |= abs(step - case.h["epsilon"]) < 1e-9
        w = (1 - step) * w
        w[first] += step
        steps += 1
    found = judge.found["weights"]
    judge.within("sum of the weights", abs(found.sum() - 1), 1e-12)
    judge.within("weights above 0", -found.min(), 0.0)
    if tied:
        judge.how = ILL
        judge.within("length", np.linalg.norm(found @ case.rows),
                     np.linalg.norm(case.mean) + 1e-12 * case.lengths.max())
    else:
        judge.direction(w @ case.rows, case.lengths.max())


def ca_grad(judge):
    """The best direction for the worst domain: max over d of min_e g_e . d with |d - g0| <= c |g0|. Its dual
    is min over w of g_w . g0 + c |g0| |g_w|."""
    case, found, judge.how = judge.case, judge.found["weights"], ILL
    trace, eps = np.trace(case.gram), case.h["norm_eps"]
    if trace < eps or trace == 0:
        return judge.weights(np.zeros(case.domains))
    if case.h["c"] == 0:
        return judge.weights(np.full(case.domains, 1 / case.domains))
    longest, centre = case.lengths.max(), case.rows.mean(axis=0)
    length = np.linalg.norm(centre)
    radius, unseen = case.h["c"] * length, 4 * math.sqrt(EPSILON) * longest  # a mean that cancels in G
    if length < unseen:
        return judge.within("direction", np.linalg.norm(found @ case.rows), (1 + case.h["c"]) * unseen)
    noise = 1e-10 * longest + unseen**2 / length
    if not found.any():  # since |g_w| < norm_eps, or since no d is better than 0
        level, shortest = best_level(case, centre, radius)
        if radius < length * (1 - EPSILON) or level > 1e-9 * longest * (length + radius):
            judge.within("length of g_w", shortest / math.sqrt(trace), 1.001 * eps)
        return None
    multipliers = found - 1 / case.domains
    judge.within("weights above 0", -multipliers.min(), 1e-10 * np.abs(found).max())
    multipliers = np.maximum(multipliers, 0)
    moved = multipliers @ case.rows
    judge.within("radius", abs(np.linalg.norm(moved) - radius),
                 noise + 64 * EPSILON * multipliers @ case.lengths)
    value = (case.rows @ (centre + moved)).min()
    if multipliers.any():
        w = multipliers / multipliers.sum()
        dual = w @ case.rows @ centre + radius * np.linalg.norm(w @ case.rows)
        judge.within("duality gap", dual - value, 1e-9 * longest * (length + radius))
        judge.within("length of g_w", eps * 0.999, np.linalg.norm(w @ case.rows) / math.sqrt(trace))
    return None


def best_level(case, centre, radius):
    """CAGrad's value, and |g_w|: the level s at which the nearest d with g_e . d >= s for all e is `radius`
    away from the centre. It is centre + sum_e lambda_e g_e with w = lambda / sum of lambda."""
    products = case.rows @ centre
    matrix = case.gram + 1e-13 * np.trace(case.gram) * np.eye(case.domains)
    low, high = products.min(), centre @ centre + radius * np.linalg.norm(centre)
    for _ in range(100):
        level = (low + high) / 2
        multipliers = complementary(matrix, products - level)
        near = multipliers @ matrix @ multipliers <= radius**2
        low, high = (level, high) if near else (low, level)
    return level, radius / max(multipliers.sum(), 1e-300)


def nash_mtl(judge):
    """w_e (G w)_e = 1, or t if the direction was shortened by sqrt(t). A ridge r keeps w finite if the hull
    of the rows contains 0; then the sums cancel, and are known as well as their terms are."""
    case, found, judge.how = judge.case, judge.found["weights"], ILL
    present, most = case.lengths > 0, case.h["max_norm"]
    judge.within("weights of zero rows", np.abs(found[~present]), 0.0)
    if not present.any():
        return
    w, gram = found[present], case.gram[np.ix_(present, present)]
    judge.within("weights above 0", float(not (w > 0).all()), 0.0)
    gains, own, terms = w * (gram @ w), w**2 * np.diag(gram), w * (np.abs(gram) @ w)
    noise = 64 * len(w) * EPSILON * terms
    length = np.linalg.norm(found @ case.rows)
    unseen = math.sqrt(noise.sum())  # of the length that the program computed from G
    if most > 0:
        judge.within("length", max(length - most, 0), 1e-9 * most + unseen)
    low, high = np.argmin(own), np.argmax(own)
    if most == 0:
        t, ridge = 1.0, (1 - gains[high]) / own[high]
    elif own[high] > 2 * own[low]:
        ridge = (gains[low] - gains[high]) / (own[high] - own[low])
        t = gains[low] + ridge * own[low]
    elif gains.min() < 1e-6 * terms.max():
        return  # two rows that are opposite: neither t nor r can be found
    else:
        t, ridge = gains.mean(), 0.0
    judge.within("ridge", max(ridge, -ridge - noise[high] / own[high]), 1e-9)
    judge.within("w_e (G w)_e = t", np.abs(gains + ridge * own - t), 1e-10 * t + noise)
    if most > 0 and abs(t - 1) > 1e-8 + noise.max() + 1e-9 * own.max():
        judge.within("shortened to", abs(length - most), 1e-9 * most + unseen)


# ---- pseudo-inverses ----
def spectrum(rows, cutoff):
    """-> U [E, r] and s [r] of the singular values whose squares are above `cutoff` times the largest, and
    whether the rank is sure"""
    u, s, _ = np.linalg.svd(rows, full_matrices=False)
    share = (s / max(s[0], 1e-300)) ** 2
    kept = (share > cutoff) & (s > 0)
    return u[:, kept], s[kept], not ((share > cutoff / 4) & (share < cutoff * 4)).any()


def condition(s):
    return (s[0] / s[-1]) ** 2 if len(s) else 1.0


def imtl_g(judge):
    case, found = judge.case, judge.found["weights"]
    u, s, sure = spectrum(case.rows, 1e-12)
    along = u.T @ case.lengths
    if np.linalg.norm(along) < 1e-6 * np.linalg.norm(case.lengths) or not len(s):  # rows that cancel
        return judge.weights(np.zeros(case.domains))
    v = u @ (along / s**2) * np.linalg.norm(s)  # of G / trace(G)
    if sure and condition(s) < 1e4 and abs(v.sum()) > 1e-2 * np.abs(v).sum():
        return judge.weights(v / v.sum())
    judge.how = ILL
    if not sure or abs(v.sum()) < 1e-12 + 1e3 * EPSILON * condition(s):
        return None
    judge.within("sum of the weights", abs(found.sum() - 1), 1e-10 * np.abs(found).sum())
    # G w is the part of the lengths in the range of G, up to a factor
    made = s**2 * (u.T @ found)
    factor = made @ along / max(made @ made, 1e-300)
    return judge.within("equal projections", np.linalg.norm(factor * made - along),
                        1e-10 * (s[0] ** 2 * abs(factor) * np.linalg.norm(found) + np.linalg.norm(along)))


def con_fig(judge):
    case, found = judge.case, judge.found["weights"]
    sizes, target = np.where(case.lengths > 0, case.lengths, 1.0), case.preference(1.0)
    units = case.rows / sizes[:, None]
    u, s, sure = spectrum(units, 1e-12)
    along = u.T @ target
    if np.linalg.norm(along) < 1e-6 * np.linalg.norm(target) or not len(s):  # units that cancel
        return judge.weights(np.zeros(case.domains))
    best = u @ (along / s**2)
    made = best @ units
    if sure and condition(s) < 1e4:
        terms = case.lengths.sum() / np.linalg.norm(made) * np.abs(best / sizes)
        return judge.weights((case.sum @ made) / (made @ made) * best / sizes, scale=terms.max())
    judge.how = ILL
    if not sure:
        return None
    direction = found @ case.rows
    cosines = u.T @ (units @ direction)
    factor = cosines @ along / max(cosines @ cosines, 1e-300)
    terms = np.linalg.norm(found * case.lengths)
    judge.within("equal cosines", np.linalg.norm(factor * cosines - along),
                 1e-10 * (s[0] ** 2 * abs(factor) * terms + np.linalg.norm(along)))
    return judge.within("length", abs(direction @ direction - case.sum @ direction),
                        1e-10 * terms * max(terms, case.lengths.sum()))


def aligned_mtl(judge):
    case = judge.case
    preference = case.preference(1 / case.domains)
    u, s, sure = spectrum(case.rows, np.finfo(np.float32).eps * case.domains)
    if not len(s):
        return judge.weights(preference)
    values = s**2
    sigma = {"min": values[-1], "median": values[len(s) // 2], "rmse": values.mean()}[case.h["scale_mode"]]
    if not sure:
        judge.how = ILL
        return None
    well = condition(s) < 1e4
    judge.how = WELL if well else ILL
    return judge.weights(math.sqrt(sigma) * u @ ((u.T @ preference) / s),
                         1e-10 if well else max(1e-10, 16 * EPSILON * condition(s)), np.abs(preference).max())


# ---- random cases ----
def sometimes(random, chance, value):
    return value if random.random_sample() < chance else None


def table(random, domains):
    columns = int(10 ** random.uniform(0, math.log10(5000)))
    most = min(domains, columns)
    rank = sometimes(random, 0.5, random.randint(1, most + 1)) or most
    rows = random.standard_normal((domains, rank)) @ random.standard_normal((rank, columns))
    if sometimes(random, 0.3, True):
        rows += random.standard_normal(columns) * random.uniform(0, 5)  # domains that mostly agree
    if sometimes(random, 0.2, True):
        rows = np.round(rows)  # ties, and exact zeros
    if sometimes(random, 0.3, True):
        rows *= 10 ** random.uniform(-1.5, 1.5, (domains, 1))
    for special in (lambda a, b: a, lambda a, b: -a, lambda a, b: -2.5 * a, lambda a, b: 0 * a):
        if sometimes(random, 0.15, True):
            one, other = random.randint(domains, size=2)
            rows[one] = special(rows[other], rows[one])
    return rows * 10 ** random.uniform(-5, 3) * (0 if sometimes(random, 0.01, True) else 1)


def masks(random, domains):
    tau = random.choice([0.0, 0.5, 0.75, random.uniform(0, 1)])
    return {"tau": float(tau), "rescale": int(random.randint(2))}


def sand_masks(random, domains):
    return {**masks(random, domains), "k": float(10 ** random.uniform(-3, 3))}


def some_list(random, name, low, domains):
    return sometimes(random, 0.7, {name: random.uniform(low, 1, domains).tolist()}) or {}


def preferences(random, domains):
    return some_list(random, "pref_vector", 0, domains)


def projections(random, domains):
    return {**preferences(random, domains), "norm_eps": float(random.choice([0, 1e-4])),
            "reg_eps": float(random.choice([1e-4, 1e-2]))}


NONE = lambda random, domains: {}
CASES = {  # the judge, random hyper-parameters, the fewest domains
    "ERM": (mean, NONE, 2),
    "Sum": (total, NONE, 2),
    "ANDMask": (and_mask, masks, 2),
    "GeometricMean": (geometric_mean, masks, 2),
    "SANDMask": (sand_mask, sand_masks, 2),
    "SANDMaskSNR": (sand_mask_snr, sand_masks, 2),
    "AgrSum": (agr_sum, NONE, 2),
    "AgrRand": (agr_rand, lambda r, n: {"scale": float(10 ** r.uniform(-6, 1))}, 2),
    "SignMajority": (sign_majority, NONE, 2),
    "GradDrop": (grad_drop, lambda r, n: some_list(r, "leak", 0, n), 2),
    "TrimmedMean": (trimmed_mean, lambda r, n: {"trim_number": int(r.randint((n - 1) // 2 + 1))}, 3),
    "Constant": (constant, lambda r, n: some_list(r, "weights", -2, n), 2),
    "Random": (random_weights, NONE, 2),
    "PCGrad": (pc_grad, NONE, 2),
    "CAGrad": (ca_grad, lambda r, n: {"c": float(r.choice([0, 0.4, 0.5, 1, 2.5])), "norm_eps": 1e-4}, 2),
    "MGDA": (mgda, lambda r, n: {"epsilon": float(10 ** r.uniform(-5, -2)),
                                 "max_iters": int(r.randint(1, 300))}, 2),
    "DualProj": (dual_proj, projections, 2),
    "UPGrad": (up_grad, projections, 2),
    "IMTLG": (imtl_g, NONE, 2),
    "AlignedMTL": (aligned_mtl, lambda r, n: {**preferences(r, n),
                                              "scale_mode": str(r.choice(["min", "median", "rmse"]))}, 2),
    "NashMTL": (nash_mtl, lambda r, n: {"max_norm": float(r.choice([0, 0.1, 1, 10]))}, 2),
    "Krum": (krum, lambda r, n: (lambda b: {"n_byzantine": b, "n_selected": int(r.randint(1, min(n, 4)))})(
        int(r.randint(n - 2))), 4),
    "ConFIG": (con_fig, preferences, 2),
    "VRExWeights": (vrex_weights, lambda r, n: {"lambda": float(10 ** r.uniform(-1, 5))}, 2),
    "GroupDROWeights": (group_dro_weights, lambda r, n: {"eta": float(10 ** r.uniform(-3, 0))}, 2),
}
MASKED = {"ANDMask", "GeometricMean", "SANDMask", "SANDMaskSNR", "AgrSum"}
BY_COLUMN = {*MASKED, "ERM", "Sum", "AgrRand", "SignMajority", "GradDrop", "TrimmedMean", "Mean"}


def edges():
    """Rows that are equal, opposite, zero, at right angles, or whose sum or units cancel; one column"""
    g, turns = np.array([0.1, 0.7, -1.3]), 2 * math.pi / 3 * np.arange(3)
    star = np.stack([np.cos(turns), np.sin(turns)], axis=1)  # three units at 120 degrees
    upright = np.array([[0.6, 0, 0.8], [-0.64, 0.6, 0.48]]) * 0.3  # two rows of one length at right angles
    shapes = [[g, g], [g] * 4, [g, -g], [g, -2.5 * g], [g, -g, 3 * g, -7 * g], [0 * g, g], [0 * g] * 2,
              star @ upright, star @ upright * [[1], [2], [3]], star @ [[0.3, 0.5, 1], [2, 0.1, -1]],
              [*(star @ upright), upright[0]], np.eye(4, 6), [[1.0], [-2.0], [3.0], [0.5]],
              [[1.0], [2.0], [3.0]]]
    return [np.array(rows) for rows in shapes]


def random_case(name, seed):
    """The same for the same name and seed. The first seeds are those of the edges."""
    random = np.random.RandomState([zlib.crc32(name.encode()), seed])
    _, hparams, fewest = CASES[name]
    fixed = [rows for rows in edges() if len(rows) >= fewest]
    domains = random.randint(fewest, random.choice([fewest, 6, 32]) + 1)
    rows = fixed[seed] * random.choice([1, 1e-6, 1e4]) if seed < len(fixed) else table(random, domains)
    domains = len(rows)
    return Case(rows, random.uniform(0, 5, domains), hparams(random, domains),
                int(random.randint(2**62)), int(random.randint(2**31 - 1)))


# ---- runs ----
class Refused(Exception):
    pass


class Runner:
    def __init__(self, programs, folder):
        self.programs, self.folder = programs, folder

    def path(self, name):
        return os.path.join(self.folder, name + ".npy")

    def run(self, program, name, case, threads=1):
        """-> {"direction": ..., "mask": ..., "weights": ..., "gram": ...}, float64"""
        np.save(self.path("in"), case.rows)
        np.save(self.path("losses"), case.losses)
        outputs = {"direction": "--out"}
        outputs |= {"mask": "--mask-out"} if name in MASKED else {}
        outputs |= {} if name in BY_COLUMN else {"weights": "--weights-out", "gram": "--gram-out"}
        arguments = ["combine", "--combiner", name, "--hparams", json.dumps(case.h), "--in", self.path("in"),
                     "--seed", str(case.seed), "--step", str(case.step), "--threads", str(threads)]
        if name in ("VRExWeights", "GroupDROWeights"):
            arguments += ["--losses", self.path("losses")]
        for output, flag in outputs.items():
            arguments += [flag, self.path(output)]
        done = subprocess.run([os.path.join(self.programs, program), *arguments], timeout=100, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode != 0:
            raise Refused(f"exit {done.returncode}: {done.stdout}")
        found = {output: np.load(self.path(output)) for output in outputs}
        own = PROGRAMS[program][0]
        for output, numbers in found.items():
            expected = np.float64 if output in ("weights", "gram") else own
            assert numbers.dtype == expected, f"{output} is of type {numbers.dtype}"
        return {output: numbers.astype(float) for output, numbers in found.items()}

    def names(self):
        """Those of the error for a combiner that does not exist; Mean and ERM are one"""
        arguments = ["combine", "--combiner", "?", "--in", "in.npy", "--out", "out.npy"]
        said = subprocess.run([os.path.join(self.programs, "sandgrad"), *arguments], stderr=subprocess.PIPE,
                              text=True).stderr
        known = said.split("known ")[1].splitlines()[0]
        return {"ERM" if name == "Mean" else name for name in known.split(", ")}


def judged(name, case, found, program):
    number, tolerance = PROGRAMS[program]
    rounded = Case(case.rows.astype(number).astype(float), case.losses, case.h, case.seed, case.step)
    judge = Judgement(rounded, found, tolerance)
    if name not in BY_COLUMN:
        judge.parts()
    CASES[name][0](judge)
    return judge


def planted(name, case, found):
    """The same with an error of 1e-6 in one weight, or of 1e-8 in a number of the direction"""
    wrong = {output: numbers.copy() for output, numbers in found.items()}
    if name in BY_COLUMN:
        wrong["direction"][np.argmax(np.abs(wrong["direction"]))] *= 1 + 1e-8
    else:
        wrong["weights"][np.argmax(np.abs(wrong["weights"]))] *= 1 + 1e-6
        wrong["direction"] = wrong["weights"] @ case.rows
    return wrong


def compare(runner, names, count, first_seed):
    """Prints a line for each combiner and program. -> the number of tables that differ"""
    differ = 0
    print(f"{'combiner':16} {'program':11} {'tables':>6} {'differ':>6}   worst error / bound   by conditions")
    for name in names:
        judges = {program: [] for program in PROGRAMS}
        for seed in range(first_seed, first_seed + count):
            case = random_case(name, seed)
            for program in PROGRAMS:
                try:
                    judge = judged(name, case, runner.run(program, name, case, threads=1 + seed % 3), program)
                except Refused as refused:
                    judge = Judgement(case, {}, 0.0)
                    judge.problems = [str(refused)]
                judges[program].append(judge)
                for problem in judge.problems:
                    print(f"{name}, {program}: {problem}\n    again: --only {name} --seed {seed} --count 1   "
                          f"[{case.domains}, {case.columns}] {case.h}", file=sys.stderr)
        for program, all_of in judges.items():
            bad = sum(bool(judge.problems) for judge in all_of)
            differ += bad
            print(f"{name:16} {program:11} {len(all_of):6} {bad:6}   {max(j.worst for j in all_of):<21.2g} "
                  f"{sum(j.how == ILL for j in all_of)}")
    return differ


def find_planted(runner, names):
    """Every judge must find an error. -> the number of those that do not"""
    blind = 0
    for name in names:
        random = np.random.RandomState([zlib.crc32(name.encode()), 1])
        rows = random.standard_normal((5, 40)) + 0.5
        hparams = CASES[name][1](random, 5)
        hparams |= {"tau": 0.3, "k": 1.0} if "tau" in hparams else {}
        hparams |= {"n_selected": 2, "n_byzantine": 1} if "n_selected" in hparams else {}
        case = Case(rows, random.uniform(0, 5, 5), hparams, 7, 3)
        found = runner.run("sandgrad64", name, case)
        if judged(name, case, found, "sandgrad64").problems:
            print(f"{name}: differs before an error is planted", file=sys.stderr)
            blind += 1
        elif not judged(name, case, planted(name, case, found), "sandgrad64").problems:
            print(f"{name}: its judge does not find a planted error", file=sys.stderr)
            blind += 1
    return blind


# ---- values that TorchJD documents for its aggregators (tests/unit/aggregation/test_values.py there) ----
BASE = [[-4.0, 1.0, 1.0], [6.0, 1.0, 1.0]]
KRUM = [[1.0, 1.0, 1.0], [1.0, 0.0, 1.0], [75.0, -666.0, 23], [1.0, 2.0, 3.0], [2.0, 0.0, 1.0]]
TRIMMED = [[1e11, 3.0], [1.0, -1e11], [-1e10, 1e10], [2.0, 2.0]]
DOCUMENTED = [  # combiner, hyper-parameters, table, direction, weights
    ("AlignedMTL", {}, BASE, [0.2133, 0.9673, 0.9673], [0.5591, 0.4083]),
    ("CAGrad", {"c": 0.5}, BASE, [0.1835, 1.2041, 1.2041], [0.7041, 0.5000]),
    ("ConFIG", {}, BASE, [0.1588, 2.0706, 2.0706], None),
    ("Constant", {"weights": [1.0, 2.0]}, BASE, [8.0, 3.0, 3.0], [1.0, 2.0]),
    ("DualProj", {}, BASE, [0.5563, 1.1109, 1.1109], [0.6109, 0.5000]),
    ("IMTLG", {}, BASE, [0.0767, 1.0000, 1.0000], [0.5923, 0.4077]),
    ("Krum", {"n_byzantine": 1, "n_selected": 4}, KRUM, [1.25, 0.75, 1.5], [0.25, 0.25, 0, 0.25, 0.25]),
    ("Mean", {}, BASE, [1.0, 1.0, 1.0], None),
    ("MGDA", {}, BASE, [0.0, 1.0, 1.0], [0.6000, 0.4000]),
    ("NashMTL", {}, BASE, [0.0542, 0.7061, 0.7061], None),
    ("PCGrad", {}, BASE, [0.5848, 3.8012, 3.8012], [2.2222, 1.5789]),
    ("Sum", {}, BASE, [2.0, 2.0, 2.0], None),
    ("TrimmedMean", {"trim_number": 1}, TRIMMED, [1.5000, 2.5000], None),
    ("UPGrad", {}, BASE, [0.2929, 1.9004, 1.9004], [1.1109, 0.7894]),
]


def check_documented(runner):
    """-> the number of examples that differ in the fourth digit after the point"""
    differ = 0
    for name, hparams, rows, direction, weights in DOCUMENTED:
        case = Case(np.array(rows), np.zeros(len(rows)), hparams, 0, 0)
        for program in PROGRAMS:
            found = runner.run(program, name, case)
            for what, expected in (("direction", direction), ("weights", weights)):
                if expected is not None and np.abs(found[what] - expected).max() > 1e-4:
                    print(f"{program} {name}: {what} {found[what]}, documented {expected}", file=sys.stderr)
                    differ += 1
    return differ


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs")
    parser.add_argument("--count", type=int, default=5, help="tables for each combiner")
    parser.add_argument("--seed", type=int, default=0, help="of the first table")
    parser.add_argument("--only", nargs="+", default=list(CASES), metavar="NAME", choices=list(CASES))
    options = parser.parse_args()
    quick = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # programs wait until the disk has a file
    with tempfile.TemporaryDirectory(prefix="sandgrad-", dir=quick) as folder:
        runner = Runner(options.programs, folder)
        failures = compare(runner, options.only, options.count, options.seed)
        failures += find_planted(runner, options.only) + check_documented(runner)
        if missing := runner.names() ^ set(CASES):
            print(f"combiners without a reference, or the other way round: {missing}", file=sys.stderr)
            failures += 1
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
