// The dot products of the domains' gradients with each other.
#pragma once

#include <Eigen/Core>
#include <vector>

#include "autograd/gradient_table.h"
#include "tensor/threads.h"

namespace sand::optim {

/// Computes G [E, E], G_ab = g_a . g_b, in double. Keeps its memory between calls.
class Gram {
 public:
  /// Reads the table once. The bits depend neither on `threads` nor on the order of the domains. A product
  /// with a gradient that is NaN or infinite is not finite.
  const Eigen::MatrixXd& operator()(const GradientTable& table, const Threads& threads);

 private:
  Eigen::MatrixXd products_;
  std::vector<double> parts_;   // [pairs, pieces of the columns]
  std::vector<double> blocks_;  // the working memory of the kernel, for every worker
};

}  // namespace sand::optim
