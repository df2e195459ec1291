// Some rows of one domain, which run forward and backward together.
#pragma once

#include <cstdint>

#include "autograd/objective.h"
#include "autograd/ops/dropout.h"
#include "tensor/batch.h"

namespace sand {

/// Rows first .. first + rows - 1 of a domain in one step.
struct Tile {
  const DomainRows& domain;
  Index first, rows;
  std::uint32_t step;

  TensorView inputs() const { return domain.inputs.view().rows(first, rows); }
  Draw draw(std::uint64_t seed) const {
    const auto from = static_cast<std::size_t>(first), count = static_cast<std::size_t>(rows);
    return {seed, step, std::span(domain.examples).subspan(from, count)};
  }
  Var loss(Var outputs, const Objective& objective) const {
    return objective.loss(outputs, domain.targets(first, rows), domain.size());
  }
};

}  // namespace sand
