#include "experiments/commands.h"
namespace sand::experiments {
int demo_command(const DemoOptions&) { return 0; }
}  // namespace sand::experiments
