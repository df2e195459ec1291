// `sandgrad trace`: prints the tape of one pass, which shows the operations of an update.
#include <cstdio>
#include <memory>

#include "experiments/commands/command_line.h"
#include "experiments/commands/commands.h"
#include "experiments/commands/model_flags.h"
#include "experiments/explain/number_text.h"
#include "nn/objectives.h"
#include "tensor/digits.h"
#include "tensor/random.h"

namespace sand::experiments {
namespace {

struct TraceOptions {
  ModelFlags model;
  int rows = 2;
};

int trace(const TraceOptions& options) {
  const std::unique_ptr<Model> model = options.model.make();
  Random random(1);
  Tensor inputs(model->example.rank() == 1
                    ? Shape{options.rows, model->example[0]}
                    : Shape{options.rows, model->example[0], model->example[1], model->example[2]});
  for (Scalar& number : inputs.span().numbers()) number = static_cast<Scalar>(random.normal());
  std::vector<std::int32_t> labels;
  for (int row = 0; row < options.rows; ++row)
    labels.push_back(static_cast<std::int32_t>(random.below(static_cast<std::uint32_t>(model->outputs))));

  std::vector<Scalar> gradient(static_cast<std::size_t>(model->parameters.size()));
  Tape tape;
  tape.start(model->parameters, gradient);
  const Var loss = nn::CrossEntropy{}.loss(model->network(tape.constant(inputs), {}), labels, options.rows);
  tape.backward(loss);

  Index weights = 0, multiply_adds = 0, bytes = 0;
  std::printf("%-5s%-15s%-18s%-18s%14s%12s  %s\n", "", "op", "of", "shape", "multiply-adds", "bytes",
              "recorded at");
  for (int i = 0; i < tape.size(); ++i) {
    const Tape::Entry e = tape.entry(i);
    std::string of = e.slot != nullptr ? e.slot->name : "";
    for (int k = 0; k < e.arity; ++k)
      of += (k ? " %" : "%") + std::to_string(e.inputs[static_cast<std::size_t>(k)]);
    const Index own = e.shape.size() * static_cast<Index>(sizeof(Scalar));
    const std::string line = padded("%" + std::to_string(i), 5) + padded(e.doc.name, 15) + padded(of, 18) +
                             padded(e.shape.text(), 18);
    std::printf("%s%14td%12td  %s\n", line.c_str(), e.multiply_adds, own,
                e.here.line != 0 ? e.here.text().c_str() : e.doc.forward);
    if (e.arity > 0) std::printf("       %s\n       %s\n", e.doc.forward, e.doc.backward);
    weights += e.slot != nullptr ? e.shape.size() : 0;
    multiply_adds += e.multiply_adds;
    bytes += e.slot != nullptr ? 0 : own;
  }
  std::printf(
      "in all %d entries, %td weights, %td multiply-adds forward, %td bytes of data and values; the loss is "
      "%s\n",
      tape.size(), weights, multiply_adds, bytes, exact(loss.value()[0]).c_str());
  return 0;
}

}  // namespace

void add_trace(Command& command) {
  static TraceOptions o;
  o.model.add(command);
  command.option("--rows", o.rows, "number of generated examples (default 2)", {1, 4096});
  command.run([] { return trace(o); });
}

}  // namespace sand::experiments
