#!/usr/bin/env python3
"""Weights go from PyTorch to Sandgrad and back by their names, and give the same predictions.

    torch_test.py FOLDER_OF_THE_PROGRAMS [CLASS ...]       exit: 0 passed, 1 failed, 77 no PyTorch or no numpy
"""
import itertools
import json
import os
import sys

from program_test import SKIPPED, SOURCE, Case, main
from step_reference import np, read_tensors, write_tensors  # ends with 77 where numpy is missing

sys.path.append(os.path.join(SOURCE, "experiments/peers"))
from torch_peer import make_net

try:
    import torch
except ImportError:
    print("skipped: PyTorch is missing here; apt install python3-torch")
    sys.exit(SKIPPED)

MODELS = {"mlp:1568-16-16-2": ["--model", "MLP"], "MNIST_CNN:2x28x28-2": []}  # and the flags that train it
TOLERANCE = 1e-5


class Weights(Case):
    def train(self, model, *more, **hparams):
        """-> the tensors of the last checkpoint"""
        hparams = json.dumps({"batch_size": 8, "mlp_width": 16, **hparams})
        self.run_program("train", "--dataset", "ColoredMNIST", "--digits", "generated", *MODELS[model],
                         "--algorithm", "ERM", "--hparams", hparams, "--evaluate-examples", "20", *more,
                         "--output-dir", "run", "--fresh")
        checkpoints = self.path("run", "checkpoints")
        tensors = read_tensors(os.path.join(checkpoints, max(os.listdir(checkpoints))))
        return {name: tensor for name, tensor in tensors.items() if not name.startswith("adam_")}

    def assert_same_predictions(self, model, net, weights):
        """Compares log-probabilities of PyTorch and of `sandgrad step`."""
        _, example, classes = make_net(torch, model, torch.nn.ReLU)
        x = torch.randn(6, *example)
        given = dict(weights)
        # the loss of one row is all it says
        for number, (row, label) in enumerate(itertools.product(range(len(x)), range(classes))):
            given |= {f"x{number}": x[row:row + 1].numpy(), f"y{number}": np.array([label])}
        write_tensors(self.path("in"), given, "F32")
        self.run_program("step", "--model", model, "--algorithm", "ERM", "--in", "in", "--out", "out")
        ours = -read_tensors(self.path("out"))["loss"].reshape(len(x), classes)
        theirs = net(x).log_softmax(dim=1).detach().numpy()
        self.assertGreater(np.ptp(theirs, axis=0).min(), 1e-2, "the rows must differ")
        worst = np.abs(ours - theirs).max()
        print(f"{model}: {worst:.1e} apart", file=sys.stderr)
        self.assertLess(worst, TOLERANCE)

    def test_weights_of_pytorch_give_the_same_predictions_here(self):
        for model in MODELS:
            torch.manual_seed(1)
            net = make_net(torch, model, torch.nn.ReLU)[0]
            with torch.no_grad():
                for parameter in net.parameters():
                    parameter += 0.1 * torch.randn_like(parameter)  # no more ones and zeros in norms
            made = {name: tensor.numpy() for name, tensor in net.state_dict().items()}
            write_tensors(self.path("pytorch.safetensors"), made, "F32")
            # no weight moves by that
            begun = self.train(model, "--init-from", "pytorch.safetensors", "--steps", "1", lr=1e-30)
            self.assertEqual({name: tensor.tobytes() for name, tensor in begun.items()},
                             {name: tensor.tobytes() for name, tensor in made.items()})
            self.assert_same_predictions(model, net, begun)

    def test_weights_trained_here_give_the_same_predictions_in_pytorch(self):
        for model in MODELS:
            trained = self.train(model, "--steps", "5", lr=0.01)
            net = make_net(torch, model, torch.nn.ReLU)[0]
            # no name more, none less
            net.load_state_dict({name: torch.tensor(tensor) for name, tensor in trained.items()})
            torch.manual_seed(2)
            self.assert_same_predictions(model, net, trained)


if __name__ == "__main__":
    sys.exit(main())
