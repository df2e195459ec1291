"""The networks of step_reference.py: numpy only, float64, every derivative written by hand, without
optimization for speed.

A layer has slots {name: shape}, forward(p, x) -> y, and backward(p, x, dy, gradient) -> dx, which puts the
gradients of its slots into `gradient`. p holds the parameters by slot name; it computes what it needs of the
forward pass again.
"""
import numpy as np

ACTIVATIONS = {  # name -> (y of x, dy/dx of x)
    "relu": (lambda x: np.maximum(x, 0), lambda x: np.where(x > 0, 1.0, 0.0)),
    "leaky_relu": (lambda x: np.where(x > 0, x, 0.01 * x), lambda x: np.where(x > 0, 1.0, 0.01)),
    "tanh": (np.tanh, lambda x: 1 - np.tanh(x) ** 2),
}
BLOCKS = {  # channels and stride of every convolution
    "MNIST_CNN": [(64, 1), (128, 2), (128, 1), (128, 1)],
    "SmallCNN": [(32, 1), (64, 2), (128, 2), (128, 2)],
}
GROUPS, EPSILON = 8, 1e-5


class Activation:
    slots = {}

    def __init__(self, name):
        self.value, self.slope = ACTIVATIONS[name]

    def forward(self, p, x):
        return self.value(x)

    def backward(self, p, x, dy, gradient):
        return dy * self.slope(x)


class Linear:
    """x [n, in] -> x W^T + b [n, out]"""

    def __init__(self, name, inputs, outputs):
        self.weight, self.bias = f"{name}.weight", f"{name}.bias"
        self.slots = {self.weight: (outputs, inputs), self.bias: (outputs,)}

    def forward(self, p, x):
        return x @ p[self.weight].T + p[self.bias]

    def backward(self, p, x, dy, gradient):
        gradient[self.weight] = dy.T @ x
        gradient[self.bias] = dy.sum(axis=0)
        return dy @ p[self.weight]


class Convolution:
    """x [n, c, h, w] within a ring of zeros
    -> y[n, o, i, j] = bias[o] + sum over c, a, b of W[o, c, a, b] x[n, c, s i + a, s j + b]"""

    def __init__(self, name, inputs, outputs, stride):
        self.weight, self.bias, self.stride = f"{name}.weight", f"{name}.bias", stride
        self.slots = {self.weight: (outputs, inputs, 3, 3), self.bias: (outputs,)}

    def taps(self, x):
        """-> for every (a, b) of the kernel, the places of padded x that it meets, one for each place of the
        output"""
        rows, columns = ((size - 1) // self.stride + 1 for size in x.shape[2:])
        reach = lambda start, count: slice(start, start + self.stride * (count - 1) + 1, self.stride)
        return [(a, b, np.s_[:, :, reach(a, rows), reach(b, columns)]) for a in range(3) for b in range(3)]

    def forward(self, p, x):
        padded = np.pad(x, [(0, 0), (0, 0), (1, 1), (1, 1)])
        products = (contract("oc,nchw->nohw", p[self.weight][:, :, a, b], padded[met])
                    for a, b, met in self.taps(x))
        return sum(products) + per_channel(p[self.bias])

    def backward(self, p, x, dy, gradient):
        padded = np.pad(x, [(0, 0), (0, 0), (1, 1), (1, 1)])
        dw, dpadded = np.zeros_like(p[self.weight]), np.zeros_like(padded)
        for a, b, met in self.taps(x):
            dw[:, :, a, b] = contract("nohw,nchw->oc", dy, padded[met])
            dpadded[met] += contract("oc,nohw->nchw", p[self.weight][:, :, a, b], dy)
        gradient[self.weight], gradient[self.bias] = dw, dy.sum(axis=(0, 2, 3))
        return dpadded[:, :, 1:-1, 1:-1]


class GroupNorm:
    """x [n, c, h, w]: of every example and group of channels, mean 0 and biased variance 1; then scaled and
    shifted by channel"""

    def __init__(self, name, channels):
        self.weight, self.bias = f"{name}.weight", f"{name}.bias"
        self.slots = {self.weight: (channels,), self.bias: (channels,)}

    def normal(self, x):
        """-> (normalized x, its standard deviation [n, group, 1]), both by group"""
        x = by_group(x)
        deviation = np.sqrt(x.var(axis=2, keepdims=True) + EPSILON)
        return (x - x.mean(axis=2, keepdims=True)) / deviation, deviation

    def forward(self, p, x):
        return self.normal(x)[0].reshape(x.shape) * per_channel(p[self.weight]) + per_channel(p[self.bias])

    def backward(self, p, x, dy, gradient):
        z, deviation = self.normal(x)
        gradient[self.weight] = (dy * z.reshape(x.shape)).sum(axis=(0, 2, 3))
        gradient[self.bias] = dy.sum(axis=(0, 2, 3))
        dz = by_group(dy * per_channel(p[self.weight]))
        mean = lambda values: values.mean(axis=2, keepdims=True)
        return ((dz - mean(dz) - z * mean(dz * z)) / deviation).reshape(x.shape)


class MeanOverPlaces:
    """x [n, c, h, w] -> [n, c]"""
    slots = {}

    def forward(self, p, x):
        return x.mean(axis=(2, 3))

    def backward(self, p, x, dy, gradient):
        return np.broadcast_to(dy[:, :, None, None] / (x.shape[2] * x.shape[3]), x.shape)


def contract(formula, *factors):
    return np.einsum(formula, *factors, optimize=True)


def per_channel(values):
    return values[:, None, None]


def by_group(x):
    return x.reshape(len(x), GROUPS, -1)


class Network:
    """`mlp:IN-HIDDEN-...-OUT`, or `KIND:CxHxW-CLASSES` for a KIND of BLOCKS; anything else is a
    ValueError."""

    def __init__(self, model, activation="relu"):
        kind, _, sizes = model.partition(":")
        example, *widths = sizes.split("-")
        self.example, widths = tuple(map(int, example.split("x"))), list(map(int, widths))
        axes, depths = (3, [1]) if kind in BLOCKS else (1, range(1, 33))
        if (kind not in ["mlp", *BLOCKS] or len(self.example) != axes or len(widths) not in depths
                or min(*self.example, *widths) < 1):
            raise ValueError(model)
        self.classes = widths[-1]

        self.layers, channels = [], self.example[0]
        for index, (outputs, stride) in enumerate(BLOCKS.get(kind, [])):
            self.layers += [Convolution(f"conv{index}", channels, outputs, stride), Activation(activation),
                            GroupNorm(f"norm{index}", outputs)]
            channels = outputs
        if kind in BLOCKS:
            self.layers += [MeanOverPlaces(), Linear("linear", channels, self.classes)]
        else:
            for index, (inputs, outputs) in enumerate(zip([channels, *widths], widths)):
                self.layers += [Linear(f"linear{index}", inputs, outputs), Activation(activation)]
            self.layers.pop()
        self.slots = {slot: shape for layer in self.layers for slot, shape in layer.slots.items()}

    def loss_and_gradient(self, parameters, x, y):
        """x [n, example], y [n] -> (mean cross-entropy over the n rows, {slot: its gradient})"""
        inputs = [x.reshape(len(x), *self.example)]
        for layer in self.layers:
            inputs.append(layer.forward(parameters, inputs[-1]))
        logits = inputs.pop()
        shifted = logits - logits.max(axis=1, keepdims=True)
        log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        picked = np.arange(len(y)), y

        dy = np.exp(log_p)
        dy[picked] -= 1
        dy /= len(y)
        gradient = {}
        for layer, x in zip(reversed(self.layers), reversed(inputs)):
            dy = layer.backward(parameters, x, dy, gradient)
        return -log_p[picked].mean(), gradient
