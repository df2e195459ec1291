#include "experiments/explain/decision_surface.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "experiments/explain/decision_plane.h"

namespace sand::experiments {
namespace {

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

}  // namespace

void draw_decisions(Picture& picture, int left, int top, const Model& model, const domains::Domain& domain,
                    std::span<const domains::Domain> dots) {
  constexpr int kPoints = kSurfaceSide / kPixels;
  const std::vector<double> probabilities = probabilities_on_plane(model, domain, kPoints, kOthers);
  for (int v = 0; v < kPoints; ++v)
    for (int u = 0; u < kPoints; ++u)
      fill(picture, left + u * kPixels, top + v * kPixels, kPixels,
           mixed(probabilities[static_cast<std::size_t>(v * kPoints + u)], 0.45));
  DomainRows row;
  for (const domains::Domain& of : dots) {
    domains::gather(of, first_examples(of, kDots).examples, row);
    for (Index i = 0; i < row.size(); ++i) {
      const auto place = [&](Scalar x, int sign) {
        return static_cast<int>(
                   std::lround((sign * static_cast<double>(x) / kPlaneRange + 1) * kSurfaceSide / 2)) -
               1;
      };
      const std::span<const Scalar> x = row.inputs.view().rows(i, 1).numbers();
      fill(picture, left + place(x[0], 1), top + place(x[1], -1), 3,
           mixed(row.labels[static_cast<std::size_t>(i)], 1));
    }
  }
}

}  // namespace sand::experiments
