#!/usr/bin/env python3
"""Values and gradients of the objectives over whole domains, in double by PyTorch's autograd, for \
objectives_over_domains_test.cpp.

    reference.py > golden.json      needs torch; the numbers are kept, so the tests do not

Every formula is written here on its own, in PyTorch's terms. Logits and features are separate leaves.
"""
import json
import math
import random

import torch
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

torch.set_default_dtype(torch.float64)
MMD_GAMMAS = [0.001, 0.01, 0.1, 1, 10, 100, 1000]
RDM_GAMMAS = [0.0001] + MMD_GAMMAS


def domains_of(seed, sizes, classes, features, scale=1.0):
    """-> [(logits, features, labels)]; one logit a row if classes is 1"""
    draw = random.Random(seed)
    numbers = lambda rows, columns: torch.tensor(
        [[round(draw.gauss(0, scale), 6) for _ in range(columns)] for _ in range(rows)], requires_grad=True)
    return [(numbers(n, classes), numbers(n, features),
             torch.tensor([draw.randrange(max(classes, 2)) for _ in range(n)])) for n in sizes]


def loss(x, y, reduction="mean"):
    if x.shape[1] == 1:
        return binary_cross_entropy_with_logits(x[:, 0], y.double(), reduction=reduction)
    return cross_entropy(x, y, reduction=reduction)


def mean_loss(domains):
    return torch.stack([loss(x, y) for x, _, y in domains]).mean()


def pooled_loss(domains):
    return loss(torch.cat([x for x, _, _ in domains]), torch.cat([y for _, _, y in domains]))


def slopes(x, y):
    factor, shift = torch.ones((), requires_grad=True), torch.zeros((), requires_grad=True)
    return torch.autograd.grad(loss(x * factor + shift, y), (factor, shift), create_graph=True)


def irm_penalty(x, y, h):
    if h["irm_halves"]:
        return slopes(x[::2], y[::2])[0] * slopes(x[1::2], y[1::2])[0]
    by_factor, by_shift = slopes(x, y)
    return by_factor ** 2 + h["irm_shift"] * by_shift ** 2


def irm(domains, h):
    penalties = torch.stack([irm_penalty(x, y, h) for x, _, y in domains])
    penalty = penalties.mean()
    if h["irm_share"]:
        return (1 - h["irm_lambda"]) * mean_loss(domains) + h["irm_lambda"] * penalties.sum(), penalty
    total = mean_loss(domains) + h["irm_lambda"] * penalty
    return (total / h["irm_lambda"] if h["irm_divide"] and h["irm_lambda"] > 1 else total), penalty


def vrex(domains, h):
    losses = torch.stack([loss(x, y) for x, _, y in domains])
    penalty = losses.var(unbiased=False)
    total = losses.mean() + h["vrex_lambda"] * penalty
    return (total / h["vrex_lambda"] if h["vrex_divide"] and h["vrex_lambda"] > 1 else total), penalty


def group_dro(domains, h, state):
    losses = torch.stack([loss(x, y) for x, _, y in domains])
    q = state.get("q", torch.ones(len(domains))) * torch.exp(h["groupdro_eta"] * losses.detach())
    state["q"] = q / q.sum()
    return (state["q"] * losses).sum(), torch.zeros(())


def sd(domains, h):
    penalty = (torch.cat([x for x, _, _ in domains]) ** 2).mean()
    return pooled_loss(domains) + h["sd_reg"] * penalty, penalty


def feature_variance(domains):
    return torch.stack([z.var(dim=0, unbiased=True).mean() for _, z, _ in domains]).mean()


def ib_erm(domains, h):
    penalty = feature_variance(domains)
    return mean_loss(domains) + h["ib_lambda"] * penalty, penalty


def ib_irm(domains, h):
    invariance = torch.stack([irm_penalty(x, y, h) for x, _, y in domains]).mean()
    penalty = feature_variance(domains)
    return mean_loss(domains) + h["irm_lambda"] * invariance + h["ib_lambda"] * penalty, invariance + penalty


def coral_distance(a, b):
    return ((a.mean(0) - b.mean(0)) ** 2).mean() + ((torch.cov(a.T) - torch.cov(b.T)) ** 2).mean()


def kernel_mean(a, b, gammas):
    squares = ((a[:, None, :] - b[None, :, :]) ** 2).sum(-1).clamp_min(1e-30)
    return sum(torch.exp(-gamma * squares) for gamma in gammas).mean()


def mmd_distance(a, b, gammas=tuple(MMD_GAMMAS)):
    return kernel_mean(a, a, gammas) + kernel_mean(b, b, gammas) - 2 * kernel_mean(a, b, gammas)


def pairwise(distance):
    def objective(domains, h):
        z = [features for _, features, _ in domains]
        penalty = torch.stack([distance(z[a], z[b]) for a in range(len(z)) for b in range(a)]).mean()
        return mean_loss(domains) + h["mmd_gamma"] * penalty, penalty
    return objective


def rdm(domains, h):
    losses = [loss(x, y) for x, _, y in domains]
    by_row = [loss(x, y, "none")[:, None] for x, _, y in domains]
    worst, everything = by_row[max(range(len(losses)), key=lambda e: losses[e].item())], torch.cat(by_row)
    distance = mmd_distance(worst, everything, tuple(RDM_GAMMAS))
    variance = everything.var(unbiased=True) + worst.var(unbiased=True)
    return (torch.stack(losses).mean() + h["rdm_lambda"] * distance + h["variance_weight"] * variance,
            distance)


def eqrm(domains, h):
    """The bisection of the kernel density, differentiated through its ends."""
    losses = torch.stack([loss(x, y) for x, _, y in domains])
    width = 1.06 * losses.std(unbiased=True) * len(domains) ** -0.2
    z = torch.distributions.Normal(0., 1.).icdf(torch.tensor(h["eqrm_quantile"]))
    low, high = losses.min() + width * z, losses.max() + width * z
    middle = (low + high) / 2
    for _ in range(32):
        share = torch.distributions.Normal(losses, width).cdf(middle).mean()
        low, high = (low, middle) if share > h["eqrm_quantile"] else (middle, high)
        following = (low + high) / 2
        if following == middle:
            break
        middle = following
    return middle, torch.zeros(())


def fishr(domains, h, state):
    """Gradients of every row's loss by the weights and biases of the last layer, one by one."""
    variances = []
    for e, (x, z, y) in enumerate(domains):
        rows = []
        for n in range(len(x)):
            if x.shape[1] == 1:
                residual = torch.sigmoid(x[n]) - y[n]
            else:
                residual = torch.softmax(x[n], 0) - torch.eye(x.shape[1])[y[n]]
            rows.append(torch.cat([torch.outer(residual, z[n]).flatten(), residual]))
        now = torch.stack(rows).var(dim=0, unbiased=False)
        smoothed = h["ema"] * state.get(e, torch.zeros_like(now)) + (1 - h["ema"]) * now
        state[e] = smoothed.detach()
        variances.append(smoothed / (1 - h["ema"]))
    mean = torch.stack(variances).mean(0)
    penalty = torch.stack([((v - mean) ** 2).mean() for v in variances]).mean()
    return pooled_loss(domains) + h["lambda"] * penalty, penalty


def case(name, objective, h, domains, steps=1, state=None):
    """Several steps with the same domains tell whether the state is carried on; the last one counts."""
    for _ in range(steps):
        total, penalty = objective(domains, h) if state is None else objective(domains, h, state)
    leaves = [leaf for x, z, _ in domains for leaf in (x, z)]
    gradients = torch.autograd.grad(total, leaves, allow_unused=True)
    flat = lambda t, like: (torch.zeros_like(like) if t is None else t).flatten().tolist()
    return {"name": name, "hparams": h, "steps": steps, "objective": total.item(), "penalty": penalty.item(),
            "domains": [{"logits": x.tolist(), "features": z.tolist(), "labels": y.tolist(),
                         "by_logits": flat(gradients[2 * e], x), "by_features": flat(gradients[2 * e + 1], z)}
                        for e, (x, z, y) in enumerate(domains)]}


def main():
    uneven = [6, 7, 5]
    irm_h = {"irm_lambda": 7.5, "irm_penalty_anneal_iters": 0, "irm_halves": 1, "irm_divide": 0,
             "irm_shift": 0, "irm_share": 0}
    vrex_h = {"vrex_lambda": 4, "vrex_penalty_anneal_iters": 0, "vrex_divide": 0}
    ib_h = {"ib_lambda": 3, "ib_penalty_anneal_iters": 0}
    rdm_h = {"rdm_lambda": 5, "rdm_penalty_anneal_iters": 0, "variance_weight": 0.3, "rdm_lr": 1e-5}
    eqrm_h = {"eqrm_quantile": 0.75, "eqrm_burnin_iters": 0, "eqrm_lr": 1e-6}
    fishr_h = {"lambda": 11, "penalty_anneal_iters": 0, "ema": 0.9}
    cases = []
    for seed, (sizes, classes) in enumerate([(uneven, 3), (uneven, 1), ([4, 9], 5)]):
        at = lambda more=0: domains_of(100 * seed + more, sizes, classes, 3)
        cases += [
            case("IRM", irm, irm_h, at()),
            case("IRM", irm, irm_h | {"irm_halves": 0, "irm_divide": 1}, at(1)),
            case("IRM", irm, irm_h | {"irm_halves": 0, "irm_lambda": 0.7, "irm_shift": 1, "irm_share": 1},
                 at(15)),
            case("VREx", vrex, vrex_h, at(2)),
            case("VREx", vrex, vrex_h | {"vrex_divide": 1}, at(3)),
            case("GroupDRO", group_dro, {"groupdro_eta": 0.4}, at(4), 3, {}),
            case("SD", sd, {"sd_reg": 0.1}, at(5)),
            case("IB_ERM", ib_erm, ib_h, at(6)),
            case("IB_IRM", ib_irm, irm_h | ib_h, at(7)),
            case("CORAL", pairwise(coral_distance), {"mmd_gamma": 2}, at(8)),
            case("MMD", pairwise(mmd_distance), {"mmd_gamma": 2}, at(9)),
            case("RDM", rdm, rdm_h, at(10)),
            case("EQRM", eqrm, eqrm_h, at(11)),
            case("EQRM", eqrm, eqrm_h | {"eqrm_quantile": 0.31}, at(12)),
            case("Fishr", fishr, fishr_h, at(13), 1, {}),
            case("Fishr", fishr, fishr_h, at(14), 3, {}),
        ]
    assert all(math.isfinite(c["objective"]) for c in cases)
    print("[" + ",\n".join(json.dumps(c) for c in cases) + "]")


if __name__ == "__main__":
    main()
