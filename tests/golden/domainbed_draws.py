#!/usr/bin/env python3
"""Writes domainbed_draws.jsonl and domainbed_splits.jsonl: what DomainBed draws, computed with numpy and
Python's own power, without Sandgrad. Ranges: hparams_registry.py of github.com/facebookresearch/DomainBed.

    domainbed_draws.py FOLDER

The bits of a power are those of the C library: write the files on glibc 2.28 or later, on a CPU with FMA.
"""
import hashlib
import json
import os
import sys

import numpy

SMALL_IMAGES = ["ColoredMNIST", "RotatedMNIST"]
PHOTOS = ["PACS", "VLCS", "OfficeHome", "TerraIncognita"]


def seed_hash(*arguments):
    return int(hashlib.md5(str(arguments).encode()).hexdigest(), 16) % 2**31


def power(low, high):
    return lambda random: 10 ** random.uniform(low, high)


def whole(base, low, high):
    return lambda random: int(base ** random.uniform(low, high))


def uniform(low, high):
    return lambda random: random.uniform(low, high)


def whole_uniform(low, high):
    return lambda random: int(random.uniform(low, high))


def choice(*numbers):
    return lambda random: random.choice(numbers)


def always(number):
    return lambda random: number


IRM = {"irm_lambda": (100, power(-1, 5)), "irm_penalty_anneal_iters": (500, whole(10, 0, 4))}
IB = {"ib_lambda": (100, power(-1, 5)), "ib_penalty_anneal_iters": (500, whole(10, 0, 4))}
MMD = {"mmd_gamma": (1, power(-1, 1))}
ALGORITHMS = {
    "ERM": {}, "IRM": IRM, "IB_ERM": IB, "IB_IRM": {**IRM, **IB},
    "CORAL": MMD, "MMD": MMD, "CausIRL_CORAL": MMD, "CausIRL_MMD": MMD,
    "GroupDRO": {"groupdro_eta": (1e-2, power(-3, -1))},
    "Mixup": {"mixup_alpha": (0.2, power(-1, 1))},
    "MLDG": {"mldg_beta": (1, power(-1, 1)), "n_meta_test": (2, choice(1, 2))},
    "VREx": {"vrex_lambda": (10, power(-1, 5)), "vrex_penalty_anneal_iters": (500, whole(10, 0, 4))},
    "SD": {"sd_reg": (0.1, power(-5, -1))},
    "ANDMask": {"tau": (1, uniform(0.5, 1))},
    "SANDMask": {"tau": (1, uniform(0, 1)), "k": (10, power(-3, 5))},
    "IGA": {"penalty": (1000, power(1, 5))},
    "Fish": {"meta_lr": (0.5, choice(0.05, 0.1, 0.5))},
    "Fishr": {"lambda": (1000, power(1, 4)), "penalty_anneal_iters": (1500, whole_uniform(0, 5000)),
              "ema": (0.95, uniform(0.9, 0.99))},
    "EQRM": {"eqrm_quantile": (0.75, uniform(0.5, 0.99)), "eqrm_burnin_iters": (2500, power(2.5, 3.5)),
             "eqrm_lr": (1e-6, power(-7, -5))},
    "RDM": None,
}


def rdm(data_set):
    narrow, terra = data_set in ("PACS", "TerraIncognita"), data_set == "TerraIncognita"
    return {"rdm_lambda": (5, uniform(1 if narrow else 0.1, 10)),
            "rdm_penalty_anneal_iters": (1500, whole_uniform(800, 2700)),
            "variance_weight": (0, choice(0)) if terra or data_set == "OfficeHome"
                               else (0.004, uniform(0.001, 0.007)),
            "rdm_lr": (1.5e-5, uniform(8e-6, 2e-5))}


def space(algorithm, data_set):
    own = rdm(data_set) if algorithm == "RDM" else ALGORITHMS[algorithm]
    if data_set in SMALL_IMAGES:
        return {**own, "lr": (1e-3, power(-4.5, -2.5)), "weight_decay": (0, always(0)),
                "batch_size": (64, whole(2, 3, 9))}
    batch = (32, whole(2, 3, 5.5))
    if algorithm == "RDM":
        batch = (40, whole_uniform(30, 60)) if data_set == "TerraIncognita" else (88, whole_uniform(70, 100))
    return {**own, "lr": (5e-5, power(-5, -3.5)), "weight_decay": (0, power(-6, -2)), "batch_size": batch}


def drawn(algorithm, data_set, hparams_seed, trial_seed):
    seed = seed_hash(hparams_seed, trial_seed)
    return {name: float(default if hparams_seed == 0
                        else draw(numpy.random.RandomState(seed_hash(seed, name))))
            for name, (default, draw) in space(algorithm, data_set).items()}


def draws():
    """-> 1,000 draws: every algorithm on both families of batch sizes, most on seeds of a sweep"""
    sets = SMALL_IMAGES + PHOTOS
    for number in range(1000):
        algorithm = list(ALGORITHMS)[number % len(ALGORITHMS)]
        round_number = number // len(ALGORITHMS)
        data_set = sets[round_number % len(sets)]
        hparams_seed, trial_seed = round_number % 20, round_number % 3
        if round_number >= 40:
            hparams_seed, trial_seed = round_number**3 + 7, round_number**2
        yield {"algorithm": algorithm, "dataset": data_set, "hparams_seed": hparams_seed,
               "trial_seed": trial_seed, "hparams": drawn(algorithm, data_set, hparams_seed, trial_seed)}


def splits():
    for trial_seed in range(10):
        for domain, examples in enumerate([23334, 23333, 11667, 2048, 1024, 344, 9, 1]):
            keys = list(range(examples))
            numpy.random.RandomState(seed_hash(trial_seed, domain)).shuffle(keys)
            held_out = int(examples * 0.2)
            parts = {"out": keys[:held_out], "in": keys[held_out:]}
            yield {"examples": examples, "env": domain, "trial_seed": trial_seed,
                   **{name: {"examples": len(part), "first": part[:10],
                             "sha256": hashlib.sha256(numpy.array(part, "<i8").tobytes()).hexdigest()}
                      for name, part in parts.items()}}


def main(folder):
    for name, rows in [("domainbed_draws", draws()), ("domainbed_splits", splits())]:
        with open(os.path.join(folder, name + ".jsonl"), "w", encoding="utf-8") as file:
            for row in rows:
                file.write(json.dumps(row, sort_keys=True, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
