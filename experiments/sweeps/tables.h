// Tables of results: for every method and test domain the mean over trials, as DomainBed's collect_results.py
// computes it, and how many runs are behind it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "experiments/sweeps/plan.h"
#include "experiments/sweeps/selection.h"

namespace sand::experiments {

/// Accuracies of one method on one test domain, or their mean over test domains, by trial_seed. 0 to 1.
struct Cell {
  std::map<std::int64_t, double> trials;

  bool empty() const { return trials.empty(); }
  double average() const;
  double standard_error() const;  ///< population deviation / sqrt(trials), as in DomainBed
};

struct MethodRow {
  std::string method;
  std::vector<Cell> cells;        ///< by test domain of the table
  std::optional<double> average;  ///< of the means, if no cell is empty
  Cell averages;                  ///< of each trial: the mean over its cells
  int runs = 0;                   ///< that count: with results
  int missing = 0;                ///< planned, or needed for a full grid, but without results
  int unfinished = 0;             ///< with results, but not done
  int never_learned = 0;
};

struct ResultTable {
  std::string data_set;
  Selection selection = Selection::oracle;
  bool without_dead = false;       ///< runs that never learned are left out
  std::vector<int> test_domains;   ///< columns
  std::vector<std::string> names;  ///< of the columns
  std::vector<MethodRow> rows;
};

/// The tables of one selection, by the names of the data sets. Columns are the domains that some run leaves
/// out. `planned`: the jobs of the sweeps, to count runs without results; empty: every combination of what
/// the results contain is expected.
std::vector<ResultTable> result_tables(const Results& results, Selection selection, bool without_dead,
                                       const std::vector<Job>& planned);

/// What is known of a data set: the accuracy that a row of a table should not, or can not, exceed.
struct Ceiling {
  std::string about;              ///< "shape alone"
  std::vector<double> by_domain;  ///< 0 to 1
};
std::vector<Ceiling> ceilings_of(const std::string& data_set);

/// "+90%"; "env 3" for a data set whose domains have no fixed names.
std::string domain_name(const std::string& data_set, int domain);

}  // namespace sand::experiments
