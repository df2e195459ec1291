#include "experiments/training/initial_model.h"

#include <cstdio>

#include "experiments/machine/sha256.h"
#include "experiments/setup/algorithms.h"
#include "experiments/training/class_weights.h"
#include "experiments/training/parameter_file.h"
#include "nn/objective_card.h"

namespace sand::experiments {

Index outputs_for(const Settings& settings, const domains::DataSet& data) {
  const nn::ObjectiveCard& objective = nn::objective_named(settings.protocol.objective);
  const bool classes = data.task == domains::Task::classify;
  const Index count = classes ? data.classes : static_cast<Index>(data.target_names.size());
  const Index outputs = objective.outputs(count);
  check(outputs > 0, [&] {
    return Error(Fault::usage, "train: the loss of this protocol does not fit this number of classes")
        .fact("loss", std::string(objective.name) + ": " + objective.about)
        .fact("classes", std::to_string(count))
        .hint("--protocol domainbed takes any number of classes");
  });
  return outputs;
}

std::unique_ptr<Objective> objective_for(const Settings& settings, const domains::DataSet& data,
                                         const std::vector<domains::Part>& training) {
  return algorithm(settings).make_objective(settings.hparams, row_objective(settings, data, training));
}

ModelSetting model_setting(const Settings& settings, const Shape& example, Index outputs) {
  return {.example = example,
          .outputs = outputs,
          .activation = settings.protocol.activation,
          .initializer = settings.protocol.initializer,
          .convolution = convolution_named(settings.convolution)};
}

std::unique_ptr<Model> drawn_model(const Settings& settings, const Shape& example, Index outputs) {
  const ModelSetting setting = model_setting(settings, example, outputs);
  const std::uint64_t seed = static_cast<std::uint64_t>(settings.seed);
  if (is_model_text(settings.model)) return make_model(parse_model_text(settings.model), setting, seed);
  if (settings.model != "MLP")
    return make_cnn({.name = settings.model,
                     .image = setting.example,
                     .outputs = setting.outputs,
                     .activation = setting.activation,
                     .initializer = setting.initializer,
                     .convolution = setting.convolution},
                    seed);
  const auto whole = [&](const char* name) { return static_cast<Index>(settings.hparams.at(name)); };
  nn::MlpOptions options{
      .inputs = example.size(),
      .hidden = std::vector<Index>(static_cast<std::size_t>(whole("mlp_depth")), whole("mlp_width")),
      .outputs = setting.outputs,
      .activation = setting.activation,
      .dropout = settings.hparams.at("mlp_dropout"),
      .initializer = setting.initializer};
  return make_mlp(options, example, seed);
}

std::unique_ptr<Model> initial_model(const Settings& settings, const domains::DataSet& data) {
  std::unique_ptr<Model> model = drawn_model(settings, data.example, outputs_for(settings, data));
  if (settings.init_from.empty()) return model;
  const std::string found = sha256_of_file(settings.init_from);
  check(found == settings.init_sha256, [&] {
    return Error(Fault::data, "init-from: this is not the file that the run started from")
        .fact("file", settings.init_from)
        .fact("expected", "SHA-256 " + settings.init_sha256)
        .fact("found", "SHA-256 " + found);
  });
  LeftOutTensor note = nullptr;
  if (settings.init_partial)
    note = [](const std::string& line) { std::fprintf(stderr, "init-from: %s\n", line.c_str()); };
  load_weights(settings.init_from, model->parameters, note);
  return model;
}

}  // namespace sand::experiments
