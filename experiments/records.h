// A run's settings and records as JSON: what stands in config.json, results.jsonl and metrics.jsonl.
#pragma once

#include <string>

#include "domains/domain.h"
#include "experiments/settings.h"
#include "experiments/training.h"

namespace sand::experiments {

/// All that decides a run's numbers, and what they were computed with.
std::string config_json(const Settings& settings, const domains::DataSet& data, const Threads& threads);

/// One line with DomainBed's keys: args, hparams, step, epoch, step_time, loss, env{i}_in_acc, env{i}_out_acc, mem_gb. The
/// accuracy of a part without examples is left out. `output_dir` is only quoted.
std::string result_line(const Settings& settings, const Record& record, const std::string& output_dir);

/// One line with what DomainBed has no key for: every domain's loss and accuracy, the chain and the mask report, by slot.
std::string metrics_line(const domains::DataSet& data, const Record& record);

/// How the run ended: steps, the fingerprint of its weights, and whether it never learned.
std::string outcome_json(const Outcome& outcome);

}  // namespace sand::experiments
