// libFuzzer: for any bytes, table() and fitted_table() return domains of finite inputs or throws sand::Error,
// and nothing else. The columns are named d, l, x, ... so that short inputs reach the rows.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <numeric>
#include <span>
#include <vector>

#include "domains/tables/fitted_table.h"
#include "domains/tables/separator.h"
#include "domains/tables/table.h"
#include "tensor/error.h"

namespace {

using namespace sand::domains;

void read_all(const DataSet& data) {
  std::vector<sand::Scalar> input(static_cast<std::size_t>(data.example.size()));
  for (const Domain& domain : data.domains)
    for (std::uint32_t example = 0; example < domain.size(); ++example) {
      domain.read(example, input);
      for (const sand::Scalar number : input)
        if (!std::isfinite(number)) std::abort();
      if (!domain.labels.empty() && (domain.labels[example] < 0 || domain.labels[example] >= data.classes))
        std::abort();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const unsigned choice = data[0];  // the first byte chooses the options, the others are the file
  TableOptions options{.columns = {.domain = "d", .label = "l"}, .memory = 1 << 26};
  options.separator = (choice & 8) != 0 ? kSeparators[choice & 3] : '\0';
  options.decimal_comma = (choice & 16) != 0;
  if ((choice & 32) != 0) options.missing = MissingCells::mean;
  if ((choice & 64) != 0) options.task = TableTask::regress;
  if ((choice & 128) != 0) options.columns.one_hot = {"x"};
  if ((choice & 4) != 0) options.columns.drop = {"n"};
  options.note = [](const std::string& line) {
    if (line.empty()) std::abort();
  };
  try {
    GzipReader file(std::span(data + 1, size - 1), "fuzz");
    DataSet table_data = table(file, options);
    std::vector<int> all(table_data.domains.size());
    std::iota(all.begin(), all.end(), 0);
    standardize(table_data, std::span(all).first(1), options.note);
    read_all(table_data);
    standardize(table_data, all, options.note);
    read_all(table_data);
    FittedColumns fitted{.inputs = {}, .classes = table_data.class_names, .has_targets = size % 2 == 0};
    for (std::size_t i = 0; i < table_data.input_names.size(); ++i)
      fitted.inputs.push_back({table_data.input_names[i], table_data.mean[i], table_data.deviation[i]});
    GzipReader again(std::span(data + 1, size - 1), "fuzz");
    read_all(fitted_table(again, options, fitted));
  } catch (const sand::Error&) {
  }
  return 0;
}
