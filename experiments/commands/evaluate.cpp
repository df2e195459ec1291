// `sandgrad evaluate`: scores of a trained network by domain, part and class, on its own data or on others.
#include <cstdio>
#include <memory>
#include <optional>

#include "experiments/commands/command_line.h"
#include "experiments/commands/commands.h"
#include "experiments/commands/setting_flags.h"
#include "experiments/machine/available_memory.h"
#include "experiments/runs/evaluation_report.h"
#include "experiments/runs/recorded_run.h"
#include "experiments/runs/trained_run.h"
#include "experiments/setup/given_data.h"
#include "experiments/setup/run_data.h"
#include "experiments/training/initial_model.h"
#include "experiments/training/parameter_file.h"
#include "experiments/training/parts.h"
#include "nn/objectives.h"

namespace sand::experiments {
namespace {

struct EvaluateOptions {
  std::string run;      ///< a run directory, or a file of weights
  DataRequest request;  ///< without a name: the run's own data
  std::string model, activation = "relu", convolution = "winograd";  ///< of a file without a record
  int bins = 15, examples = -1, threads = 0;
  std::int64_t trial_seed = -1;
  bool json = false;
};

/// A network, the data, and what to score.
struct Evaluated {
  domains::DataSet data;
  TrainedModel trained;
  std::unique_ptr<Objective> objective;
  int classes = 0;
  std::vector<ReportedPart> reports = {};
  std::vector<domains::Part> parts = {};
};

/// Every domain as one part.
void add_whole_domains(Evaluated& it, int examples) {
  for (std::size_t d = 0; d < it.data.domains.size(); ++d) {
    it.reports.push_back({static_cast<int>(d), "all", {}});
    it.parts.push_back(first_of(domains::whole(it.data.domains[d]), examples));
  }
}

/// DomainBed's two parts of every domain, as the run recorded them.
void add_splits(Evaluated& it, const Settings& settings, int examples) {
  const std::vector<domains::Split> splits = splits_of(settings, it.data);
  for (std::size_t d = 0; d < splits.size(); ++d)
    for (const auto& [name, part] : {std::pair{"in", &splits[d].in}, {"out", &splits[d].out}}) {
      it.reports.push_back({static_cast<int>(d), name, {}});
      it.parts.push_back(first_of(*part, examples));
    }
}

/// Other data for the network of a run.
domains::DataSet other_data(const DataRequest& request, const RecordedColumns& columns,
                            const Threads& threads) {
  const std::string name = find_name("dataset", request.name, data_set_names());
  if (name != "Table") return data_set_of(request, threads);
  const OwnDataRequest own = resolve_own_data(request.own, name);
  check(!columns.inputs.empty(),
        [] { return Error(Fault::usage, "evaluate: a table needs a run that was trained on a table"); });
  domains::TableOptions options = table_options(own);
  if (const std::optional<AvailableMemory> available = available_memory(threads))
    options.memory = static_cast<std::uint64_t>(std::max(available->bytes, 1.0));
  return domains::fitted_table(own.file, options, {columns.inputs, columns.classes, true});
}

/// Whether flags ask for other data than the run's own.
bool asks_for_other_data(const EvaluateOptions& options) {
  return !options.request.name.empty() || !options.request.own.file.empty();
}

/// Throws for a flag that says nothing about the run's own data.
void check_own_data_flags(const EvaluateOptions& options) {
  std::vector<std::string> flags = given_flags(options.request);
  if (options.trial_seed >= 0) flags.emplace_back("--trial-seed");
  for (const std::string& flag : flags)
    check(flag == "--data-dir", [&] {
      return Error(Fault::usage, "evaluate: " + flag + ": is for other data than the run's own")
          .hint("--dataset or --data-file names other data");
    });
}

/// The parts that the run trained on, which decide balanced weights of classes.
std::vector<domains::Part> training_parts(const Settings& settings, const domains::DataSet& data) {
  return parts_to_train_on(splits_of(settings, data),
                           training_domains(settings, static_cast<int>(data.domains.size()), 1));
}

/// Other data are scored with the plain loss.
Settings without_class_weights(Settings settings) {
  settings.recipe.class_weights.clear();
  return settings;
}

Evaluated of_run(const EvaluateOptions& options, const TrainedPlace& place, const Threads& threads) {
  check(options.model.empty(), [] {
    return Error(Fault::usage, "evaluate: --model: the record of the run names the model already");
  });
  const Manifest recorded = read_manifest((*place.run / "record.json").string());
  check_same_run(recorded, recorded.settings);  // checks number type and arithmetic
  const RecordedColumns columns = read_columns(*place.run);
  const bool other = asks_for_other_data(options);
  if (!other) check_own_data_flags(options);
  const Manifest record = other ? recorded : in_place(recorded, options.request.data_dir);
  DataRequest asked = options.request;
  asked.seed =
      static_cast<std::uint64_t>(options.trial_seed < 0 ? record.settings.trial_seed : options.trial_seed);
  Evaluated it{other ? other_data(with_given(record.settings.data, asked), columns, threads)
                     : recorded_data(record.settings, !options.request.data_dir.empty(), threads),
               {},
               nullptr};
  it.trained = trained_model(place, record, it.data.example);
  check(it.data.task == task_of(record.settings),
        [] { return Error(Fault::usage, "evaluate: the run was trained for another --task"); });
  it.objective = other ? objective_for(without_class_weights(record.settings), it.data, {})
                       : objective_for(record.settings, it.data, training_parts(record.settings, it.data));
  const Index outputs = it.trained.model->outputs;
  it.classes = outputs == 1 ? 2 : static_cast<int>(outputs);
  if (other) {
    match_classes(it.data, columns.classes, it.classes);
    add_whole_domains(it, std::max(options.examples, 0));
  } else {
    check_same_inputs(record, manifest(record.settings, it.data, it.trained.model->parameters));
    add_splits(it, record.settings,
               options.examples < 0 ? record.settings.evaluation.examples : options.examples);
  }
  return it;
}

/// The loss for the outputs of a file without a record.
std::unique_ptr<Objective> objective_of_outputs(const domains::DataSet& data, Index outputs) {
  const bool classes = data.task == domains::Task::classify;
  const Index count = classes ? data.classes : static_cast<Index>(data.target_names.size());
  check(outputs == count || (classes && count == 2 && outputs == 1), [&] {
    return Error(Fault::usage, "evaluate: the model has another number of outputs than the data need")
        .fact("outputs", std::to_string(outputs))
        .fact("needed", std::to_string(count));
  });
  if (data.task == domains::Task::regress) return std::make_unique<nn::SquaredError>();
  if (data.task == domains::Task::multilabel) return std::make_unique<nn::MultiLabelCrossEntropy>();
  if (outputs == 1) return std::make_unique<nn::BinaryCrossEntropy>();
  return std::make_unique<nn::CrossEntropy>();
}

Evaluated of_file(const EvaluateOptions& options, const TrainedPlace& place, const Threads& threads) {
  const auto needed = [&](const std::string& flag, bool given) {
    check(given, [&] {
      return Error(Fault::usage,
                   "evaluate: " + flag + " is needed, because no record.json is beside the file")
          .fact("file", place.file.string())
          .hint("name the run directory, or a file in it; or give --model mlp:18-256-2 and --dataset");
    });
  };
  needed("--model", !options.model.empty());
  needed("--dataset", !options.request.name.empty());
  DataRequest request = with_given(DataRequest(), options.request);
  request.name = find_name("dataset", request.name, data_set_names());
  request.seed = static_cast<std::uint64_t>(std::max<std::int64_t>(options.trial_seed, 0));
  check(request.name != "Table", [&] {
    return Error(Fault::usage,
                 "evaluate: a table needs the record.json of the run: it has the mean and "
                 "deviation of each input")
        .fact("file", place.file.string());
  });
  Evaluated it{data_set_of(request, threads),
               {make_model(options.model, activation_named(options.activation), 0,
                           convolution_named(options.convolution)),
                place.file.string(), -1},
               {}};
  Model& model = *it.trained.model;
  check(model.example.size() == it.data.example.size(), [&] {
    return Error(Fault::usage, "evaluate: the model takes other inputs than the data have")
        .fact("model", model.example.text())
        .fact("data", it.data.example.text());
  });
  it.objective = objective_of_outputs(it.data, model.outputs);
  load_weights(place.file.string(), model.parameters);
  it.classes = it.data.classes;
  add_whole_domains(it, std::max(options.examples, 0));
  return it;
}

int evaluate(const EvaluateOptions& options) {
  const TrainedPlace place = find_trained(options.run);
  const Threads threads(options.threads);
  Evaluated it = place.run ? of_run(options, place, threads) : of_file(options, place, threads);
  const Model& model = *it.trained.model;
  Evaluation evaluation(model, threads, it.data.task);
  for (std::size_t i = 0; i < it.parts.size(); ++i)
    it.reports[i].report = report_on(evaluation, it.parts[i], *it.objective,
                                     {it.data.task, model.outputs, it.classes, options.bins});
  const EvaluationReport report{it.trained.file, it.trained.step, options.bins, std::move(it.reports)};
  if (options.json) {
    std::printf("%s\n", report_json(report, it.data, model.outputs).c_str());
    return 0;
  }
  std::printf("%s%s, on %s (%s)\n", report.file.c_str(),
              report.step < 0 ? "" : (", step " + std::to_string(report.step)).c_str(), it.data.name.c_str(),
              it.data.source.c_str());
  std::printf("%s", report_text(report, it.data, model.outputs).c_str());
  return 0;
}

}  // namespace

void add_evaluate(Command& command) {
  static EvaluateOptions o;
  o.request.name.clear();
  command.option("run", o.run, "run directory (its last checkpoint), or a file of weights").required();
  command.option("--bins", o.bins, "number of bins of the expected calibration error (default 15)",
                 {1, 1000});
  command.option("--evaluate-examples,--evaluate_examples", o.examples,
                 "number of examples of each part to evaluate; 0: all (default: as in the run)",
                 {0, kManySteps});
  command.group("Other data (default: the run's own)");
  visit_source_settings(o.request, [&](const Setting& setting, auto& field) {
    Setting described = setting;
    if (std::string(setting.key) == "dataset")
      described.help = "data set: " + either(data_set_names()) + " (default: the run's)";
    if (std::string(setting.key) == "data_dir")
      described.help =
          "directory of MNIST or of photos; alone: where the run's own data are now (default: the one in the "
          "record)";
    add_setting(command, described, field);
  });
  command.option("--trial-seed,--trial_seed", o.trial_seed, "seed of generated data (default: the run's)",
                 {0, kLargestSeed});
  command.group("A file without a record");
  command.option(
      "--model", o.model,
      "network: mlp:18-256-256-2, MNIST_CNN:2x28x28-2 or SmallCNN:3x64x64-7 (default: that of the record)");
  command.option("--convolution", o.convolution,
                 "algorithm of 3 x 3 convolutions: winograd or direct (default winograd)");
  command.option("--activation", o.activation, "activation: relu, leaky_relu or tanh (default relu)");
  command.group(kProgramGroup);
  command.option("--threads", o.threads, kThreadsHelp, kThreadCounts);
  command.flag("--json", o.json, "print one JSON object, with all digits");
  command.run([] { return evaluate(o); });
}

}  // namespace sand::experiments
