// One run of a sweep, as DomainBed names it: by its arguments.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "experiments/setup/settings.h"

namespace sand::experiments {

struct Job {
  std::string id;       ///< of its run directory: job_id(args)
  nlohmann::json args;  ///< DomainBed's, then our settings where they are not the default
};

/// JSON as Python's json.dumps(json, sort_keys=True) writes it.
std::string python_json(const nlohmann::json& json);

/// The MD5 of the arguments as Python writes them: the name that DomainBed's sweep.py gives.
std::string job_id(const nlohmann::json& args);

/// DomainBed's seed of a run: seed_hash(dataset, algorithm, test_envs, hparams_seed, trial_seed).
std::uint32_t job_seed(const std::string& data_set, const std::string& algorithm,
                       const std::vector<int>& test_domains, std::int64_t hparams_seed,
                       std::int64_t trial_seed);

/// What every job is unless its arguments say otherwise: DomainBed's protocol with DomainBed's own defaults,
/// and settings under which nothing can be learned are accepted, since they belong to the search.
RunRequest job_defaults();

/// Throws Error(data) naming an argument that is unknown or of another type.
RunRequest request_of(const Job& job);

/// The settings of `request` that differ from job_defaults(), by their keys, for `args`. Leaves out what a
/// sweep varies, hparams and the seeds.
nlohmann::json extra_args(const RunRequest& request);

}  // namespace sand::experiments
