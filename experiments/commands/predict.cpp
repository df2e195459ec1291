// `sandgrad predict`: what the network of a run predicts for new examples, without labels.
#include <cmath>
#include <cstdio>
#include <filesystem>

#include "experiments/commands/command_line.h"
#include "experiments/commands/commands.h"
#include "experiments/runs/trained_run.h"
#include "experiments/training/evaluation.h"
#include "nn/scores.h"
#include "tensor/digits.h"
#include "tensor/elementary.h"
#include "tensor/file.h"
#include "tensor/names.h"
#include "tensor/npy.h"
#include "tensor/printable.h"

namespace sand::experiments {
namespace {

struct PredictOptions {
  std::string run, in, out;
  std::vector<std::string> drop_columns;
  std::string missing, separator;  ///< "": as in the training
  bool force = false, skip_unreadable = false, follow_links = false;
  int threads = 0;
};

/// Numbers for each example, [n, columns].
struct Predictions {
  domains::Task task;
  std::vector<std::string> answers;  ///< names of classes, labels or numbers
  Tensor numbers;                    ///< probabilities of classes or labels, or predicted numbers
  std::vector<Index> classes = {};   ///< predicted, [n], of Task::classify
};

std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char letter : text) quoted += letter == '"' ? std::string("\"\"") : std::string(1, letter);
  return quoted + "\"";
}

/// Throws unless --out names a kind of file, and a new one.
void check_out(const PredictOptions& options) {
  check(options.out.ends_with(".csv") || options.out.ends_with(".npy"), [&] {
    return Error(Fault::usage, "predict: --out must end with .csv or .npy").fact("found", options.out);
  });
  std::error_code failure;
  check(options.force || !std::filesystem::exists(options.out, failure), [&] {
    return Error(Fault::busy, "predict: the file exists already")
        .fact("file", options.out)
        .hint("--force replaces it");
  });
}

/// The settings of the run, with what the flags say about the new examples.
Settings settings_for(const Manifest& record, const PredictOptions& options) {
  Settings settings = record.settings;
  OwnDataRequest& own = settings.data.own;
  own.drop_columns.insert(own.drop_columns.end(), options.drop_columns.begin(), options.drop_columns.end());
  if (!options.missing.empty()) own.missing = find_name("missing", options.missing, {"refuse", "mean"});
  if (!options.separator.empty()) own.separator = options.separator;
  settings.data.skip_unreadable = options.skip_unreadable;
  settings.data.follow_links = options.follow_links;
  return settings;
}

std::vector<std::string> answers_of(domains::Task task, const RecordedColumns& columns, Index outputs) {
  const bool classes = task == domains::Task::classify;
  std::vector<std::string> names = classes ? columns.classes : columns.targets;
  const auto count = static_cast<std::size_t>(classes && outputs == 1 ? 2 : outputs);
  check(names.empty() || names.size() == count, [&] {
    return Error(Fault::data, "record: the names of the classes do not fit the outputs of the network")
        .fact("names", std::to_string(names.size()))
        .fact("needed", std::to_string(count));
  });
  for (std::size_t i = names.size(); i < count; ++i) names.push_back(std::to_string(i));
  return names;
}

Predictions predictions_of(const Tensor& outputs, domains::Task task, std::vector<std::string> answers) {
  const Index n = outputs.shape().rows(), columns = static_cast<Index>(answers.size());
  Predictions found{task, std::move(answers), Tensor({n, columns})};
  std::vector<double> probabilities(static_cast<std::size_t>(columns));
  for (Index row = 0; row < n; ++row) {
    const std::span<const Scalar> logits = outputs.view().rows(row, 1).numbers();
    for (const Scalar logit : logits)
      check(std::isfinite(logit), [&] {
        return Error(Fault::non_finite, "predict: an output of the network is not finite")
            .fact("example", std::to_string(row));
      });
    if (task == domains::Task::classify) {
      nn::class_probabilities(logits, probabilities);
      found.classes.push_back(nn::predicted_class(outputs, row));
    }
    for (Index i = 0; i < columns; ++i) {
      const auto place = static_cast<std::size_t>(i);
      found.numbers[row * columns + i] = task == domains::Task::classify
                                             ? static_cast<Scalar>(probabilities[place])
                                         : task == domains::Task::multilabel ? sand::sigmoid(logits[place])
                                                                             : logits[place];
    }
  }
  return found;
}

std::string csv_text(const Predictions& found, const std::vector<std::string>& names) {
  const bool numbers = found.task == domains::Task::regress;
  std::string text = found.task == domains::Task::classify ? "example,class" : "example";
  for (const std::string& answer : found.answers)
    text += "," + csv_cell(numbers ? answer : "P(" + answer + ")");
  text += "\n";
  const Index columns = static_cast<Index>(found.answers.size());
  for (Index row = 0; row < found.numbers.shape().rows(); ++row) {
    const auto place = static_cast<std::size_t>(row);
    text += names.empty() ? std::to_string(row) : csv_cell(names[place]);
    if (found.task == domains::Task::classify)
      text += "," + csv_cell(found.answers[static_cast<std::size_t>(found.classes[place])]);
    for (Index i = 0; i < columns; ++i) text += "," + exact(found.numbers[row * columns + i]);
    text += "\n";
  }
  return text;
}

void write(const std::string& path, const Predictions& found, const std::vector<std::string>& names) {
  NewFile file(path);
  if (path.ends_with(".npy")) {
    const Shape& shape = found.numbers.shape();
    file.write(npy_bytes({shape[0], shape[1]}, found.numbers.view().numbers()));
  } else {
    const std::string text = csv_text(found, names);
    file.write(std::as_bytes(std::span(text)));
  }
  file.commit();
}

int predict(const PredictOptions& options) {
  check_out(options);
  const TrainedPlace place = find_trained(options.run);
  check(place.run.has_value(), [&] {
    return Error(Fault::usage,
                 "predict: no record.json is beside the file: it says how a run reads its inputs")
        .fact("file", options.run)
        .hint("name the run directory, or a file in it");
  });
  const Manifest record = read_manifest((*place.run / "record.json").string());
  check_same_run(record, record.settings);  // checks number type and arithmetic
  const Settings settings = settings_for(record, options);
  const RecordedColumns columns = read_columns(*place.run);
  const Threads threads(options.threads);
  const NewExamples examples = new_examples(options.in, settings, columns, threads);
  const TrainedModel trained = trained_model(place, record, examples.domain.example);
  const domains::Task task = task_of(settings);
  std::vector<std::string> answers = answers_of(task, columns, trained.model->outputs);
  Evaluation evaluation(*trained.model, threads, task);
  const Tensor outputs = evaluation.outputs(domains::whole(examples.domain));
  const Predictions found = predictions_of(outputs, task, std::move(answers));
  write(options.out, found, examples.names);
  std::printf("%s: %td examples, predicted with %s\n", options.out.c_str(), outputs.shape().rows(),
              trained.file.c_str());
  return 0;
}

}  // namespace

void add_predict(Command& command) {
  static PredictOptions o;
  command.option("run", o.run, "run directory (its last checkpoint), or a checkpoint in it").required();
  command.group("Files");
  command
      .option("--in", o.in,
              "examples to read: a table (.csv, .csv.gz), inputs (.npy, [n, ...]) or a folder of images")
      .required();
  command
      .option("--out", o.out,
              "file to write: .csv with names, or .npy [n, classes]; probabilities, or predicted numbers")
      .required();
  command.flag("--force", o.force, "replace the file of --out if it exists");
  command.group("Reading");
  command.option("--drop-columns,--drop_columns", o.drop_columns,
                 "columns of the table that are left out, in addition to those of the run (default: none)");
  command.option(
      "--missing", o.missing,
      "what to do with missing cells of the table: refuse them, or mean: take the mean of the training "
      "(default: as in the run)");
  command.option("--separator", o.separator,
                 "character between the cells of the table: comma, semicolon, tab, bar or auto (default: as "
                 "in the run)");
  command.flag("--skip-unreadable", o.skip_unreadable, "leave out photos that cannot be read");
  command.flag("--follow-links", o.follow_links, "read photos that are symbolic links");
  command.group(kProgramGroup);
  command.option("--threads", o.threads, kThreadsHelp, kThreadCounts);
  command.run([] { return predict(o); });
}

}  // namespace sand::experiments
