#!/usr/bin/env python3
"""The PyTorch peer of `sandgrad bench`: one case, one algorithm or an evaluation, \
one JSON line with the same keys.

Implements the formulas in plain PyTorch >= 1.13 on a CPU, with PyTorch's fastest settings (README.md).
Does not need DomainBed.
"""
import argparse
import collections
import ctypes
import json
import os
import sys
import time

CASES = {  # model, domains, rows of one domain
    "ilc": ("mlp:18-256-256-256-2", 16, 64),
    "irm": ("mlp:392-390-390-2", 2, 512),
    "mnist": ("MNIST_CNN:2x28x28-2", 2, 64),
    "pacs": ("SmallCNN:3x64x64-7", 3, 32),
}
BLOCKS = {  # channels and stride of every convolution
    "MNIST_CNN": [(64, 1), (128, 2), (128, 1), (128, 1)],
    "SmallCNN": [(32, 1), (64, 2), (128, 2), (128, 2)],
}
GROUPS = 8
M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4  # malloc.h
TAU, K = 0.9, 10.0
MISSING_SERVICE = 69  # sysexits EX_UNAVAILABLE
LEARNING_RATE = 1e-3


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--case", choices=CASES, required=True)
    parser.add_argument("--algorithm", choices=["ERM", "ANDMask", "SANDMask"], default="SANDMask")
    parser.add_argument("--phase", choices=["train", "evaluate"], default="train",
                        help="evaluate: forward only, all rows of all domains, right answers counted")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--steps", type=int, default=50, help="timed steps")
    parser.add_argument("--warm-up", type=int, default=5,
                        help="steps before the clock counts, the first among them")
    parser.add_argument("--domains", type=int, help="default: the case's own")
    parser.add_argument("--rows", type=int, help="rows of one domain; default: the case's own")
    parser.add_argument("--variance", choices=["builtin", "passes"], default="builtin",
                        help="SANDMask: torch.var(dim=0) as the released code has it, "
                             "or mean and squares written out, which is faster")
    options = parser.parse_args()
    _, domains, rows = CASES[options.case]
    options.domains = domains if options.domains is None else options.domains
    options.rows = rows if options.rows is None else options.rows
    if min(options.threads, options.steps, options.warm_up, options.domains, options.rows) < 1:
        parser.error("threads, steps, warm-up, domains and rows must be at least 1")
    return options


def settle_environment(threads):
    """Call it before the first import of torch: libgomp and OpenBLAS read these only when they load."""
    for name in [name for name in os.environ if name.startswith("OPENBLAS_")]:
        del os.environ[name]
    with open("/proc/cpuinfo") as cpu:
        abilities = set(cpu.read().split())
    for ability, core in [("avx512_bf16", "Cooperlake"), ("avx512f", "SkylakeX")]:
        # OpenBLAS treats a CPU newer than itself as one of 2004, which makes it 40 times slower
        if ability in abilities:
            os.environ["OPENBLAS_CORETYPE"] = core
            break
    os.environ.update(OMP_WAIT_POLICY="active", OMP_PROC_BIND="true", OMP_NUM_THREADS=str(threads))
    # glibc only. Large tensors keep their pages between steps, so no new pages have to be cleared
    if hasattr(ctypes.CDLL(None), "mallopt"):
        ctypes.CDLL(None).mallopt(M_MMAP_MAX, 0)
        ctypes.CDLL(None).mallopt(M_TRIM_THRESHOLD, 2**31 - 1)


def blas_in_use():
    """-> "OpenBLAS SkylakeX", or the path of the other library that PyTorch multiplies with."""
    with open("/proc/self/maps") as maps:
        libraries = sorted({line.split()[-1] for line in maps if "blas" in line})
    for path in libraries:
        library = ctypes.CDLL(path)
        if hasattr(library, "openblas_get_corename"):
            library.openblas_get_corename.restype = ctypes.c_char_p
            return "OpenBLAS " + library.openblas_get_corename().decode()
    print("torch_peer: not on OpenBLAS, up to 10 times slower than it could be; "
          "apt install libopenblas0-openmp", file=sys.stderr)
    return ", ".join(libraries)


def milliseconds_since_process_start():
    with open("/proc/self/stat") as stat:
        # field 22, starttime, in ticks since boot
        ticks = int(stat.read().rsplit(")", 1)[1].split()[19])
    return 1e3 * (time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK"))


def peak_rss_mb():
    """Uses VmHWM. ru_maxrss would include the launcher that forked this process."""
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) * 1024 / 1e6


def and_mask(torch, rows):
    """rows [E, ...], one tensor's gradient in every domain -> direction [...]"""
    agreement = torch.sign(rows).mean(dim=0).abs_()
    mask = (agreement >= TAU).to(rows.dtype)
    return mask * rows.mean(dim=0) / (1e-10 + mask.mean())


def sand_mask(torch, rows, variance):
    """rows [E, ...] -> direction [...]; NaNs become 1e-17, as in the released code"""
    mean = rows.mean(dim=0)
    agreement = torch.sign(rows).mean(dim=0).abs_()
    if variance == "builtin" or len(rows) == 1:
        spread = torch.var(rows, dim=0)
    else:
        spread = (rows - mean).square_().sum(dim=0).div_(len(rows) - 1)
    spread.nan_to_num_(nan=1e-17, posinf=float("inf"))
    mask = torch.relu_(torch.tanh(K * spread.reciprocal() * (agreement - TAU)))
    mask.nan_to_num_(nan=1e-17)
    return mask * mean / (1e-10 + mask.mean())


def make_net(torch, model, activation):
    """"mlp:IN-HIDDEN-...-OUT" or "KIND:CxHxW-CLASSES" -> (net, shape of an example, classes); names as in
    Sandgrad's files"""
    nn = torch.nn
    kind, sizes = model.split(":")
    example, *widths = sizes.split("-")
    example, widths = [int(size) for size in example.split("x")], [int(width) for width in widths]
    layers, inputs = collections.OrderedDict(), example[0]
    for index, (channels, stride) in enumerate(BLOCKS.get(kind, [])):
        layers[f"conv{index}"] = nn.Conv2d(inputs, channels, 3, stride, padding=1)
        layers[f"activation{index}"] = activation()
        layers[f"norm{index}"] = nn.GroupNorm(GROUPS, channels)
        inputs = channels
    if layers:
        layers |= {"mean": nn.AdaptiveAvgPool2d(1), "flat": nn.Flatten(),
                   "linear": nn.Linear(inputs, widths[-1])}
        return nn.Sequential(layers), example, widths[-1]
    for index, width in enumerate(widths):
        layers[f"linear{index}"] = nn.Linear(inputs, width)
        layers[f"activation{index}"] = activation()
        inputs = width
    layers.popitem()
    return nn.Sequential(layers), example, widths[-1]


def make_step(torch, options):
    """-> (weights, step): data, net and Adam exist already; step() is one whole update or one whole
    evaluation."""
    net, example, classes = make_net(torch, CASES[options.case][0], torch.nn.ReLU)
    parameters = list(net.parameters())
    adam = torch.optim.Adam(parameters, lr=LEARNING_RATE)
    loss_of = torch.nn.functional.cross_entropy
    batches = [(torch.randn(options.rows, *example), torch.randint(classes, (options.rows,)))
               for _ in range(options.domains)]

    @torch.inference_mode()
    def evaluate():
        return sum((net(x).argmax(dim=1) == y).sum().item() for x, y in batches)

    # ERM's fastest way: domains have equal rows, so the mean over all rows is the mean of the domains' means
    def pooled_step():
        x, y = torch.cat([x for x, _ in batches]), torch.cat([y for _, y in batches])
        adam.zero_grad(set_to_none=True)
        loss_of(net(x), y).backward()
        adam.step()

    def masked_step():
        gradients = [torch.autograd.grad(loss_of(net(x), y), parameters) for x, y in batches]
        for parameter, rows in zip(parameters, zip(*gradients)):
            rows = torch.stack(rows)
            sand = options.algorithm == "SANDMask"
            parameter.grad = sand_mask(torch, rows, options.variance) if sand else and_mask(torch, rows)
        adam.step()

    train = pooled_step if options.algorithm == "ERM" else masked_step
    return sum(p.numel() for p in parameters), train if options.phase == "train" else evaluate


def main():
    options = parse_arguments()
    settle_environment(options.threads)
    try:
        import torch
    except ImportError:
        print("torch_peer: PyTorch is missing; apt install python3-torch libopenblas0-openmp",
              file=sys.stderr)
        return MISSING_SERVICE
    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(0)
    weights, step = make_step(torch, options)

    step()
    first_step_ms = milliseconds_since_process_start()
    for _ in range(options.warm_up - 1):
        step()
    times = []
    for _ in range(options.steps):
        begin = time.perf_counter()
        step()
        times.append(1e3 * (time.perf_counter() - begin))
    times.sort()
    quantile = lambda q: times[round(q * (len(times) - 1))]
    print(json.dumps({
        "case": options.case, "phase": options.phase, "algorithm": options.algorithm,
        "threads": options.threads, "domains": options.domains, "rows": options.rows, "weights": weights,
        "ms_per_step": round(quantile(0.5), 4), "p10": round(quantile(0.1), 4),
        "p90": round(quantile(0.9), 4), "first_step_ms": round(first_step_ms, 1),
        "peak_rss_mb": round(peak_rss_mb(), 1),
        "versions": {"torch": torch.__version__, "blas": blas_in_use()},
    }))
    return 0


if __name__ == "__main__":
    sys.exit(main())
