// The mean of the domains' gradients: empirical risk minimisation, which closes no weight.
#pragma once

#include <algorithm>

#include "optim/by_column.h"

namespace sand::optim {

/// direction = gbar = (1 / E) sum_e g_e, m = 1.
class MeanGradient : public ByColumn {
 public:
  MeanGradient() : ByColumn(1, false) {}
  const char* name() const override { return "ERM"; }

 private:
  void open(Agreement&, std::span<Scalar> mask) const override { std::fill(mask.begin(), mask.end(), Scalar{1}); }
};

}  // namespace sand::optim
