#include "experiments/records.h"

#include <sys/resource.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "tensor/kernels/kernels.h"

namespace sand::experiments {
namespace {

using Json = nlohmann::json;  // its objects are sorted by key, as DomainBed's lines are

Json args_of(const Settings& settings) {
  return {{"dataset", settings.data.name},
          {"algorithm", settings.algorithm},
          {"data_dir", settings.data.data_dir},
          {"digits", settings.data.digits},
          {"image_size", settings.data.image_size},
          {"skip_unreadable", settings.data.skip_unreadable},
          {"protocol", settings.protocol.name},
          {"test_envs", settings.protocol.test_envs},
          {"holdout_fraction", settings.protocol.holdout_fraction},
          {"model", settings.model},
          {"convolution", settings.convolution == kernels::ConvolutionMethod::direct ? "direct" : "winograd"},
          {"evaluate_every", settings.evaluation.every},
          {"evaluate_examples", settings.evaluation.examples},
          {"test_at_end", settings.evaluation.test_at_end},
          {"steps", settings.protocol.steps},
          {"checkpoint_freq", settings.protocol.record_every},
          {"hparams_seed", settings.hparams_seed},
          {"trial_seed", settings.trial_seed},
          {"seed", settings.seed},
          {"decoupled_decay", settings.decoupled_decay},
          {"mask_update", settings.mask_update},
          {"allow_closed", settings.allow_closed},
          {"task", "domain_generalization"}};
}

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
void put_score(Json& to, const std::string& name, const Score& score) {
  if (std::isnan(score.accuracy)) return;
  to[name + "_accuracy"] = score.accuracy;
  to[name + "_loss"] = score.loss;
}

}  // namespace

std::string config_json(const Settings& settings, const domains::DataSet& data, const Threads& threads) {
  Json domains = Json::array();
  for (const domains::Domain& domain : data.domains) domains.push_back({{"name", domain.name}, {"examples", domain.size()}});
  const Json config = {{"args", args_of(settings)},
                       {"hparams", settings.hparams},
                       {"data", {{"source", data.source}, {"domains", domains}}},
                       {"sandgrad", SANDGRAD_VERSION},
                       {"number", sizeof(Scalar) == 8 ? "double" : "float"},
                       {"kernels", kernels::chosen().name},
                       {"threads", threads.count()}};
  return config.dump(2) + "\n";
}

std::string result_line(const Settings& settings, const Record& record, const std::string& output_dir) {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  Json line = {{"args", args_of(settings)},
               {"hparams", settings.hparams},
               {"step", record.step},
               {"epoch", record.epoch},
               {"step_time", record.step_seconds},
               {"loss", record.loss},
               {"mem_gb", static_cast<double>(usage.ru_maxrss) / (1 << 20)}};
  line["args"]["output_dir"] = output_dir;
  for (std::size_t env = 0; env < record.in.size(); ++env) {
    const std::string key = "env" + std::to_string(env);
    if (!std::isnan(record.in[env].accuracy)) line[key + "_in_acc"] = record.in[env].accuracy;
    if (!std::isnan(record.out[env].accuracy)) line[key + "_out_acc"] = record.out[env].accuracy;
  }
  return line.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string metrics_line(const domains::DataSet& data, const Record& record) {
  Json line = {{"step", record.step}, {"loss", record.loss}, {"chain", record.chain}, {"domains", Json::array()}};
  for (std::size_t env = 0; env < record.in.size(); ++env) {
    Json domain = {{"name", data.domains[env].name}};
    put_score(domain, "in", record.in[env]);
    put_score(domain, "out", record.out[env]);
    line["domains"].push_back(domain);
  }
  if (record.masks) {
    line["mask"] = {{"total", counts_of(record.masks->total)}};
    for (const optim::MaskCounts& slot : record.masks->slots) line["mask"]["slots"][slot.name] = counts_of(slot);
  }
  return line.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string outcome_json(const Outcome& outcome) {
  Json json = {{"steps", outcome.steps}, {"weights", outcome.fingerprint}, {"never_learned", outcome.never_learned.has_value()}};
  if (outcome.never_learned) json["reason"] = *outcome.never_learned;
  return json.dump() + "\n";
}

}  // namespace sand::experiments
