// The rows drawn from every domain for one step: output of domains/, input of autograd/.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tensor/tensor.h"

namespace sand {

/// The expected outputs of n rows: classes, values, or both; either may be empty.
struct Targets {
  std::span<const std::int32_t> labels;  ///< [n], class numbers from 0
  TensorView values;                     ///< [n, ...], for regression
  /// [n], labels of the rows that were mixed into these, if any (Mixup), and the first labels' share
  std::span<const std::int32_t> second_labels = {};
  double share = 1;  ///< of the first labels

  /// Classes [n], and values [n, ...] if there are any.
  Targets(std::span<const std::int32_t> of_classes, TensorView of_values = {})
      : labels(of_classes), values(of_values) {}
  Targets(const std::vector<std::int32_t>& of_classes) : labels(of_classes) {}  ///< Classes [n] only.
};

/// One domain's rows of a batch.
struct DomainRows {
  Tensor inputs;                     ///< [n, ...]
  std::vector<std::int32_t> labels;  ///< [n], class numbers from 0; empty if there are no classes
  /// [n], the number of each row's example in its domain: the key of its dropout
  std::vector<std::uint32_t> examples;
  Tensor target_values{};  ///< [n, ...], for regression; without data if there are only classes
  /// [n], labels of the rows that were mixed into these, if any (Mixup), and the first labels' share
  std::vector<std::int32_t> second_labels{};
  double share = 1;  ///< of the first labels

  Index size() const { return inputs.shape().rows(); }  ///< n, the number of rows
  /// Of rows first .. first + rows - 1, without copying.
  Targets targets(Index first, Index rows) const {
    const auto begin = static_cast<std::size_t>(first), count = static_cast<std::size_t>(rows);
    const auto some = [&](const std::vector<std::int32_t>& of) {
      return of.empty() ? std::span<const std::int32_t>() : std::span(of).subspan(begin, count);
    };
    Targets targets(some(labels),
                    target_values.data() == nullptr ? TensorView() : target_values.view().rows(first, rows));
    targets.second_labels = some(second_labels);
    targets.share = share;
    return targets;
  }
};

/// One entry per domain, in the order of the domains.
struct Batch {
  std::vector<DomainRows> domains;  ///< [E]
  std::uint32_t step = 0;           ///< part of the key of all random numbers in this step
};

}  // namespace sand
