#include "experiments/runs/records.h"

#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "experiments/setup/settings_json.h"

namespace sand::experiments {
namespace {

using Json = nlohmann::json;  // sorts the keys of objects, like DomainBed's lines

Json counts_of(const optim::MaskCounts& counts) {
  return {{"weights", counts.weights},
          {"closed", counts.fraction(counts.closed)},
          {"partial", counts.fraction(counts.partial)},
          {"open", counts.fraction(counts.open)},
          {"moved_although_closed", counts.moved_closed},
          {"zero_gradients", counts.zero_gradients},
          {"zero_variance", counts.zero_variance},
          {"sign_balance", counts.sign_balance}};
}

/// JSON has no NaN: a part without examples has no score.
void put_score(Json& to, const std::string& name, const Score& score, domains::Task task) {
  if (std::isnan(score.accuracy)) return;
  const bool numbers = task == domains::Task::regress;
  to[name + (numbers                             ? "_r2"
             : task == domains::Task::multilabel ? "_label_accuracy"
                                                 : "_accuracy")] = score.accuracy;
  to[name + (numbers ? "_mse" : "_loss")] = score.loss;
}

/// The entries of one part of a domain in results.jsonl.
void put_result(Json& line, const std::string& name, const Score& score, domains::Task task) {
  if (task == domains::Task::regress) {
    line[name + "_mse"] = score.loss;
    line[name + "_r2"] = score.accuracy;
  } else {
    line[name + (task == domains::Task::multilabel ? "_label_acc" : "_acc")] = score.accuracy;
  }
}

}  // namespace

std::string result_line(const Settings& settings, const Record& record, const std::string& output_dir) {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  Json line = Json::parse(settings_json(settings));  // args, hparams
  line.update({{"step", record.step},
               {"epoch", record.epoch},
               {"step_time", record.step_seconds},
               {"loss", record.loss},
               {"mem_gb", static_cast<double>(usage.ru_maxrss) / (1 << 20)}});
  line["args"]["output_dir"] = output_dir;
  for (const auto& [part, scores] : {std::pair{"in", &record.in}, {"out", &record.out}}) {
    const auto measured = [](const Score& score) { return !std::isnan(score.accuracy); };
    if (!std::all_of(scores->begin(), scores->end(), measured))
      continue;  // a gap would hide the later domains
    for (std::size_t env = 0; env < scores->size(); ++env)
      put_result(line, "env" + std::to_string(env) + "_" + part, (*scores)[env], task_of(settings));
  }
  return line.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string metrics_line(const domains::DataSet& data, const Record& record) {
  Json line = {
      {"step", record.step}, {"loss", record.loss}, {"chain", record.chain}, {"domains", Json::array()}};
  for (std::size_t e = 0; e < record.in.size(); ++e) {
    Json domain = {{"name", data.domains[e].name}};
    put_score(domain, "in", record.in[e], data.task);
    put_score(domain, "out", record.out[e], data.task);
    line["domains"].push_back(domain);
  }
  if (record.learning_rate) line["lr"] = *record.learning_rate;
  if (record.clip) {
    const optim::ClipReport& clip = *record.clip;
    line["clip"] = {{"norm", clip.norm},
                    {"factor", clip.factor},
                    {"cut", static_cast<double>(clip.cut) / static_cast<double>(clip.weights)}};
  }
  if (record.early_stop)
    line["early_stop"] = {{"best_score", record.early_stop->best_score},
                          {"best_step", record.early_stop->best_step},
                          {"waited", record.early_stop->waited}};
  if (record.masks) {
    line["mask"] = {{"total", counts_of(record.masks->total)}};
    for (const optim::MaskCounts& slot : record.masks->slots)
      line["mask"]["slots"][slot.name] = counts_of(slot);
  }
  if (!record.weights.empty()) {
    line["weights"] = record.weights;
    line["gram"] = record.gram;
  }
  return line.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string outcome_json(int steps, const std::string& fingerprint,
                         const std::optional<std::string>& never_learned, const EarlyStop& stop,
                         int patience) {
  Json json = {{"steps", steps}, {"weights", fingerprint}, {"never_learned", never_learned.has_value()}};
  if (never_learned) json["reason"] = *never_learned;
  if (patience > 0)
    json["early_stop"] = {{"stopped", stop.ends(patience)},
                          {"patience", patience},
                          {"best_step", stop.best_step},
                          {"best_score", stop.best_score}};
  return json.dump() + "\n";
}

}  // namespace sand::experiments
