#include "experiments/setup/run_data.h"

#include <cmath>
#include <cstdio>
#include <numeric>

#include "experiments/setup/photo_cache.h"
#include "tensor/printable.h"

namespace sand::experiments {
namespace {

/// Notes numbers to predict that squared error learns slowly: large ones, tiny ones, and far from 0.
void tell_targets(const domains::DataSet& data, const std::vector<int>& training) {
  constexpr double kLarge = 10;
  for (std::size_t t = 0; data.task == domains::Task::regress && t < data.target_names.size(); ++t) {
    double count = 0, sum = 0, squares = 0;
    const auto each = [&](const auto& visit) {
      for (const int domain : training) {
        const domains::Domain& of = data.domains[static_cast<std::size_t>(domain)];
        for (std::size_t i = t; i < of.values.size(); i += data.target_names.size())
          visit(static_cast<double>(of.values[i]));
      }
    };
    each([&](double value) {
      ++count;
      sum += value;
    });
    const double mean = sum / count;
    each([&](double value) { squares += (value - mean) * (value - mean); });
    const double deviation = std::sqrt(squares / count);
    if (std::fabs(mean) <= kLarge && deviation <= kLarge && deviation >= 1 / kLarge) continue;
    std::fprintf(
        stderr,
        "%s: %s has mean %.4g and deviation %.4g in the training domains; near 0 and 1 it is learned "
        "faster\n",
        data.name.c_str(), printable(data.target_names[t]).c_str(), mean, deviation);
  }
}

}  // namespace

domains::DataSet data_set_of(const Settings& settings, const Threads& threads) {
  domains::DataSet data = make_data_set(settings.data, threads);
  if (!data.fit && data.task != domains::Task::regress) return data;
  const std::vector<int> training = training_domains(settings, static_cast<int>(data.domains.size()), 1);
  tell_targets(data, training);
  domains::standardize(data, training, [&](const std::string& line) {
    std::fprintf(stderr, "%s: %s\n", data.name.c_str(), line.c_str());
  });
  return data;
}

domains::DataSet data_set_of(const DataRequest& request, const Threads& threads) {
  DataRequest resolved = request;
  resolved.photo_cache = photo_cache_folder(request.photo_cache, "");
  domains::DataSet data = make_data_set(resolved, threads);
  std::vector<int> all(data.domains.size());
  std::iota(all.begin(), all.end(), 0);
  domains::standardize(data, all);
  return data;
}

}  // namespace sand::experiments
