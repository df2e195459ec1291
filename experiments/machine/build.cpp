#include "experiments/machine/build.h"

#include <fstream>

namespace sand::experiments {

Build build() { return {SANDGRAD_VERSION, SANDGRAD_COMMIT, SANDGRAD_COMPILER, SANDGRAD_FLAGS}; }

std::string cpu_model() {
  std::ifstream cpus("/proc/cpuinfo");
  for (std::string line; std::getline(cpus, line);) {
    const std::size_t colon = line.find(": ");
    if (line.rfind("model name", 0) == 0 && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown";
}

}  // namespace sand::experiments
