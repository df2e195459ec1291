#include "nn/summary.h"

#include <cstdio>

namespace sand::nn {
namespace {

std::string line(const std::string& layer, const std::string& shape, const std::string& weights,
                 const std::string& multiply_adds, const std::string& bytes) {
  char text[160];
  std::snprintf(text, sizeof text, "%-18s %-18s %12s %14s %12s\n", layer.c_str(), shape.c_str(),
                weights.c_str(), multiply_adds.c_str(), bytes.c_str());
  return text;
}

/// 1234567 -> "1,234,567"
std::string grouped(Index number) {
  std::string digits = std::to_string(number);
  for (Index at = static_cast<Index>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<std::size_t>(at), ",");
  return digits;
}

}  // namespace

std::string summary(const Network& network, const Parameters& parameters, const Shape& example) {
  std::vector<Index> sizes = {1};
  for (int axis = 0; axis < example.rank(); ++axis) sizes.push_back(example[axis]);
  const Tensor zeros{Shape(sizes)};
  Tape tape;
  tape.start(parameters);
  network(tape.constant(zeros), {});

  const std::string rule(78, '-');
  std::string text = line("layer", "output", "weights", "multiply-adds", "bytes") + rule + '\n';
  Index weights = 0, multiply_adds = 0, bytes = 0;
  for (int i = 0; i < tape.size(); ++i) {
    const Tape::Entry entry = tape.entry(i);
    if (entry.slot != nullptr) continue;  // listed with the op that uses it
    Index own = 0;
    std::string name = entry.doc.name;
    for (int k = 0; k < entry.arity; ++k) {
      const Slot* slot = tape.entry(entry.inputs[static_cast<std::size_t>(k)]).slot;
      if (slot == nullptr) continue;
      own += slot->shape.size();
      name = slot->name.substr(0, slot->name.find('.'));
    }
    const Index size = entry.shape.size() * static_cast<Index>(sizeof(Scalar));
    text += line(entry.arity == 0 ? "input" : name, entry.shape.text(), grouped(own),
                 grouped(entry.multiply_adds), grouped(size));
    weights += own;
    multiply_adds += entry.multiply_adds;
    bytes += size;
  }
  return text + rule + '\n' + line("in all", "", grouped(weights), grouped(multiply_adds), grouped(bytes));
}

}  // namespace sand::nn
