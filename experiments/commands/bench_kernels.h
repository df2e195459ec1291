// `sandgrad bench --kernels`.
#pragma once

namespace sand::experiments {

/// Prints the speed of one convolution with each kernel, from plain loops to tiles, and the peak of a core.
/// Returns the exit code.
int bench_kernels(bool json);

}  // namespace sand::experiments
