#include "experiments/explain/decision_plane.h"

#include <algorithm>
#include <numeric>

#include "autograd/predict.h"
#include "tensor/elementary.h"

namespace sand::experiments {

domains::Part first_examples(const domains::Domain& domain, std::uint32_t count) {
  domains::Part part{&domain, std::vector<std::uint32_t>(std::min(count, domain.size()))};
  std::iota(part.examples.begin(), part.examples.end(), 0u);
  return part;
}

double probability_of_class_1(std::span<const Scalar> outputs) {
  const double logit = static_cast<double>(outputs.size() == 1 ? outputs[0] : outputs[1] - outputs[0]);
  return 1 / (1 + sand::exp(-logit));
}

std::vector<double> probabilities_on_plane(const Model& model, const domains::Domain& domain, int points,
                                           std::uint32_t tries) {
  const domains::Part others = first_examples(domain, tries);
  const Index rows_of_point = static_cast<Index>(others.examples.size());
  DomainRows rows;
  domains::gather(domain, others.examples, rows);
  const Index columns = rows.inputs.shape().columns();
  Tensor inputs(Shape{points * rows_of_point, columns});
  const auto place = [points](Index point) {
    return static_cast<Scalar>((2 * (static_cast<double>(point) + 0.5) / points - 1) * kPlaneRange);
  };
  std::vector<double> probabilities;
  for (int v = 0; v < points; ++v) {
    for (Index i = 0; i < inputs.shape().rows(); ++i) {
      Scalar* const x = inputs.data() + i * columns;
      std::copy_n(rows.inputs.data() + i % rows_of_point * columns, columns, x);
      x[0] = place(i / rows_of_point);
      x[1] = place(points - 1 - v);  // upward
    }
    const Tensor outputs = predict(model.network, model.parameters, inputs);
    for (int u = 0; u < points; ++u) {
      double sum = 0;
      for (Index i = 0; i < rows_of_point; ++i)
        sum += probability_of_class_1(outputs.view().rows(u * rows_of_point + i, 1).numbers());
      probabilities.push_back(sum / static_cast<double>(rows_of_point));
    }
  }
  return probabilities;
}

}  // namespace sand::experiments
