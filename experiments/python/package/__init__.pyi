# Types of the module, for editors and mypy. tests/experiments/python_test.py compares them with the module.
from os import PathLike
from typing import Any, Callable, Mapping, Optional, Sequence, TypedDict, Union

import numpy as np
from numpy.typing import ArrayLike, NDArray

__version__: str
dtype: np.dtype[Any]  # of the numbers: float32, or float64 in sandgrad64

Path = Union[str, bytes, PathLike[str], PathLike[bytes]]

class Error(Exception):
    exit_code: int

class UsageError(Error, ValueError): ...
class DataError(Error, ValueError): ...
class MissingError(Error, FileNotFoundError): ...
class ResourceError(Error, MemoryError): ...
class InternalError(Error, RuntimeError): ...
class BusyError(Error, OSError): ...
class DiskError(Error, OSError): ...
class NonFiniteError(Error, ArithmeticError): ...
class DivergedError(Error, ArithmeticError): ...

class _Direction(TypedDict):
    direction: NDArray[Any]

class Combined(_Direction, total=False):
    mask: NDArray[Any]
    weights: NDArray[np.float64]
    gram: NDArray[np.float64]

class Checkpoint(TypedDict):
    tensors: dict[str, NDArray[Any]]
    metadata: dict[str, str]

class Run(TypedDict):
    record: dict[str, Any]
    results: list[dict[str, Any]]
    metrics: list[dict[str, Any]]
    curves: dict[str, NDArray[np.float64]]
    checkpoints: dict[int, Checkpoint]
    best: Optional[Checkpoint]
    weights: Optional[dict[str, NDArray[Any]]]
    done: Optional[dict[str, Any]]

class Trained(TypedDict):
    finished: bool
    steps: int
    never_learned: Optional[str]
    record: dict[str, Any]
    weights: dict[str, NDArray[Any]]

def combine(
    table: ArrayLike,
    combiner: str,
    *,
    losses: Optional[ArrayLike] = None,
    seed: int = 0,
    step: int = 0,
    allow_closed: bool = False,
    threads: int = 0,
    **hparams: Any,
) -> Combined: ...
def read_run(path: Path, *, checkpoints: bool = True) -> Run: ...
def settings() -> dict[str, str]: ...
def train(
    *,
    on_record: Optional[Callable[[dict[str, Any]], object]] = None,
    output_dir: Optional[Path] = None,
    fresh: bool = False,
    no_lock: bool = False,
    checkpoint_every: int = 0,
    photo_cache: Optional[Path] = None,
    tensorboard: bool = False,
    threads: int = 0,
    verbose: bool = False,
    dataset: Optional[str] = None,
    data_dir: Optional[Path] = None,
    digits: Optional[str] = None,
    digit_count: Optional[int] = None,
    signature: Optional[int] = None,
    turns: Optional[float] = None,
    image_size: Optional[int] = None,
    skip_unreadable: Optional[bool] = None,
    follow_links: Optional[bool] = None,
    turn_photos: Optional[bool] = None,
    data_file: Optional[Path] = None,
    domain_column: Optional[str] = None,
    label_column: Optional[str] = None,
    drop_columns: Union[str, Sequence[str], None] = None,
    one_hot: Union[str, Sequence[str], None] = None,
    missing: Optional[str] = None,
    separator: Optional[str] = None,
    decimal_comma: Optional[bool] = None,
    task: Optional[str] = None,
    no_augment: Optional[bool] = None,
    test_envs: Union[str, int, Sequence[int], None] = None,
    holdout_fraction: Optional[float] = None,
    trial_seed: Optional[int] = None,
    algorithm: Optional[str] = None,
    combiner: Optional[str] = None,
    protocol: Optional[str] = None,
    hparams: Union[Mapping[str, Any], str, None] = None,
    hparams_seed: Optional[int] = None,
    domainbed_defaults: Optional[bool] = None,
    k_as_first_released: Optional[bool] = None,
    decoupled_decay: Optional[bool] = None,
    mask_update: Optional[bool] = None,
    allow_closed: Optional[bool] = None,
    model: Optional[str] = None,
    convolution: Optional[str] = None,
    init_from: Optional[Path] = None,
    init_partial: Optional[bool] = None,
    freeze: Union[str, Sequence[str], None] = None,
    seed: Optional[int] = None,
    steps: Optional[int] = None,
    record_every: Optional[int] = None,
    optimizer: Optional[str] = None,
    schedule: Optional[str] = None,
    warmup_steps: Optional[int] = None,
    decay_at: Union[int, Sequence[int], None] = None,
    decay_factor: Optional[float] = None,
    final_lr: Optional[float] = None,
    clip_norm: Optional[float] = None,
    clip_value: Optional[float] = None,
    early_stop: Optional[int] = None,
    class_weights: Union[str, Sequence[float], None] = None,
    balanced: Optional[bool] = None,
    evaluate_every: Optional[int] = None,
    evaluate_examples: Optional[int] = None,
    test_at_end: Optional[bool] = None,
) -> Trained: ...
