#include "experiments/setup/run_data.h"

#include <cstdio>
#include <numeric>

#include "experiments/setup/photo_cache.h"

namespace sand::experiments {

domains::DataSet data_set_of(const Settings& settings, const Threads& threads) {
  domains::DataSet data = make_data_set(settings.data, threads);
  if (!data.fit) return data;
  domains::standardize(
      data, training_domains(settings, static_cast<int>(data.domains.size()), 1),
      [&](const std::string& line) { std::fprintf(stderr, "%s: %s\n", data.name.c_str(), line.c_str()); });
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
