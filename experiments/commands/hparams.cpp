// `sandgrad hparams`: the hyper-parameters of a run, drawn as DomainBed draws them.
#include <cstdio>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "experiments/commands/commands.h"
#include "experiments/commands/setting_flags.h"
#include "experiments/setup/algorithms.h"

namespace sand::experiments {
namespace {

int hparams(RunRequest request) {
  request.allow_closed = true;  // also values under which nothing trains: DomainBed draws them
  const Settings settings = resolve(request);
  std::printf("%s\n", hparams_json(settings.hparams, algorithm(settings).hparams).dump().c_str());
  return 0;
}

}  // namespace

void add_hparams(Command& command) {
  static RunRequest request = [] {
    RunRequest with_domainbed;
    with_domainbed.protocol_name = "domainbed";
    return with_domainbed;
  }();
  const std::set<std::string> shown = {"algorithm",          "combiner",   "dataset",
                                       "hparams_seed",       "trial_seed", "domainbed_defaults",
                                       "k_as_first_released"};
  visit_settings(request, [&](const char* heading, const Setting& setting, auto& field) {
    command.group(heading);
    const bool is_hparams = std::string(setting.flags) == "--hparams";
    if (is_hparams || shown.count(setting.key) == 1) add_setting(command, setting, field);
  });
  command.group("Method");
  command.option(
      "--protocol", request.protocol_name,
      "protocol: domainbed, ilc, irm, lut or auto: of the paper that made the data set (default domainbed)");
  command.run([] { return hparams(request); });
}

}  // namespace sand::experiments
