// The protocol of the linear unit tests, with the hyper-parameters that their paper chose for each method.
#pragma once

#include <string>

#include "experiments/setup/protocols.h"

namespace sand::experiments {

/// Aubin et al. 2021, arXiv 2102.10867: a linear model, full batch, 10,000 steps. `data_set` is one of the
/// linear unit tests: "LinearExample1s-Oracle".
Protocol linear_unit_tests(const std::string& data_set);

}  // namespace sand::experiments
