// `sandgrad algorithms`: all algorithms with their formulas, hyper-parameters and papers, from their cards.
#include "experiments/setup/algorithms.h"

#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>

#include "experiments/commands/commands.h"
#include "tensor/digits.h"

namespace sand::experiments {
namespace {

using OrderedJson = nlohmann::ordered_json;

std::string draw_text(const HparamRule& rule) {
  const std::string range = shortest(rule.low) + ", " + shortest(rule.high);
  switch (rule.draw) {
    case HparamRule::Draw::uniform: return "uniform(" + range + ")";
    case HparamRule::Draw::power_of_10: return "10^uniform(" + range + ")";
    case HparamRule::Draw::whole_power_of_2: return "floor 2^uniform(" + range + ")";
    case HparamRule::Draw::whole_power_of_10: return "floor 10^uniform(" + range + ")";
    case HparamRule::Draw::whole_uniform: return "floor uniform(" + range + ")";
    case HparamRule::Draw::choice: {
      std::string choices;
      for (const double choice : rule.choices) choices += (choices.empty() ? "" : ", ") + shortest(choice);
      return "one of " + choices;
    }
    case HparamRule::Draw::fixed: break;
  }
  return "-";
}

OrderedJson hparam_json(const HparamRule& rule) {
  OrderedJson json = {{"name", rule.name}, {"meaning", rule.meaning}, {"range", rule.range}};
  if (rule.is_list)
    json["default"] = nullptr;
  else if (rule.words.empty())
    json["default"] = rule.standard;
  else
    json["default"] = standard_text(rule);
  json["domainbed_draw"] =
      rule.draw == HparamRule::Draw::fixed ? OrderedJson(nullptr) : OrderedJson(draw_text(rule));
  return json;
}

void print_json() {
  OrderedJson all = OrderedJson::array(), out = OrderedJson::array();
  for (const Algorithm& row : algorithms()) {
    OrderedJson hparams = OrderedJson::array();
    for (const HparamRule& rule : row.hparams) hparams.push_back(hparam_json(rule));
    all.push_back({{"name", row.name},
                   {"about", row.about()},
                   {"formula", row.formula()},
                   {"looks_at", row.sees()},
                   {"combiner", row.combiner->name},
                   {"fewest_domains", row.fewest_domains()},
                   {"source", row.source()},
                   {"hparams", hparams}});
  }
  for (const LeftOut& group : left_out())
    for (const char* name : group.names) out.push_back({{"name", name}, {"reason", group.reason}});
  std::printf("%s\n", OrderedJson{{"algorithms", all}, {"left_out", out}}.dump(1).c_str());
}

}  // namespace

void print_algorithms() {
  std::printf("| algorithm | formula | looks at | source | fewest domains |\n|---|---|---|---|---|\n");
  for (const Algorithm& row : algorithms())
    std::printf("| %s | `%s` | %s | %s | %d |\n", row.name.c_str(), row.formula(), row.sees(), row.source(),
                row.fewest_domains());
  std::printf(
      "\n| algorithm | hyper-parameter | default | range | DomainBed's draw | meaning "
      "|\n|---|---|---|---|---|---|\n");
  for (const Algorithm& row : algorithms())
    for (const HparamRule& rule : row.hparams)
      std::printf("| %s | %s | %s | %s | %s | %s |\n", row.name.c_str(), rule.name,
                  standard_text(rule).c_str(), rule.range, draw_text(rule).c_str(), rule.meaning);
  std::printf("\n| algorithms of DomainBed that are left out | reason |\n|---|---|\n");
  for (const LeftOut& group : left_out()) {
    std::string names;
    for (const char* name : group.names) names += (names.empty() ? "" : ", ") + std::string(name);
    std::printf("| %s | %s |\n", names.c_str(), group.reason);
  }
}

void add_algorithms(Command& command) {
  static bool json = false;
  command.group(kProgramGroup);
  command.flag("--json", json, "print one JSON object");
  command.run([] {
    if (json)
      print_json();
    else
      print_algorithms();
    return 0;
  });
}

}  // namespace sand::experiments
