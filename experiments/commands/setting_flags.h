// The flags of settings, for the subcommands that take some of them.
#pragma once

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

}  // namespace sand::experiments
