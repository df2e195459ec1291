"""What follows from the numbers of an explanation, recomputed with Python's standard library: mask,
direction, Adam, the new weight.

A float is rounded as struct packs it.
"""
import json
import math
import struct


def float32(number):
    return struct.unpack("<f", struct.pack("<f", number))[0]


def float64(number):
    return number


def ulps(a, b, code):
    """How many numbers of that precision ("f" or "d") lie from a to b."""
    def place(number):
        bits = struct.unpack("<i" if code == "f" else "<q", struct.pack("<" + code, number))[0]
        return bits if bits >= 0 else -(bits & (0x7FFFFFFF if code == "f" else 0x7FFFFFFFFFFFFFFF))
    return abs(place(a) - place(b))


def agreement(g):
    """-> n_plus, n_minus, s, mean and unbiased variance (None for one domain) of the gradients g of all
    domains"""
    plus, minus, mean = sum(x > 0 for x in g), sum(x < 0 for x in g), math.fsum(g) / len(g)
    variance = math.fsum((x - mean) ** 2 for x in g) / (len(g) - 1) if len(g) > 1 else None
    return plus, minus, abs(plus - minus) / len(g), mean, variance


def argument(s, variance, tau, k):
    """The argument of SAND-mask's tanh."""
    return (k * (s - tau) / variance if variance > 0
            else math.copysign(math.inf, s - tau) if s != tau
            else 1e-17)


def mask_and_average(method, g, tau, k, rounded):
    """The formulas of README.md, for the gradients g of all domains."""
    _, _, s, mean, variance = agreement(g)
    average, mask = rounded(mean), 1.0
    if method == "SANDMask":
        mask = rounded(max(0.0, math.tanh(argument(s, variance, tau, k))))
    elif method != "ERM":
        mask = 1.0 if s >= tau else 0.0
    if method == "GeometricMean":
        mean_log = math.fsum(math.log(abs(x) + 1e-10) for x in g) / len(g)
        average = rounded(math.copysign(math.exp(mean_log), mean) if mean else 0.0)
    return mask, average


def direction_of(way, mask, average, rounded):
    """`way` is the printed mask: only its mean over the tensor depends on other weights."""
    masked = rounded(average * mask)
    return rounded(masked * rounded(1 / (1e-10 + way["mask_mean"]))) if "mask_mean" in way else masked


def moments(adam, direction, rounded):
    """Adam's m and v after an update in this direction, every operation rounded."""
    f = rounded
    g = (f(direction + f(f(adam["weight_decay"]) * adam["weight"]))
         if adam["decay"] == "coupled" else direction)
    m = f(f(f(adam["beta1"]) * adam["m_before"]) + f(f(1 - adam["beta1"]) * g))
    v = f(f(f(adam["beta2"]) * adam["v_before"]) + f(f(f(1 - adam["beta2"]) * g) * g))
    return m, v


def moved(adam, direction, mask, rounded):
    """One update of one weight by Adam, every operation rounded -> the weight"""
    f, w, lr = rounded, adam["weight"], adam["learning_rate"]
    if adam["mask_update"] and mask == 0:
        return w
    m, v = moments(adam, direction, f)
    step_size = f(lr / (1 - adam["beta1"] ** adam["t"]))
    denominator = f(f(f(math.sqrt(v)) / f(math.sqrt(1 - adam["beta2"] ** adam["t"]))) + f(adam["epsilon"]))
    start = w if adam["decay"] == "coupled" else f(w * f(1 - lr * adam["weight_decay"]))
    return f(start - f(f(step_size * m) / denominator))


def named(draw, slots, count):
    """Random names of weights; all tensors are equally likely."""
    return [f"{slot['name']}[{','.join(str(draw.randrange(n)) for n in slot['shape'])}]"
            for slot in draw.choices(slots, k=count)]


def number_at(path, weight):
    """"linear0.weight[2,1]" of a safetensors file"""
    with open(path, "rb") as file:
        size = struct.unpack("<Q", file.read(8))[0]
        name, place = weight[:-1].split("[")
        entry = json.loads(file.read(size))[name]
        index = 0
        for i, n in zip(place.split(","), entry["shape"]):
            index = index * n + int(i)
        code, width = ("f", 4) if entry["dtype"] == "F32" else ("d", 8)
        file.seek(8 + size + entry["data_offsets"][0] + index * width)
        return struct.unpack("<" + code, file.read(width))[0]
