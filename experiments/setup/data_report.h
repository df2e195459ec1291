// What is in a data set, and what in it would spoil an experiment.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "domains/domain.h"
#include "tensor/threads.h"

namespace sand::experiments {

/// An example, by the numbers of its domain and of itself in it.
struct ExampleId {
  std::uint32_t domain = 0, example = 0;
  auto operator<=>(const ExampleId&) const = default;
};

/// Examples whose inputs occur in more than one domain, to the last bit.
struct Duplicates {
  std::uint64_t examples = 0;  ///< of all domains
  ExampleId first, other;      ///< the first one, and its first double in another domain
};

struct DataReport {
  std::vector<std::vector<std::uint64_t>> counts;  ///< examples [domain][class]; no class for regression
  Duplicates duplicates;
  std::vector<std::string> constant;  ///< inputs of vectors that are equal in all examples
  std::vector<std::string> problems;  ///< what would spoil an experiment
  std::vector<std::string> warnings;  ///< what a user must know
};

/// Reads every example of every domain once, and the duplicates twice. Takes 16 bytes for each example.
/// Problems: one domain only, a domain or a class with one example, duplicates. Warnings: a class that a
/// domain lacks, a domain with fewer than 10 examples, constant inputs.
DataReport report_on(const domains::DataSet& data, const Threads& threads);

/// "ill", or its number if the classes have no names.
std::string class_name(const domains::DataSet& data, std::size_t number);

}  // namespace sand::experiments
