#include "nn/objectives/iga.h"

#include <cmath>

#include "tensor/sum.h"

namespace sand::nn {
namespace {

/// About the cube root of the number type's epsilon, where rounding and curvature make errors of the same
/// size.
constexpr double kStep = sizeof(Scalar) == 4 ? 0x1p-8 : 0x1p-17;

}  // namespace

void Iga::fill(GradientTable& table, GradientsAt& gradients, const Moment&) const {
  const int domains = table.domains();
  const auto columns = static_cast<std::size_t>(table.columns());
  const std::span<const Scalar> weights = gradients.weights();
  for (int e = 0; e < domains; ++e)
    table.losses()[static_cast<std::size_t>(e)] = gradients(e, gradients.rows(e), weights, table.row(e));

  std::vector<double> mean(columns), off(columns);
  for (std::size_t j = 0; j < columns; ++j) {
    for (int e = 0; e < domains; ++e) mean[j] += static_cast<double>(table.row(e)[j]);
    mean[j] /= domains;
  }
  std::vector<Scalar> place(columns), ahead(columns), behind(columns);
  const auto at = [&](int e, double step, std::vector<Scalar>& gradient, Kinks kinks) {
    for (std::size_t j = 0; j < columns; ++j)
      place[j] = static_cast<Scalar>(static_cast<double>(weights[j]) + step * off[j]);
    gradients(e, gradients.rows(e), place, gradient, kinks);
  };
  table.penalty = 0;
  for (int e = 0; e < domains; ++e) {
    const std::span<Scalar> row = table.row(e);
    double square = 0;
    for (std::size_t j = 0; j < columns; ++j) {
      off[j] = static_cast<double>(row[j]) - mean[j];
      square += off[j] * off[j];
    }
    table.penalty += square;
    if (!(square > 0) || weight_ == 0) continue;  // H_e 0 = 0
    const double step = kStep / std::sqrt(square);
    at(e, 0, ahead, Kinks::kept);  // a second derivative knows only the sides at the weights themselves
    at(e, step, ahead, Kinks::held);
    at(e, -step, behind, Kinks::held);
    // row e of the table is E times its part of the gradient, so that the mean of the rows is the gradient
    const double scale = domains * 2 * weight_ / (2 * step);
    for (std::size_t j = 0; j < columns; ++j)
      row[j] += static_cast<Scalar>(scale * (static_cast<double>(ahead[j]) - static_cast<double>(behind[j])));
  }
  table.objective = sum(std::span<const double>(table.losses())) / domains + weight_ * table.penalty;
}

}  // namespace sand::nn
