#include "experiments/report/setting_tables.h"

#include <map>

namespace sand::experiments {
namespace {

DataTable table_of_settings(const std::vector<RunLog>& logs, const char* caption, bool only_different) {
  std::map<std::string, std::vector<std::string>> values;
  for (std::size_t i = 0; i < logs.size(); ++i)
    for (const auto& [name, value] : logs[i].settings) {
      std::vector<std::string>& row = values[name];
      row.resize(logs.size(), "-");
      row[i] = value;
    }
  DataTable table{.caption = caption, .head = {"setting"}, .rows = {}, .words = true};
  for (const RunLog& log : logs) table.head.push_back(log.label);
  for (const auto& [name, row] : values) {
    bool differs = false;
    for (const std::string& value : row) differs = differs || value != row[0];
    if (only_different && !differs) continue;
    std::vector<std::string>& cells = table.rows.emplace_back(1, name);
    cells.insert(cells.end(), row.begin(), row.end());
  }
  return table;
}

}  // namespace

DataTable setting_differences(const std::vector<RunLog>& logs) {
  return table_of_settings(logs, "Settings that differ", true);
}

DataTable all_settings(const std::vector<RunLog>& logs) {
  return table_of_settings(logs, "All settings", false);
}

}  // namespace sand::experiments
