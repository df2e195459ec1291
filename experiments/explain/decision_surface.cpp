#include "experiments/explain/decision_surface.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <vector>

#include "autograd/predict.h"
#include "tensor/elementary.h"

namespace sand::experiments {
namespace {

constexpr double kRange = 2.5;         // the plane from -kRange to kRange
constexpr int kPixels = 2;             // edge of a point of the plane, in pixels
constexpr std::uint32_t kOthers = 32;  // examples that supply the other numbers at each point
constexpr std::uint32_t kDots = 32;    // examples of each domain

using Colour = std::array<double, 3>;
constexpr Colour kFirst{0.93, 0.52, 0.10}, kSecond{0.16, 0.44, 0.80};

/// Mixes the colours of the classes, and the result with white.
Colour mixed(double probability, double strength) {
  Colour colour{};
  for (std::size_t i = 0; i < 3; ++i)
    colour[i] = 1 - strength * (1 - ((1 - probability) * kFirst[i] + probability * kSecond[i]));
  return colour;
}

void fill(Picture& picture, int left, int top, int edge, const Colour& colour) {
  for (int v = 0; v < edge; ++v)
    for (int u = 0; u < edge; ++u) picture.set(left + u, top + v, colour[0], colour[1], colour[2]);
}

/// The probability of class 1, from the outputs of one row.
double probability(std::span<const Scalar> outputs) {
  const double logit = static_cast<double>(outputs.size() == 1 ? outputs[0] : outputs[1] - outputs[0]);
  return 1 / (1 + sand::exp(-logit));
}

/// The first examples of a domain. They are in random order already.
domains::Part first_of(const domains::Domain& domain, std::uint32_t count) {
  domains::Part part{&domain, std::vector<std::uint32_t>(std::min(count, domain.size()))};
  std::iota(part.examples.begin(), part.examples.end(), 0u);
  return part;
}

}  // namespace

void draw_decisions(Picture& picture, int left, int top, const Model& model, const domains::Domain& domain,
                    std::span<const domains::Domain> dots) {
  constexpr int kPoints = kSurfaceSide / kPixels;
  const domains::Part others = first_of(domain, kOthers);
  const Index tries = static_cast<Index>(others.examples.size());
  DomainRows rows, row;
  domains::gather(domain, others.examples, rows);
  const Index columns = rows.inputs.shape().columns();
  Tensor inputs(Shape{kPoints * tries, columns});
  for (int v = 0; v < kPoints; ++v) {
    for (Index i = 0; i < inputs.shape().rows(); ++i) {
      const auto place = [](Index point) {
        return static_cast<Scalar>((2 * (static_cast<double>(point) + 0.5) / kPoints - 1) * kRange);
      };
      Scalar* const x = inputs.data() + i * columns;
      std::copy_n(rows.inputs.data() + i % tries * columns, columns, x);
      x[0] = place(i / tries);
      x[1] = place(kPoints - 1 - v);  // upward
    }
    const Tensor outputs = predict(model.network, model.parameters, inputs);
    for (int u = 0; u < kPoints; ++u) {
      double sum = 0;
      for (Index i = 0; i < tries; ++i) sum += probability(outputs.view().rows(u * tries + i, 1).numbers());
      fill(picture, left + u * kPixels, top + v * kPixels, kPixels,
           mixed(sum / static_cast<double>(tries), 0.45));
    }
  }
  for (const domains::Domain& of : dots) {
    domains::gather(of, first_of(of, kDots).examples, row);
    for (Index i = 0; i < row.size(); ++i) {
      const auto place = [&](Scalar x, int sign) {
        return static_cast<int>(
                   std::lround((sign * static_cast<double>(x) / kRange + 1) * kSurfaceSide / 2)) -
               1;
      };
      const std::span<const Scalar> x = row.inputs.view().rows(i, 1).numbers();
      fill(picture, left + place(x[0], 1), top + place(x[1], -1), 3,
           mixed(row.labels[static_cast<std::size_t>(i)], 1));
    }
  }
}

}  // namespace sand::experiments
