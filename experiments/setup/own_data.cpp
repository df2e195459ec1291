#include "experiments/setup/own_data.h"

#include <algorithm>
#include <cstdio>
#include <optional>

#include "domains/tables/arrays.h"
#include "domains/tables/separator.h"
#include "domains/tables/table.h"
#include "experiments/machine/available_memory.h"
#include "experiments/machine/progress.h"
#include "tensor/error.h"
#include "tensor/names.h"

namespace sand::experiments {
namespace {

constexpr double kBytesOfMegabyte = 1e6;
constexpr const char* kDomainBedsTask = "domain_generalization";

/// Throws if a flag of tables is given for arrays, or any of these flags for another data set.
void check_belongs(const OwnDataRequest& request, const std::string& data_set) {
  const OwnDataRequest nothing;
  const auto belongs = [&](const char* flag, bool is_default, const char* to, bool right) {
    check(is_default || right, [&] {
      return Error(Fault::usage, std::string(flag) + ": is for --dataset " + to).fact("data set", data_set);
    });
  };
  const auto to_table = [&](const char* flag, bool is_default) {
    belongs(flag, is_default, "Table", data_set == "Table");
  };
  belongs("--data-file", request.file.empty(), "Table or Arrays", is_own_data(data_set));
  belongs("--task", request.task == nothing.task, "Table or Arrays", is_own_data(data_set));
  to_table("--domain-column", request.domain_column == nothing.domain_column);
  to_table("--label-column", request.label_column == nothing.label_column);
  to_table("--drop-columns", request.drop_columns.empty());
  to_table("--one-hot", request.one_hot.empty());
  to_table("--missing", request.missing == nothing.missing);
  to_table("--separator", request.separator == nothing.separator);
  to_table("--decimal-comma", !request.decimal_comma);
}

domains::DataSet read_table(const OwnDataRequest& request, std::uint64_t memory, const domains::Note& note) {
  std::optional<Progress> progress;
  domains::TableOptions options = table_options(request);
  options.memory = memory;
  options.progress = [&](std::uint64_t done, std::uint64_t total) {
    if (!progress)
      progress.emplace("read", static_cast<int>(static_cast<double>(total) / kBytesOfMegabyte), "MB");
    progress->at(static_cast<int>(static_cast<double>(done) / kBytesOfMegabyte));
  };
  options.note = [&](const std::string& line) {
    if (progress) progress->clear();
    note(line);
  };
  return domains::table(request.file, options);
}

}  // namespace

domains::TableOptions table_options(const OwnDataRequest& request) {
  return {.columns = {.domain = request.domain_column,
                      .label = request.label_column,
                      .drop = request.drop_columns,
                      .one_hot = request.one_hot},
          .task = task_named(request.task),
          .missing = request.missing == "mean" ? domains::MissingCells::mean : domains::MissingCells::refuse,
          .separator = domains::separator_named(request.separator),
          .decimal_comma = request.decimal_comma};
}

domains::Task task_named(const std::string& name) {
  return name == "regress"      ? domains::Task::regress
         : name == "multilabel" ? domains::Task::multilabel
                                : domains::Task::classify;
}

bool is_own_data(const std::string& name) { return name == "Table" || name == "Arrays"; }

OwnDataRequest resolve_own_data(const OwnDataRequest& request, const std::string& data_set) {
  OwnDataRequest resolved = request;
  resolved.missing = find_name("missing", request.missing, {"refuse", "mean"});
  resolved.task = find_name("task", request.task, {"classify", "regress", "multilabel", kDomainBedsTask});
  if (resolved.task == kDomainBedsTask) resolved.task = "classify";
  resolved.separator = domains::name_of_separator(domains::separator_named(request.separator));
  check_belongs(resolved, data_set);
  return resolved;
}

domains::DataSet own_data(const std::string& name, const OwnDataRequest& request, const Threads& threads) {
  const OwnDataRequest resolved = resolve_own_data(request, name);
  check(!resolved.file.empty(), [&] {
    return Error(Fault::usage, name + ": needs --data-file")
        .hint(name == "Table" ? "a file .csv or .csv.gz, with a row for each example"
                              : "a file .safetensors with the tensors x, y and domain, or a folder with "
                                "x.npy, y.npy and domain.npy");
  });
  const std::optional<AvailableMemory> available = available_memory(threads);
  const std::uint64_t memory =
      available ? static_cast<std::uint64_t>(std::max(available->bytes, 1.0)) : UINT64_MAX;
  const auto note = [&](const std::string& line) {
    std::fprintf(stderr, "%s: %s\n", name.c_str(), line.c_str());
  };
  if (name == "Table") return read_table(resolved, memory, note);
  return domains::arrays(resolved.file, {.task = task_named(resolved.task), .memory = memory, .note = note});
}

}  // namespace sand::experiments
