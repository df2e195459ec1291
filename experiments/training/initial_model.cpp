#include "experiments/training/initial_model.h"

#include "experiments/machine/sha256.h"
#include "experiments/training/parameter_file.h"
#include "nn/objective_card.h"

namespace sand::experiments {
ModelSetting model_setting(const Settings& settings, const domains::DataSet& data) {
  const nn::ObjectiveCard& objective = nn::objective_named(settings.protocol.objective);
  const Index outputs = objective.outputs(data.classes);
  check(outputs > 0, [&] {
    return Error(Fault::usage, "train: the loss of this protocol does not fit this number of classes")
        .fact("loss", std::string(objective.name) + ": " + objective.about)
        .fact("classes", std::to_string(data.classes))
        .hint("--protocol domainbed takes any number of classes");
  });
  return {.example = data.example,
          .outputs = outputs,
          .activation = settings.protocol.activation,
          .initializer = settings.protocol.initializer,
          .convolution = convolution_named(settings.convolution)};
}

namespace {

std::unique_ptr<Model> drawn_model(const Settings& settings, const domains::DataSet& data) {
  const ModelSetting setting = model_setting(settings, data);
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
      .inputs = data.example.size(),
      .hidden = std::vector<Index>(static_cast<std::size_t>(whole("mlp_depth")), whole("mlp_width")),
      .outputs = setting.outputs,
      .activation = setting.activation,
      .dropout = settings.hparams.at("mlp_dropout"),
      .initializer = setting.initializer};
  return make_mlp(options, data.example, seed);
}

}  // namespace

std::unique_ptr<Model> initial_model(const Settings& settings, const domains::DataSet& data) {
  std::unique_ptr<Model> model = drawn_model(settings, data);
  if (settings.init_from.empty()) return model;
  const std::string found = sha256_of_file(settings.init_from);
  check(found == settings.init_sha256, [&] {
    return Error(Fault::data, "init-from: this is not the file that the run started from")
        .fact("file", settings.init_from)
        .fact("expected", "SHA-256 " + settings.init_sha256)
        .fact("found", "SHA-256 " + found);
  });
  load_weights(settings.init_from, model->parameters);
  return model;
}

}  // namespace sand::experiments
