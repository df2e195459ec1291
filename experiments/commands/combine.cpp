// `sandgrad combine`: applies a combiner to a table of gradients from a file, for comparison with any other
// library. It makes no update.
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "experiments/commands/command_line.h"
#include "experiments/commands/commands.h"
#include "experiments/setup/algorithms.h"
#include "experiments/setup/combination.h"
#include "optim/mask_report.h"
#include "tensor/file.h"
#include "tensor/names.h"
#include "tensor/npy.h"

namespace sand::experiments {
namespace {

using Card = optim::CombinerCard;

struct CombineOptions {
  std::string combiner, hparams;
  std::string in, losses;                            ///< files to read
  std::string out, mask_out, weights_out, gram_out;  ///< files to write
  std::uint64_t seed = 0;
  int step = 0, threads = 0;
  bool allow_closed = false, json = false;
};

void check_flags(const CombineOptions& options, const Card& method) {
  const auto must_have = [&](const std::string& file, const char* flag, bool has, const char* what) {
    check(file.empty() || has, [&] {
      return Error(Fault::usage, std::string("combine: ") + method.name + " has no " + what)
          .hint(std::string("leave out ") + flag);
    });
  };
  const bool weighs = method.sees != std::string("columns");
  must_have(options.mask_out, "--mask-out", method.has_mask, "mask");
  must_have(options.weights_out, "--weights-out", weighs, "weights of the domains");
  must_have(options.gram_out, "--gram-out", weighs, "Gram matrix");
  std::set<std::filesystem::path> files;
  for (const std::string& file : {options.out, options.mask_out, options.weights_out, options.gram_out})
    check(file.empty() || files.insert(std::filesystem::path(file).lexically_normal()).second, [&] {
      return Error(Fault::usage, "combine: two results need two files").fact("found", file + " twice");
    });
  const bool sees_losses = method.sees == std::string("losses");
  check_has_losses(method, !options.losses.empty(), "--losses FILE.npy, one number for every domain");
  if (!sees_losses && !options.losses.empty())
    std::fprintf(stderr, "sandgrad: note: %s does not see losses; --losses is ignored\n", method.name);
}

GradientTable read_table(const std::string& file) {
  const Npy stored = Npy::read(file);
  check_table_shape(stored.shape(), stored.text(), file);
  const Index domains = stored.shape()[0], columns = stored.shape()[1];
  GradientTable table({{"table", {columns}, 0, 0}}, static_cast<int>(domains));
  for (int domain = 0; domain < table.domains(); ++domain) stored.copy(domain * columns, table.row(domain));
  check_gradients(table, file);
  return table;
}

void read_losses(const std::string& file, GradientTable& table) {
  const Npy stored = Npy::read(file);
  set_losses(table, stored.shape(), stored.doubles(), stored.text(), file);
}

/// Files that appear together: none of them if one cannot be written.
class Outputs {
 public:
  /// Does nothing if `path` is empty.
  template <class Number>
  void add(const std::string& path, const std::vector<Index>& shape, std::span<const Number> numbers) {
    if (path.empty()) return;
    files_.push_back(std::make_unique<NewFile>(path));
    files_.back()->write(npy_bytes(shape, numbers));
  }
  void commit() {
    for (const auto& file : files_) file->commit();
  }

 private:
  std::vector<std::unique_ptr<NewFile>> files_;
};

template <class Matrix>
std::span<const double> numbers_of(const Matrix& matrix) {
  return {matrix.data(), static_cast<std::size_t>(matrix.size())};
}

void write(const CombineOptions& options, const optim::Direction& direction) {
  const Index columns = direction.values.size(), domains = direction.weights.size();
  Outputs outputs;
  outputs.add(options.out, {columns}, direction.values.view().numbers());
  outputs.add(options.mask_out, {columns}, direction.mask.view().numbers());
  outputs.add(options.weights_out, {domains}, numbers_of(direction.weights));
  outputs.add(options.gram_out, {domains, domains}, numbers_of(direction.gram));  // symmetric
  outputs.commit();
}

void print(const Card& method, const Hparams& hparams, const GradientTable& table,
           const optim::Direction& direction) {
  nlohmann::ordered_json json = {{"combiner", method.name},
                                 {"hparams", hparams_json(hparams, method.hparams)},
                                 {"domains", table.domains()},
                                 {"columns", table.columns()}};
  if (direction.has_mask()) {
    const optim::MaskCounts counts = optim::MaskReport(table, direction).total;
    json["mask"] = {{"closed", counts.closed}, {"partial", counts.partial}, {"open", counts.open}};
  }
  if (direction.has_weights()) {
    json["weights"] = numbers_of(direction.weights);
    json["gram"] = nlohmann::json::array();
    for (Index e = 0; e < direction.gram.rows(); ++e)
      json["gram"].push_back(numbers_of(direction.gram.col(e)));
  }
  std::printf("%s\n", json.dump().c_str());
}

int combine(const CombineOptions& options) {
  const Card& method = combiner_named(options.combiner);
  check_flags(options, method);
  Hparams hparams = standard_hparams(method.hparams);
  if (!options.hparams.empty())
    override_hparams(hparams, options.hparams, Algorithm(method.name, nullptr, &method));
  const std::unique_ptr<optim::Combiner> combiner = method.make(hparams, options.allow_closed);

  GradientTable table = read_table(options.in);
  if (method.sees == std::string("losses")) read_losses(options.losses, table);
  table.seed = options.seed;
  table.step = static_cast<std::uint32_t>(options.step);
  const optim::Direction& direction = combiner->combine(table, Threads(options.threads));
  check_combined(method, direction);
  write(options, direction);
  if (options.json) print(method, hparams, table, direction);
  return 0;
}

}  // namespace

void add_combine(Command& command) {
  static CombineOptions o;
  command.group("Method");
  command.option("--combiner", o.combiner, "combiner: " + either(combiner_names())).required();
  command.option(
      "--hparams", o.hparams,
      R"(hyper-parameters as a JSON object: '{"c": 0.4}', '{"pref_vector": [0.2, 0.8]}' (default: {}))");
  command.group("Files");
  command
      .option("--in", o.in,
              ".npy file to read: the gradients [domains, columns]. sandgrad rounds float64 to float32, "
              "sandgrad64 does not")
      .required();
  command.option("--losses", o.losses,
                 ".npy file to read: the domains' losses, for methods that see them (default: none)");
  command.option("--out", o.out, ".npy file to write: the direction [columns]").required();
  command.option("--mask-out,--mask_out", o.mask_out,
                 ".npy file to write: the mask [columns]. All columns count as one parameter tensor "
                 "(default: none)");
  command.option("--weights-out,--weights_out", o.weights_out,
                 ".npy file to write: the weights of the domains [domains], in double (default: none)");
  command.option("--gram-out,--gram_out", o.gram_out,
                 ".npy file to write: the Gram matrix [domains, domains], in double (default: none)");
  command.group("Method");
  command.option("--seed", o.seed, "seed of methods that draw random numbers (default 0)", {0, 0x1p62});
  command.option("--step", o.step, "number of the step, for methods that draw random numbers (default 0)",
                 kStepNumbers);
  command.flag("--allow-closed", o.allow_closed, "accept settings under which nothing can be learned");
  command.group(kProgramGroup);
  command.option("--threads", o.threads, kThreadsHelp, kThreadCounts);
  command.flag("--json", o.json,
               "print hyper-parameters, weights, Gram matrix and counts of the mask as JSON");
  command.run([] { return combine(o); });
}

}  // namespace sand::experiments
