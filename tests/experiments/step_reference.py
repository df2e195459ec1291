#!/usr/bin/env python3
"""An independent reference of one ERM, ANDMask or SANDMask update: numpy only, float64, \
every derivative written by hand.

Shares no line with the C++ sources: both follow the same formulas, \
so only a mistake made twice stays unseen.

    make   writes parameters and domains to IN           IN:  every slot, as in network_reference.py; \
optionally adam_m.SLOT,
    step   reads IN, writes the whole update to OUT           adam_v.SLOT, adam_t [1] int64; \
x0 [n, in] or [n, c, h, w],
    check  reads IN and somebody's OUT, compares              y0 [n] int64, x1, y1, ...
OUT holds loss [E]; for every slot grad.SLOT [E, ...], mask.SLOT (before the rescale; not for ERM), \
direction.SLOT (masked and rescaled, before weight
decay), the new SLOT, adam_m.SLOT, adam_v.SLOT; adam_t. \
Exit: 0 agrees, 1 differs, 64 usage, 65 bad file, 77 no numpy (tests skip).
"""
import argparse
import json
import sys

try:
    import numpy as np
except ImportError:
    print("step_reference: numpy is missing; apt install python3-numpy", file=sys.stderr)
    sys.exit(77)

from network_reference import ACTIVATIONS, Network

DIFFERS, USAGE, BAD_DATA = 1, 64, 65
DTYPES = {"F32": np.dtype("<f4"), "F64": np.dtype("<f8"), "I64": np.dtype("<i8")}
MODELS = ("mlp:IN-HIDDEN-...-OUT, MNIST_CNN:CxHxW-CLASSES or SmallCNN:CxHxW-CLASSES, "
          "such as mlp:5-7-3 or MNIST_CNN:2x8x8-2")
DEFAULTS = {"lr": 1e-3, "weight_decay": 0.0, "tau": 1.0, "k": 10.0}
BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8


class BadFile(Exception):
    pass


# ---- safetensors: u64 header length, JSON {name: {dtype, shape, data_offsets}}, then the data ----
def read_tensors(path):
    """-> {name: array}, in the file's dtypes"""
    try:
        with open(path, "rb") as file:
            content = file.read()
        size = int.from_bytes(content[:8], "little")
        if len(content) < 8 + size:
            raise ValueError(f"header of {size} bytes in a file of {len(content)}")
        header, data = json.loads(content[8:8 + size]), content[8 + size:]
        tensors = {}
        for name, entry in header.items():
            if name != "__metadata__":
                begin, end = entry["data_offsets"]
                tensors[name] = np.frombuffer(data[begin:end], DTYPES[entry["dtype"]]).reshape(entry["shape"])
        return tensors
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadFile(f"{path}: not a readable safetensors file of F32, F64 and I64: {error!r}") from error


def write_tensors(path, tensors, dtype):
    """Floating values are rounded to `dtype`, integers keep their type."""
    header, blocks, offset = {}, [], 0
    for name, values in tensors.items():
        type_of = np.asarray(values).dtype
        stored = (f"{type_of.kind.upper()}{8 * type_of.itemsize}"
                  if np.issubdtype(type_of, np.integer) else dtype)
        block = np.ascontiguousarray(values, DTYPES.get(stored, type_of)).tobytes()
        header[name] = {"dtype": stored, "shape": list(np.shape(values)),
                        "data_offsets": [offset, offset + len(block)]}
        blocks.append(block)
        offset += len(block)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text + b"".join(blocks))


# ---- one mask from E gradients of one slot ----
def mask_of(algorithm, rows, tau, k):
    """rows [E, ...] -> mask [...] in [0, 1]; sand: arXiv 2106.02266, and: arXiv 2009.00329"""
    domains = len(rows)
    lead = np.abs((rows > 0).sum(axis=0) - (rows < 0).sum(axis=0))  # |n_plus - n_minus|, an integer
    if algorithm == "ANDMask":
        return (lead >= tau * domains).astype(float)
    variance = (((rows - rows.mean(axis=0)) ** 2).sum(axis=0) / (domains - 1)
                if domains > 1 else np.full(rows.shape[1:], 1e-17))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        mask = np.maximum(0, np.tanh(k / variance * ((lead - tau * domains) / domains)))
    return np.where(np.isnan(mask), 1e-17, mask)  # only inf * 0: var = 0 and s = tau


# ---- the update ----
def take_step(given, options, stored=None):
    """-> OUT. With `stored`, the OUT of another program, every stage starts from the stored result of the
    stage before."""
    stored = {} if stored is None else stored
    network, hparams = options.network, options.hparams
    domains = [(given[f"x{domain}"], given[f"y{domain}"]) for domain in range(domains_of(given))]
    losses, gradients = zip(*(network.loss_and_gradient(given, x, y) for x, y in domains))
    t = int(given["adam_t"][0]) + 1 if "adam_t" in given else 1
    out = {"loss": np.array(losses), "adam_t": np.array([t])}
    pick = lambda name: stored.get(name, out[name])
    for slot in network.slots:
        out[f"grad.{slot}"] = np.stack([gradient[slot] for gradient in gradients])
        rows = pick(f"grad.{slot}")
        mean = rows.mean(axis=0)
        if options.algorithm == "ERM":  # which has no mask
            out[f"direction.{slot}"] = mean
        else:
            out[f"mask.{slot}"] = mask_of(options.algorithm, rows, hparams["tau"], hparams["k"])
            mask = pick(f"mask.{slot}")
            out[f"direction.{slot}"] = mask * mean / (1e-10 + mask.mean())
        g = pick(f"direction.{slot}") + hparams["weight_decay"] * given[slot]
        out[f"adam_m.{slot}"] = BETA1 * given.get(f"adam_m.{slot}", 0.0) + (1 - BETA1) * g
        out[f"adam_v.{slot}"] = BETA2 * given.get(f"adam_v.{slot}", 0.0) + (1 - BETA2) * g * g
        m_hat = pick(f"adam_m.{slot}") / (1 - BETA1**t)
        v_hat = pick(f"adam_v.{slot}") / (1 - BETA2**t)
        out[slot] = given[slot] - hparams["lr"] * m_hat / (np.sqrt(v_hat) + EPSILON)
    return out


def domains_of(given):
    domains = 0
    while f"x{domains}" in given:
        domains += 1
    return domains


def read_given(options):
    """-> (IN as float64, its slots, domains and Adam state checked; the dtype of its numbers)"""
    raw = read_tensors(options.input)
    given = {name: values if values.dtype.kind == "i" else values.astype(float)
             for name, values in raw.items()}
    slots, example, classes = options.network.slots, options.network.example, options.network.classes
    expected = dict(slots)
    for domain in range(max(1, domains_of(given))):
        rows = np.size(given.get(f"y{domain}", ()))
        flat = np.ndim(given.get(f"x{domain}")) == 2
        expected.update({f"x{domain}": (rows, int(np.prod(example))) if flat else (rows, *example),
                         f"y{domain}": (rows,)})
    if any(name.startswith("adam_") for name in given):
        expected.update({f"adam_{moment}.{slot}": shape for slot, shape in slots.items() for moment in "mv"},
                        adam_t=(1,))
    require_shapes(options.input, given, expected)
    for domain in range(domains_of(given)):
        y = given[f"y{domain}"]
        if len(y) == 0 or y.min() < 0 or y.max() >= classes:
            raise BadFile(f"{options.input}: y{domain} must hold labels in [0, {classes})")
    return given, "F32" if raw[min(slots)].dtype == DTYPES["F32"] else "F64"


def require_shapes(path, tensors, expected):
    """The same names, the same shapes, nothing else; labels and adam_t are integers."""
    for name in sorted({*tensors, *expected}):
        describe = lambda shape, integer: f"{'integers' if integer else 'floats'} {list(shape)}"
        wanted = (describe(expected[name], name == "adam_t" or name[0] == "y")
                  if name in expected else "nothing")
        found = (describe(tensors[name].shape, tensors[name].dtype.kind == "i")
                 if name in tensors else "nothing")
        if found != wanted:
            raise BadFile(f"{path}: {name}: expected {wanted}, found {found}")


# ---- the three commands ----
def make(options):
    random = np.random.RandomState(options.seed)
    network, tensors = options.network, {}
    for slot, shape in network.slots.items():
        centre = 1 if slot.startswith("norm") and slot.endswith(".weight") else 0
        spread = np.sqrt(2 / np.prod(shape[1:])) if len(shape) > 1 else 0.1
        tensors[slot] = centre + random.randn(*shape) * spread
    for domain, n in enumerate(options.rows * options.domains if len(options.rows) == 1 else options.rows):
        centre = 0.5 * random.randn(*network.example)
        tensors[f"x{domain}"] = centre + random.randn(n, *network.example)
        tensors[f"y{domain}"] = random.randint(network.classes, size=n)
    if options.with_adam:
        for slot, shape in network.slots.items():
            tensors[f"adam_m.{slot}"] = 1e-2 * random.randn(*shape)
            tensors[f"adam_v.{slot}"] = 1e-4 * random.randn(*shape) ** 2
        tensors["adam_t"] = np.array([3])
    write_tensors(options.input, tensors, options.dtype)
    return 0


def step(options):
    given, dtype = read_given(options)
    write_tensors(options.output, take_step(given, options), dtype)
    return 0


def check(options):
    given, _ = read_given(options)
    raw = read_tensors(options.output)
    found = {name: values.astype(float) for name, values in raw.items()}
    expected = take_step(given, options)
    require_shapes(options.output, raw, {name: values.shape for name, values in expected.items()})
    if options.staged:
        expected = take_step(given, options, found)
    slots, worst = options.network.slots, {}  # kind -> (error, name)
    for name, values in expected.items():
        kind = "parameter" if name in slots else name.split(".")[0]
        error = np.abs(found[name] - values)
        # judge the step, which is small beside the weight, less the rounding of the file's dtype
        if kind == "parameter":
            error = np.maximum(0, error - np.finfo(raw[name].dtype).eps * np.abs(values))
            values = values - given[name]
        if kind == "grad":  # every domain on its own scale
            scale = np.abs(values).reshape(len(values), -1).max(axis=1).reshape(-1, *[1] * (values.ndim - 1))
        else:
            scale = np.ones(()) if kind in ("mask", "adam_t") else np.abs(values).max()
        relative = float(np.max(error / np.where(scale > 0, scale, 1)))
        if np.isnan(relative) or relative >= worst.get(kind, (0.0, ""))[0]:
            worst[kind] = (relative, name)
    for kind, (error, name) in worst.items():
        print(f"{kind:<11} {error:.3e}  {'ok     ' if error <= options.tolerance else 'DIFFERS'}"
              f"  worst in {name}")
    # NaN is beyond every tolerance
    return 0 if all(error <= options.tolerance for error, _ in worst.values()) else DIFFERS


def parse_rows(text):
    return [int(rows) for rows in text.split(",")]


def parse_hparams(text):
    hparams = json.loads(text)
    if not isinstance(hparams, dict) or not hparams.keys() <= DEFAULTS.keys():
        raise ValueError(text)
    return {**DEFAULTS, **{name: float(value) for name, value in hparams.items()}}


class Parser(argparse.ArgumentParser):
    def error(self, message):
        self.print_usage(sys.stderr)
        self.exit(USAGE, f"{self.prog}: {message}\n")


def parse_arguments():
    parser = Parser(prog="step_reference", description=__doc__,
                    formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for command in (make, step, check):
        sub = commands.add_parser(command.__name__)
        sub.set_defaults(run=command)
        sub.add_argument("--model", required=True, help=MODELS)
        sub.add_argument("input", metavar="IN")
        if command is make:
            sub.add_argument("--domains", type=int, default=3)
            sub.add_argument("--rows", type=parse_rows, default=[17], help="of each domain: 17, or 17,5,40")
            sub.add_argument("--seed", type=int, default=0)
            sub.add_argument("--dtype", choices=["F32", "F64"], default="F64")
            sub.add_argument("--with-adam", action="store_true", help="store an Adam state after 3 steps")
            continue
        sub.add_argument("output", metavar="OUT")
        sub.add_argument("--activation", choices=ACTIVATIONS, default="relu")
        sub.add_argument("--algorithm", choices=["ERM", "ANDMask", "SANDMask"], required=True)
        sub.add_argument("--hparams", type=parse_hparams, default=DEFAULTS,
                         help=f"JSON, default {json.dumps(DEFAULTS)}")
        if command is check:
            sub.add_argument("--tolerance", type=float, default=1e-9,
                             help="of errors relative to the largest entry of a tensor")
            sub.add_argument("--staged", action="store_true",
                             help="start every stage from the stored result of the stage before: "
                             "for F32, where rounding turns signs near 0 and so whole mask entries")
    options = parser.parse_args()
    try:
        options.network = Network(options.model, getattr(options, "activation", "relu"))
    except ValueError:
        parser.error(f"--model: expected {MODELS}; found {options.model}")
    if options.command == "make" and (min(options.domains, *options.rows) < 1
                                      or len(options.rows) not in (1, options.domains)):
        parser.error("--rows takes one number, or one for each of --domains, all at least 1")
    return options


def main():
    options = parse_arguments()
    try:
        return options.run(options)
    except BadFile as error:
        print(f"step_reference: {error}", file=sys.stderr)
        return BAD_DATA


if __name__ == "__main__":
    sys.exit(main())
