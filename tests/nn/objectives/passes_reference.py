#!/usr/bin/env python3
"""What IGA, MLDG and Fish make of a small network, in double by PyTorch's autograd, for \
several_passes_test.cpp.

    passes_reference.py > passes.json      needs torch; the numbers are kept, so the tests do not

The network is linear 5 -> 4, tanh (for "iga_relu" ReLU), linear 4 -> 2, with cross-entropy. Written from
the formulas of the papers and of DomainBed; IGA's second derivatives are exact.
"""
import itertools
import json
import random

import torch
from torch.nn.functional import cross_entropy

torch.set_default_dtype(torch.float64)
SHAPES = [(4, 5), (4,), (2, 4), (2,)]
draw = random.Random(13)


def numbers(*shape):
    count = 1
    for n in shape:
        count *= n
    return torch.tensor([round(draw.gauss(0, 0.7), 6) for _ in range(count)]).reshape(shape)


def loss(weights, domain, activation=torch.tanh):
    w0, b0, w1, b1 = weights
    x, y = domain
    return cross_entropy(activation(x @ w0.T + b0) @ w1.T + b1, y)


def flat(tensors):
    return [float(x) for tensor in tensors for x in tensor.detach().reshape(-1)]


def copy(weights):
    return [w.detach().clone().requires_grad_() for w in weights]


def first(domain, rows):
    return domain[0][:rows], domain[1][:rows]


def iga(weights, domains, penalty, activation=torch.tanh):
    weights = copy(weights)
    losses = [loss(weights, domain, activation) for domain in domains]
    gradients = [torch.autograd.grad(l, weights, create_graph=True) for l in losses]
    mean = [sum(parts) / len(domains) for parts in zip(*gradients)]
    apart = sum(((g - m) ** 2).sum() for gradient in gradients for g, m in zip(gradient, mean))
    objective = sum(losses) / len(domains) + penalty * apart
    return {"penalty": penalty, "objective": float(objective), "apart": float(apart),
            "gradient": flat(torch.autograd.grad(objective, weights))}


def mldg(weights, domains, beta, tests, lr, decay):
    """One entry for each order of the domains: the last `tests` of it are tested on."""
    cases = []
    for order in itertools.permutations(range(len(domains))):
        rows = [[torch.zeros_like(w) for w in weights] for _ in domains]
        train, test = order[:len(domains) - tests], order[len(domains) - tests:]
        total = 0.0
        for i, j in zip(train, itertools.cycle(test)):
            count = min(len(domains[i][1]), len(domains[j][1]))
            inner = copy(weights)
            adam = torch.optim.Adam(inner, lr=lr, weight_decay=decay)
            here = loss(inner, first(domains[i], count))
            here.backward()
            rows[i] = [row + w.grad for row, w in zip(rows[i], inner)]
            adam.step()
            there = loss(inner, first(domains[j], count))
            rows[j] = [row + beta * g for row, g in zip(rows[j], torch.autograd.grad(there, inner))]
            total += float(here) + beta * float(there)
        cases.append({"order": order, "objective": total / len(domains), "rows": [flat(row) for row in rows]})
    return {"beta": beta, "tests": tests, "lr": lr, "decay": decay, "cases": cases}


def fish(weights, domains, meta, lr, decay, steps):
    """The direction w - v of each step, and the network's weights after it."""
    weights, state, made = copy(weights), None, []
    for _ in range(steps):
        inner = copy(weights)
        adam = torch.optim.Adam(inner, lr=lr, weight_decay=decay)
        if state is not None:
            adam.load_state_dict(state)
        losses = []
        for domain in domains:
            adam.zero_grad()
            value = loss(inner, domain)
            value.backward()
            adam.step()
            losses.append(float(value))
        state = adam.state_dict()
        direction = [w - v for w, v in zip(weights, inner)]
        weights = [(w + meta * (v - w)).detach() for w, v in zip(weights, inner)]
        made.append({"losses": losses, "direction": flat(direction), "after": flat(weights)})
    return {"meta": meta, "lr": lr, "decay": decay, "steps": made}


def main():
    weights = [numbers(*shape) for shape in SHAPES]
    domains = [(numbers(n, 5), torch.tensor([draw.randrange(2) for _ in range(n)])) for n in (4, 3, 6)]
    print(json.dumps({
        "weights": flat(weights),
        "domains": [{"inputs": x.tolist(), "labels": y.tolist()} for x, y in domains],
        "iga": [iga(weights, domains, penalty) for penalty in (1, 1000)],
        "iga_relu": [iga(weights, domains, penalty, torch.relu) for penalty in (1, 1000)],
        "mldg": [mldg(weights, domains, beta, tests, 0.01, decay)
                 for beta, tests, decay in ((1, 1, 0), (0.3, 2, 0.05))],
        "fish": [fish(weights, domains, 0.5, 0.01, decay, 4) for decay in (0, 0.05)]}, indent=None))


main()
