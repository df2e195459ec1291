#!/usr/bin/python3
"""How exact are per-domain gradients of convolutional networks? `sandgrad step` (float) against \
PyTorch in double, which is the truth here.

Prints a Markdown table, with PyTorch in float as a yardstick. Errors are root mean squares relative to \
the gradient's. A sign that differs
matters to methods that look at signs: rounding carries a pre-activation over the kink of a ReLU, \
or a gradient over 0.
Needs an interpreter with PyTorch and numpy: Debian's, or PYTHON experiments/peers/gradients.py.
"""
import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import torch_peer

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parents[1] / "tests/experiments"))
MISSING_INPUT, MISSING_SERVICE, BROKEN = 66, 69, 70  # as in sysexits


def stop(code, message):
    print(f"gradients: {message}", file=sys.stderr)
    sys.exit(code)


try:
    import torch
    from step_reference import read_tensors, write_tensors
except ImportError as missing:
    stop(MISSING_SERVICE, f"{missing}: apt install python3-torch python3-numpy")

ACTIVATIONS = {"relu": torch.nn.ReLU, "leaky_relu": torch.nn.LeakyReLU, "tanh": torch.nn.Tanh}
CONVOLUTIONS = ["direct", "winograd"]


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ours", type=Path, default=HERE.parents[1] / "build/release/sandgrad",
                        help="the program to judge")
    parser.add_argument("--model", default="MNIST_CNN:2x28x28-2")
    parser.add_argument("--activations", nargs="+", choices=ACTIVATIONS, default=["relu", "tanh"])
    parser.add_argument("--domains", type=int, default=2)
    parser.add_argument("--rows", type=int, default=64, help="of each domain")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    if min(options.domains, options.rows) < 1:
        parser.error("domains and rows must be at least 1")
    if not os.access(options.ours, os.X_OK):
        stop(MISSING_INPUT, f"no program at {options.ours}: cmake --preset release && "
                            "cmake --build --preset release, or --ours PATH")
    return options


def images(rows, channels, height, width):
    """Strokes on an empty background, like digits, with a different strength in every channel."""
    noise = torch.randn(rows, 1, height, width)
    strokes = torch.nn.functional.avg_pool2d(noise, 5, stride=1, padding=2).mul(6).sub(1).clamp(0, 1)
    return strokes * torch.rand(rows, channels, 1, 1)


def by_torch(net, batches):
    """-> for every domain, a list of gradients, one tensor per slot, in the net's own precision"""
    parameters = list(net.parameters())
    losses = (torch.nn.functional.cross_entropy(net(x.to(parameters[0].dtype)), y) for x, y in batches)
    return [torch.autograd.grad(loss, parameters) for loss in losses]


def by_program(options, slots, given, *flags):
    """-> the same, by `sandgrad step`"""
    with tempfile.TemporaryDirectory() as folder:
        before, after = f"{folder}/in.safetensors", f"{folder}/out.safetensors"
        write_tensors(before, given, "F32")
        command = [str(options.ours), "step", "--model", options.model, "--algorithm", "ERM", *flags,
                   "--in", before, "--out", after]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            stop(BROKEN, f"exit {done.returncode}: {' '.join(command)}\n{done.stdout}{done.stderr}")
        made = read_tensors(after)
    return [[torch.tensor(made[f"grad.{slot}"][domain]) for slot in slots]
            for domain in range(options.domains)]


def joined(gradients, slots):
    return torch.cat([domain[slot].flatten().double() for domain in gradients for slot in slots])


def relative_error(found, truth, slots):
    return ((joined(found, slots) - joined(truth, slots)).norm() / joined(truth, slots).norm()).item()


def row(found, truth, names):
    """-> relative error of all gradients, that of the worst slot, and the number of signs that differ"""
    everything = range(len(names))
    worst, name = max((relative_error(found, truth, [slot]), names[slot]) for slot in everything)
    differ = joined(found, everything).sign() != joined(truth, everything).sign()
    signs = f"{differ.sum():,} of {len(differ):,}, {100 * differ.double().mean():.4f} %"
    return f"{relative_error(found, truth, everything):.1e} | {worst:.1e} ({name}) | {signs}"


def main():
    options = parse_arguments()
    torch.manual_seed(options.seed)
    print(f"{options.model}, {options.domains} x {options.rows} rows\n")
    print("| activation | convolution | relative error | worst slot | sign differs |\n|---|---|---|---|---|")
    for activation in options.activations:
        net, example, classes = torch_peer.make_net(torch, options.model, ACTIVATIONS[activation])
        batches = [(images(options.rows, *example), torch.randint(classes, (options.rows,)))
                   for _ in range(options.domains)]
        given = {name: parameter.detach().numpy() for name, parameter in net.named_parameters()}
        names = list(given)
        for domain, (x, y) in enumerate(batches):
            given.update({f"x{domain}": x.numpy(), f"y{domain}": y.numpy()})
        found = {convolution: by_program(options, names, given, "--activation", activation,
                                         "--convolution", convolution)
                 for convolution in CONVOLUTIONS}
        found["PyTorch in float"] = by_torch(net, batches)
        truth = by_torch(net.double(), batches)
        for convolution, gradients in found.items():
            print(f"| {activation} | {convolution} | {row(gradients, truth, names)} |", flush=True)


if __name__ == "__main__":
    main()
