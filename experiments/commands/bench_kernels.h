// `sandgrad bench --kernels`.
#pragma once

namespace sand::experiments {

/// Prints the ladder of convolutions, from plain loops to tiles, and the peak of a core. -> exit code
int bench_kernels(bool json);

}  // namespace sand::experiments
