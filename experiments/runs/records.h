// The measurements of a run as JSON: the lines of results.jsonl and metrics.jsonl, and done.
#pragma once

#include <optional>
#include <string>

#include "domains/domain.h"
#include "experiments/setup/settings.h"
#include "experiments/training/recorder.h"

namespace sand::experiments {

/// One line with DomainBed's keys: args, hparams, step, epoch, step_time, loss, env{i}_in_acc,
/// env{i}_out_acc, mem_gb. No domain has out_acc if the held-out part of one domain is empty. Numbers to
/// predict have env{i}_in_mse and env{i}_in_r2 instead, labels env{i}_in_label_acc. `output_dir` is only
/// quoted.
std::string result_line(const Settings& settings, const Record& record, const std::string& output_dir);

/// One line with values for which DomainBed has no key: loss and accuracy of every domain (of numbers mse and
/// r2, of labels loss and label_accuracy), the chain, and the mask report by slot. With a recipe other than
/// the default also the learning rate, and what --clip-norm, --clip-value and --early-stop did.
std::string metrics_line(const domains::DataSet& data, const Record& record);

/// The end of the run: steps, the fingerprint of its weights, and whether it never learned; with --early-stop
/// (patience above 0), whether that ended it, and its best record.
std::string outcome_json(int steps, const std::string& fingerprint,
                         const std::optional<std::string>& never_learned, const EarlyStop& stop = {},
                         int patience = 0);

}  // namespace sand::experiments
