#include "optim/clip.h"

#include <algorithm>
#include <cmath>

#include "optim/option.h"
#include "tensor/sum.h"

namespace sand::optim {
namespace {

constexpr Index kBlock = 1 << 14;  // columns of a task

/// Calls body(block, first, count) for every block of columns.
template <class Body>
void for_each_block(Index columns, const Threads& threads, const Body& body) {
  const int blocks = static_cast<int>((columns + kBlock - 1) / kBlock);
  threads.run(blocks, [&](int block, int) {
    const Index first = block * kBlock;
    body(static_cast<std::size_t>(block), first, std::min(kBlock, columns - first));
  });
}

void copy_to(Tensor& to, const Tensor& from) {
  if (to.shape() != from.shape() || to.data() == nullptr) to = Tensor(from.shape());
  to.array() = from.array();
}

}  // namespace

Clipping::Clipping(const ClipOptions& options) : options_(options) {
  for (const Option option : {Option{"clip", "norm", options.norm}, Option{"clip", "value", options.value}})
    option.must(std::isfinite(option.value) && option.value >= 0, "a finite number of at least 0");
}

Scalar Clipping::cut(Scalar number) const {
  if (options_.value == 0) return number;
  const Scalar most = static_cast<Scalar>(options_.value);
  return std::max(-most, std::min(most, number));
}

Scalar Clipping::scaled(Scalar number) const {
  return static_cast<Scalar>(report_.factor * static_cast<double>(number));
}

const Direction& Clipping::operator()(const Direction& direction, const Threads& threads) {
  const Index columns = direction.values.size();
  copy_to(clipped_.values, direction.values);
  if (direction.has_mask())
    copy_to(clipped_.mask, direction.mask);
  else
    clipped_.mask = Tensor();
  clipped_.finite = direction.finite;
  const std::size_t blocks = static_cast<std::size_t>((columns + kBlock - 1) / kBlock);
  squares_.resize(blocks);
  cuts_.resize(blocks);

  Scalar* const d = clipped_.values.data();
  for_each_block(columns, threads, [&](std::size_t block, Index first, Index count) {
    cuts_[block] = 0;
    for (Index j = first; j < first + count; ++j) {
      const Scalar number = d[j];
      d[j] = cut(number);
      cuts_[block] += d[j] != number;
    }
    squares_[block] = sum_terms(count, [&](Index j) {
      const double number = static_cast<double>(d[first + j]);
      return number * number;
    });
  });
  report_ = {.weights = columns};
  for (const Index block_cuts : cuts_) report_.cut += block_cuts;
  report_.norm = std::sqrt(sum(std::span<const double>(squares_)));
  check(std::isfinite(report_.norm), [] {
    return Error(Fault::non_finite, "clip: the length of the direction is not finite, while its numbers are");
  });
  if (options_.norm == 0 || report_.norm <= options_.norm) return clipped_;
  report_.factor = options_.norm / report_.norm;
  for_each_block(columns, threads, [&](std::size_t, Index first, Index count) {
    for (Index j = first; j < first + count; ++j) d[j] = scaled(d[j]);
  });
  return clipped_;
}

Terms Clipping::explain(Scalar number) const {
  Terms terms;
  const Scalar cut_number = cut(number);
  if (options_.value > 0) {
    terms.setting("clip_value", "C", options_.value, "a setting: greatest size of a number");
    terms.add_scalar("cut", "dC", cut_number, "max(-C, min(C, d))");
  }
  if (options_.norm > 0) {
    const std::string of = options_.value > 0 ? "dC" : "d";
    terms.setting("clip_norm", "L", options_.norm, "a setting: greatest length of the direction");
    terms.add("norm", "n", report_.norm, "the length of " + of + " over all weights");
    terms.add("factor", "f", report_.factor, "L / n if n > L, else 1");
    terms.add_scalar("clipped", "d'", report_.factor < 1 ? scaled(cut_number) : cut_number, "f " + of);
  } else {
    terms.add_scalar("clipped", "d'", cut_number, "dC");
  }
  return terms;
}

}  // namespace sand::optim
