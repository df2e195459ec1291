// What a run measures, as JSON: the lines of results.jsonl and metrics.jsonl, and done.
#pragma once

#include <optional>
#include <string>

#include "domains/domain.h"
#include "experiments/setup/settings.h"
#include "experiments/training/recorder.h"

namespace sand::experiments {

/// One line with DomainBed's keys: args, hparams, step, epoch, step_time, loss, env{i}_in_acc,
/// env{i}_out_acc, mem_gb. There is no out_acc at all where the held-out part of a domain is empty.
/// `output_dir` is only quoted.
std::string result_line(const Settings& settings, const Record& record, const std::string& output_dir);

/// One line with what DomainBed has no key for: every domain's loss and accuracy, the chain and the mask
/// report, by slot.
std::string metrics_line(const domains::DataSet& data, const Record& record);

/// How the run ended: steps, the fingerprint of its weights, and whether it never learned.
std::string outcome_json(int steps, const std::string& fingerprint,
                         const std::optional<std::string>& never_learned);

}  // namespace sand::experiments
