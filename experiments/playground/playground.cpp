#include "experiments/playground/playground.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "experiments/explain/decision_plane.h"
#include "experiments/explain/explanation.h"
#include "experiments/playground/flags.h"
#include "experiments/training/parts.h"
#include "experiments/training/weight_name.h"
#include "nn/scores.h"
#include "optim/agreement.h"

namespace sand::experiments {
namespace {

/// The same run by plain training. It keeps the hyper-parameters that both have.
Settings erm_of(const Settings& settings) {
  RunRequest request = settings;
  request.algorithm = "ERM";
  request.combiner.clear();
  request.hparams_json.clear();
  Settings erm = resolve(request);
  for (auto& [name, value] : erm.hparams)
    if (const auto shared = settings.hparams.find(name); shared != settings.hparams.end())
      value = shared->second;
  return erm;
}

domains::DataSet data_of(const Settings& settings, const Threads& threads) {
  domains::DataSet data = make_data_set(settings.data, threads);
  check(data.task == domains::Task::classify, [&] {
    return Error(Fault::usage, "playground: the data must have classes").fact("data set", data.name);
  });
  return data;
}

std::vector<std::string> names_of(const UpdateLoop& loop) {
  std::vector<std::string> names;
  for (const int domain : loop.training_domains())
    names.push_back(loop.data().domains[static_cast<std::size_t>(domain)].name);
  return names;
}

}  // namespace

Playground::Playground(const std::vector<std::string>& arguments)
    : settings_(resolve(request_of_flags(arguments))),
      data_(data_of(settings_, threads_)),
      method_(settings_, data_, threads_),
      erm_(erm_of(settings_), data_, threads_),
      evaluation_(method_.model(), threads_),
      evaluation_of_erm_(erm_.model(), threads_) {
  constexpr Index kMostWeights = 1'000'000;
  check(weights() <= kMostWeights, [&] {
    return Error(Fault::usage, "playground: the network is too large for a page")
        .fact("weights", std::to_string(weights()))
        .fact("at most", std::to_string(kMostWeights));
  });
}

void Playground::step() {
  before_ = method_.save();
  method_.update();
  erm_.update();
}

bool Playground::has_plane() const {
  return data_.example.rank() == 1 && data_.example[0] >= 2 && data_.classes == 2;
}

int Playground::test_domain() const {
  const std::vector<int>& training = method_.training_domains();
  for (int domain = 0; domain < static_cast<int>(data_.domains.size()); ++domain)
    if (std::find(training.begin(), training.end(), domain) == training.end()) return domain;
  return -1;
}

std::string Playground::description() const {
  using Json = nlohmann::ordered_json;
  const auto numbers_of = [](const Shape& shape) {
    Json numbers = Json::array();
    for (int axis = 0; axis < shape.rank(); ++axis) numbers.push_back(shape[axis]);
    return numbers;
  };
  const Algorithm& method = algorithm(settings_);
  const std::vector<int>& training = method_.training_domains();
  Json slots = Json::array(), list = Json::array();
  for (const Slot& slot : method_.model().parameters.slots())
    slots.push_back({{"name", slot.name}, {"offset", slot.offset}, {"shape", numbers_of(slot.shape)}});
  for (int domain = 0; domain < static_cast<int>(data_.domains.size()); ++domain)
    list.push_back({{"name", data_.domains[static_cast<std::size_t>(domain)].name},
                    {"number", domain},
                    {"training", std::count(training.begin(), training.end(), domain) == 1},
                    {"test", domain == test_domain()}});
  return Json{{"method", method.name},
              {"has_mask", method.combiner->has_mask},
              {"weights", weights()},
              {"slots", slots},
              {"domains", list},
              {"example", numbers_of(data_.example)},
              {"classes", data_.classes},
              {"has_plane", has_plane()},
              {"plane_range", kPlaneRange},
              {"note", method.combiner->note(settings_.hparams, static_cast<int>(training.size()))}}
      .dump();
}

std::string Playground::weight_name(Index column) const {
  check(column >= 0 && column < weights(), [&] {
    return Error(Fault::usage, "playground: no such weight")
        .fact("found", std::to_string(column))
        .fact("known", "0 .. " + std::to_string(weights() - 1));
  });
  return experiments::weight_name(method_.model().parameters.slots(), column);
}

void Playground::must_have_moved() const {
  check(steps() > 0, [] { return Error(Fault::usage, "playground: there was no update yet"); });
}

const GradientTable& Playground::gradients() const {
  must_have_moved();
  return method_.gradients();
}

const optim::Direction& Playground::direction() const {
  must_have_moved();
  return method_.direction();
}

std::vector<float> Playground::agreement() const {
  const GradientTable& table = gradients();
  const std::size_t columns = static_cast<std::size_t>(table.columns());
  std::vector<float> numbers(3 * columns);
  for (Index first = 0; first < table.columns(); first += optim::Agreement::kColumns) {
    const int count = static_cast<int>(std::min<Index>(optim::Agreement::kColumns, table.columns() - first));
    optim::Agreement agreement(table, first, count);
    agreement.measure_variance();
    for (int j = 0; j < count; ++j) {
      const std::size_t at = static_cast<std::size_t>(first + j);
      numbers[at] = static_cast<float>(agreement.agreement(j));
      numbers[columns + at] = static_cast<float>(agreement.mean(j));
      numbers[2 * columns + at] = static_cast<float>(agreement.variance(j));
    }
  }
  return numbers;
}

std::vector<float> Playground::mask_with(double tau, double k) const {
  const GradientTable& table = gradients();
  Hparams hparams = settings_.hparams;
  for (const auto& [name, value] : {std::pair("tau", tau), std::pair("k", k)})
    if (const auto found = hparams.find(name); found != hparams.end()) found->second = value;
  const auto combiner = algorithm(settings_).make_combiner(hparams, settings_.allow_closed);
  combiner->resume(method_.carried_before());
  const optim::Direction& direction = combiner->combine(table, threads_);
  if (!direction.has_mask()) return std::vector<float>(static_cast<std::size_t>(table.columns()), 1.0F);
  const auto numbers = direction.mask.view().numbers();
  std::vector<float> mask;
  for (const Scalar number : numbers) mask.push_back(static_cast<float>(number));
  return mask;
}

std::string Playground::explanation(Index column) {
  must_have_moved();
  const WeightPlace place = weight_named(method_.model().parameters, weight_name(column));
  if (!replay_) replay_ = std::make_unique<UpdateLoop>(settings_, data_, threads_);
  replay_->restore(before_);
  std::vector<WeightExplanation> explanations;
  replay_->update(
      [&] { explanations = explain(update_of(*replay_, names_of(*replay_), threads_), {place}); });
  explanations.at(0).must_match(method_.model().parameters.numbers()[static_cast<std::size_t>(column)]);
  return explanations[0].text();
}

std::vector<double> Playground::scores(Side side, int examples) {
  const UpdateLoop& loop = run(side);
  double loss = 0, accuracy = 0;
  for (const int domain : loop.training_domains()) {
    const Score score = evaluation(side)(
        first_of(loop.splits()[static_cast<std::size_t>(domain)].in, examples), loop.objective());
    loss += score.loss;
    accuracy += score.accuracy;
  }
  const double count = static_cast<double>(loop.training_domains().size());
  Score test;
  if (test_domain() >= 0) test = evaluation(side)(first_of_domain(test_domain(), examples), loop.objective());
  return {loss / count, accuracy / count, test.accuracy};
}

std::vector<float> Playground::surface(Side side, int points, int tries) const {
  check(has_plane() && points >= 1 && points <= 256 && tries >= 1, [] {
    return Error(Fault::usage,
                 "playground: a surface needs 1 to 256 points, at least one try, and data with "
                 "two classes that are not images");
  });
  const std::size_t domain = static_cast<std::size_t>(std::max(test_domain(), 0));
  const std::vector<double> numbers = probabilities_on_plane(run(side).model(), data_.domains[domain], points,
                                                             static_cast<std::uint32_t>(tries));
  std::vector<float> probabilities;
  for (const double number : numbers) probabilities.push_back(static_cast<float>(number));
  return probabilities;
}

domains::Part Playground::first_of_domain(int domain, int count) const {
  check(domain >= 0 && domain < static_cast<int>(data_.domains.size()) && count >= 1, [&] {
    return Error(Fault::usage, "playground: no such examples")
        .fact("domain", std::to_string(domain))
        .fact("known", "0 .. " + std::to_string(data_.domains.size() - 1))
        .fact("count", std::to_string(count));
  });
  return first_examples(data_.domains[static_cast<std::size_t>(domain)], static_cast<std::uint32_t>(count));
}

std::vector<float> Playground::examples(int domain, int count) const {
  const domains::Part part = first_of_domain(domain, count);
  DomainRows rows;
  domains::gather(*part.domain, part.examples, rows);
  std::vector<float> numbers;
  for (const Scalar number : rows.inputs.view().numbers()) numbers.push_back(static_cast<float>(number));
  return numbers;
}

std::vector<int> Playground::labels(int domain, int count) const {
  const domains::Part part = first_of_domain(domain, count);
  return {part.domain->labels.begin(),
          part.domain->labels.begin() + static_cast<std::ptrdiff_t>(part.examples.size())};
}

std::vector<int> Playground::predictions(Side side, int domain, int count) {
  const Tensor outputs = evaluation(side).outputs(first_of_domain(domain, count));
  std::vector<int> classes;
  for (Index row = 0; row < outputs.shape().rows(); ++row) {
    const auto numbers = outputs.view().rows(row, 1).numbers();
    classes.push_back(
        numbers.size() == 1
            ? numbers[0] > 0
            : static_cast<int>(std::max_element(numbers.begin(), numbers.end()) - numbers.begin()));
  }
  return classes;
}

}  // namespace sand::experiments
