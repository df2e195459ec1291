#include "autograd/gradients_elsewhere.h"

#include <algorithm>
#include <utility>

namespace sand {
namespace {

template <class T>
void copy_first(const std::vector<T>& from, std::size_t count, std::vector<T>& to) {
  to.assign(from.begin(), from.begin() + static_cast<std::ptrdiff_t>(std::min(count, from.size())));
}

/// Copies the first rows; reuses the memory if the shape is the same.
void copy_first(const Tensor& from, Index count, Tensor& to) {
  const Shape shape = from.shape().with_rows(count);
  if (to.data() == nullptr || to.shape() != shape) to = Tensor(shape);
  to.array() = from.view().rows(0, count).array();
}

}  // namespace

void GradientsElsewhere::start(const Batch& batch, const Objective& loss) {
  batch_ = &batch;
  loss_ = &loss;
  one_.step = batch.step;
  one_.domains.resize(1);
  domain_ = -1;
}

double GradientsElsewhere::operator()(int domain, Index rows, std::span<const Scalar> weights,
                                      std::span<Scalar> gradient, Kinks kinks) {
  DomainRows& copy = one_.domains[0];
  if (std::exchange(domain_, domain) != domain || copy.size() != rows) {
    const DomainRows& all = batch_->domains[static_cast<std::size_t>(domain)];
    const auto count = static_cast<std::size_t>(rows);
    copy_first(all.inputs, rows, copy.inputs);
    copy_first(all.labels, count, copy.labels);
    copy_first(all.examples, count, copy.examples);
    if (all.target_values.data() != nullptr) copy_first(all.target_values, rows, copy.target_values);
  }
  std::copy(weights.begin(), weights.end(), elsewhere_.numbers().begin());
  for (SidesOfPass& sides : sides_) kinks == Kinks::held ? sides.hold() : sides.keep();
  engine_.use_sides(kinks == Kinks::as_they_are ? nullptr : &sides_);
  const GradientTable& table = engine_.unchecked(one_, *loss_);
  std::copy(table.row(0).begin(), table.row(0).end(), gradient.begin());
  return table.losses()[0];
}

}  // namespace sand
