#include "autograd/prepared_weights.h"

#include <algorithm>

namespace sand {

void PreparedWeights::prepare(const Parameters& parameters, const Threads& threads) {
  constexpr int kParts = 4;  // tasks per form, so that a few layers keep many threads busy
  threads.run(static_cast<int>(forms_.size()) * kParts, [&](int task, int) {
    Prepared& prepared = forms_[static_cast<std::size_t>(task / kParts)];
    const Slot& slot = parameters.slots()[static_cast<std::size_t>(prepared.what.slot)];
    const WeightForm& form = prepared.what.form;
    form.make(parameters[slot], form, prepared.numbers.data(), task % kParts, kParts);
  });
  ready_ = forms_.size();
}

const Scalar* PreparedWeights::find(const Slot& slot, const WeightForm& form) const {
  for (std::size_t i = 0; i < ready_; ++i)
    if (forms_[i].what.slot == slot.index && forms_[i].what.form == form) return forms_[i].numbers.data();
  return nullptr;
}

void PreparedWeights::add(std::span<const SlotForm> missing_forms) {
  for (const SlotForm& missing : missing_forms) {
    const auto same = [&](const Prepared& known) {
      return known.what.slot == missing.slot && known.what.form == missing.form;
    };
    if (std::none_of(forms_.begin(), forms_.end(), same))
      forms_.push_back({missing, Tensor(Shape{missing.form.size})});
  }
}

std::size_t PreparedWeights::bytes() const {
  std::size_t bytes = 0;
  for (const Prepared& prepared : forms_)
    bytes += static_cast<std::size_t>(prepared.numbers.size()) * sizeof(Scalar);
  return bytes;
}

}  // namespace sand
