// The flags of settings, for the subcommands that take some of them.
#pragma once

#include <string>
#include <type_traits>

#include "experiments/commands/command_line.h"
#include "experiments/setup/settings_table.h"

namespace sand::experiments {

/// Adds the flag of a setting, if it has one.
template <class Value>
void add_setting(Command& command, const Setting& setting, Value& field) {
  if (*setting.flags == '\0') return;
  if constexpr (std::is_same_v<Value, bool>)
    command.flag(setting.flags, field, setting.help);
  else
    command.option(setting.flags, field, setting.help, {setting.least, setting.most, setting.none});
}

/// Adds the flags of what the data are, under "Data" and "A table or arrays of your own". `described` may
/// return a setting with another phrase; it is left out if it has no flag.
template <class Data, class Describe>
void add_source_settings(Command& command, Data& data, const Describe& described) {
  command.group("Data");
  visit_source_settings(data, [&](const Setting& setting, auto& field) {
    if (std::string(setting.key) == "data_file") command.group("A table or arrays of your own");
    add_setting(command, described(setting), field);
  });
}

}  // namespace sand::experiments
