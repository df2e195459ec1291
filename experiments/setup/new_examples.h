// Examples without labels, for the network of a run: `sandgrad predict`.
#pragma once

#include <string>
#include <vector>

#include "domains/domain.h"
#include "domains/tables/fitted_table.h"
#include "experiments/setup/settings.h"

namespace sand::experiments {

/// What record.json says about the inputs and outputs of a run.
struct RecordedColumns {
  std::vector<domains::FittedInput> inputs;  ///< of a table; else empty
  std::vector<std::string> classes;          ///< names; empty: their numbers
  std::vector<std::string> targets;          ///< names of numbers to predict, or of labels
};

struct NewExamples {
  std::vector<std::string> names;  ///< file names; empty: the numbers from 0
  domains::Domain domain;          ///< with labels 0; its inputs are what the network sees
};

/// Reads the examples at `path` as the run with these settings reads its own: a folder of photos; a table,
/// .csv or .csv.gz, in which domain and label may be missing; or .npy [n, ...], the inputs of n examples, as
/// a table or arrays have them: U8 stands for 0 .. 1. Throws Error(usage) for another kind of file and one
/// that does not fit the run's data set, Error(data) for inputs that are not finite, and what reading throws.
NewExamples new_examples(const std::string& path, const Settings& settings, const RecordedColumns& columns,
                         const Threads& threads);

}  // namespace sand::experiments
