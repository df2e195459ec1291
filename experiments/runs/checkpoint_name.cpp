#include "experiments/runs/checkpoint_name.h"

#include <charconv>
#include <cstdio>
#include <string_view>

namespace sand::experiments {

std::string checkpoint_name(int step) {
  char name[48];
  std::snprintf(name, sizeof name, "step-%06d.safetensors", step);
  return name;
}

std::optional<int> step_of_checkpoint(const std::string& name) {
  int step = -1;
  const std::size_t first = std::string_view("step-").size();
  if (name.size() > first) std::from_chars(name.data() + first, name.data() + name.size(), step);
  return step >= 0 && checkpoint_name(step) == name ? std::optional(step) : std::nullopt;
}

}  // namespace sand::experiments
