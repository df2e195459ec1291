#include "experiments/sweeps/table_text.h"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "tensor/digits.h"
#include "tensor/error.h"
#include "tensor/names.h"

namespace sand::experiments {
namespace {

using Json = nlohmann::json;
using Line = std::vector<std::string>;

std::string percent(double accuracy) {
  char text[40];
  std::snprintf(text, sizeof text, "%.1f", 100 * accuracy);
  return text;
}

std::string cell_text(const Cell& cell, TableFormat format) {
  if (cell.empty()) return "X";
  const char* sign = format == TableFormat::latex ? " $\\pm$ " : " +/- ";
  return percent(cell.average()) + sign + percent(cell.standard_error());
}

std::string average_text(const std::optional<double>& average) { return average ? percent(*average) : "X"; }

/// Printed columns count code points, so that they line up.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

std::string escaped(const std::string& text, TableFormat format) {
  std::string safe;
  for (const char c : text) {
    if (format == TableFormat::latex && std::string("%&_#$").find(c) != std::string::npos) safe += '\\';
    if (format == TableFormat::markdown && c == '|') safe += '\\';
    safe += c;
  }
  return safe;
}

/// The first line is the heading.
std::string laid_out(const std::vector<Line>& lines, TableFormat format) {
  std::string text;
  if (format == TableFormat::latex) {
    text += "\\begin{tabular}{l" + std::string(lines[0].size() - 1, 'c') + "}\n\\toprule\n";
    for (std::size_t i = 0; i < lines.size(); ++i) {
      for (std::size_t column = 0; column < lines[i].size(); ++column)
        text += (column == 0 ? "" : " & ") + lines[i][column];
      text += i == 0 ? " \\\\\n\\midrule\n" : " \\\\\n";
    }
    return text + "\\bottomrule\n\\end{tabular}\n";
  }
  std::vector<std::size_t> widths(lines[0].size());
  for (const Line& line : lines)
    for (std::size_t column = 0; column < line.size(); ++column)
      widths[column] = std::max(widths[column], width_of(line[column]));
  const bool bars = format == TableFormat::markdown;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::string row;
    for (std::size_t column = 0; column < lines[i].size(); ++column) {
      const std::string pad(widths[column] - width_of(lines[i][column]), ' ');
      row += (bars ? "| " : column == 0 ? "" : "  ") + lines[i][column] + pad + (bars ? " " : "");
    }
    row.erase(row.find_last_not_of(' ') + 1);
    text += row + (bars ? " |\n" : "\n");
    if (i == 0 && bars) {
      for (std::size_t column = 0; column < widths.size(); ++column) text += "|---";
      text += "|\n";
    }
  }
  return text;
}

std::string heading(const ResultTable& table) {
  return table.data_set + ", " + about(table.selection) +
         (table.without_dead ? ", without runs that never learned" : "");
}

std::string titled(const std::string& title, TableFormat format) {
  if (format == TableFormat::markdown) return "**" + escaped(title, format) + "**\n\n";
  return (format == TableFormat::latex ? "% " : "") + title + "\n";
}

/// "runs 120, never learned 12, missing 3, unfinished 1" for each method.
std::string counts_text(const ResultTable& table) {
  std::string text;
  for (const MethodRow& row : table.rows) {
    std::string line = row.method + ": " + std::to_string(row.runs) + (row.runs == 1 ? " run" : " runs");
    for (const auto& [count, what] :
         {std::pair{row.never_learned, table.without_dead ? "left out" : "never learned"},
          {row.missing, "missing"},
          {row.unfinished, "unfinished"}})
      if (count > 0) line += ", " + std::to_string(count) + " " + what;
    text += line + "\n";
  }
  return text;
}

std::string csv_lines(const ResultTable& table) {
  std::string text;
  const auto quoted = [](const std::string& name) {
    return name.find_first_of(",\"") == std::string::npos ? name : "\"" + name + "\"";
  };
  for (const MethodRow& row : table.rows)
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
      const Cell& cell = row.cells[i];
      text += std::string(name_of(table.selection)) + "," + quoted(table.data_set) + "," +
              quoted(row.method) + "," + std::to_string(table.test_domains[i]) + "," +
              quoted(table.names[i]) + "," + (cell.empty() ? "" : shortest(100 * cell.average())) + "," +
              (cell.empty() ? "" : shortest(100 * cell.standard_error())) + "," +
              std::to_string(cell.trials.size()) + "," + (table.without_dead ? "1" : "0") + "," +
              std::to_string(row.runs) + "," + std::to_string(row.never_learned) + "," +
              std::to_string(row.missing) + "," + std::to_string(row.unfinished) + "\n";
    }
  return text;
}

Json json_of(const Cell& cell) {
  Json json = {{"trials", Json::object()}};
  for (const auto& [trial, value] : cell.trials) json["trials"][std::to_string(trial)] = value;
  if (!cell.empty()) json["mean"] = cell.average(), json["standard_error"] = cell.standard_error();
  return json;
}

}  // namespace

TableFormat table_format(const std::string& name) {
  const std::vector<std::string> names = {"text", "markdown", "latex", "csv", "json"};
  const std::string found = find_name("format", name, names);
  return static_cast<TableFormat>(std::find(names.begin(), names.end(), found) - names.begin());
}

std::string csv_heading() {
  return "selection,data_set,method,env,domain,mean,standard_error,trials,without_never_learned,runs,"
         "never_learned,missing,unfinished\n";
}

std::string table_text(const ResultTable& table, TableFormat format) {
  if (format == TableFormat::csv) return csv_lines(table);
  std::vector<Line> lines = {{"Algorithm"}};
  for (const std::string& name : table.names) lines[0].push_back(escaped(name, format));
  lines[0].emplace_back("Avg");
  for (const MethodRow& row : table.rows) {
    Line& line = lines.emplace_back(Line{escaped(row.method, format)});
    for (const Cell& cell : row.cells) line.push_back(cell_text(cell, format));
    line.push_back(average_text(row.average));
  }
  for (const Ceiling& ceiling : ceilings_of(table.data_set)) {
    Line& line = lines.emplace_back(Line{ceiling.about});
    double sum = 0;
    for (const int test : table.test_domains) {
      const double value = ceiling.by_domain.at(static_cast<std::size_t>(test));
      line.push_back(percent(value));
      sum += value;
    }
    line.push_back(percent(sum / static_cast<double>(table.test_domains.size())));
  }
  std::string text = titled(heading(table), format) + laid_out(lines, format);
  if (format != TableFormat::latex)
    text += (format == TableFormat::markdown ? "\n" : "") + counts_text(table);
  return text + "\n";
}

std::string averages_text(const std::vector<ResultTable>& tables, TableFormat format) {
  if (tables.size() < 2 || format == TableFormat::csv || format == TableFormat::json) return "";
  std::vector<Line> lines = {{"Algorithm"}};
  std::vector<std::string> methods;
  for (const ResultTable& table : tables) {
    lines[0].push_back(escaped(table.data_set, format));
    for (const MethodRow& row : table.rows)
      if (std::find(methods.begin(), methods.end(), row.method) == methods.end())
        methods.push_back(row.method);
  }
  lines[0].emplace_back("Avg");
  for (const std::string& method : methods) {
    Line& line = lines.emplace_back(Line{escaped(method, format)});
    double sum = 0;
    bool whole = true;
    for (const ResultTable& table : tables) {
      const auto row = std::find_if(table.rows.begin(), table.rows.end(),
                                    [&](const MethodRow& each) { return each.method == method; });
      const Cell cell = row == table.rows.end() ? Cell{} : row->averages;
      line.push_back(cell_text(cell, format));
      whole = whole && !cell.empty();
      if (whole) sum += cell.average();
    }
    line.push_back(whole ? percent(sum / static_cast<double>(tables.size())) : "X");
  }
  return titled(std::string("Averages, ") + about(tables[0].selection), format) + laid_out(lines, format) +
         "\n";
}

std::string tables_json(const std::vector<ResultTable>& tables) {
  Json all = Json::array();
  for (const ResultTable& table : tables) {
    Json json = {{"data_set", table.data_set},
                 {"selection", name_of(table.selection)},
                 {"without_never_learned", table.without_dead},
                 {"test_envs", table.test_domains},
                 {"domains", table.names},
                 {"rows", Json::array()}};
    for (const MethodRow& row : table.rows) {
      Json cells = Json::array();
      for (const Cell& cell : row.cells) cells.push_back(json_of(cell));
      json["rows"].push_back({{"method", row.method},
                              {"cells", cells},
                              {"average", row.average ? Json(*row.average) : Json()},
                              {"averages", json_of(row.averages)},
                              {"runs", row.runs},
                              {"missing", row.missing},
                              {"unfinished", row.unfinished},
                              {"never_learned", row.never_learned}});
    }
    for (const Ceiling& ceiling : ceilings_of(table.data_set))
      json["ceilings"][ceiling.about] = ceiling.by_domain;
    all.push_back(std::move(json));
  }
  return all.dump(-1, ' ', true, Json::error_handler_t::replace);
}

}  // namespace sand::experiments
