#include "tensor/system_files.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <fstream>

namespace sand {
namespace {

namespace fs = std::filesystem;

/// The group in a line of /proc/self/cgroup, if the line is of this version and controller: "0::/jobs" in
/// version 2, "4:cpu,memory:/jobs" in 1.
std::optional<std::string> group_of(std::string_view line, std::string_view controller, int version) {
  const std::size_t first = line.find(':'), second = line.find(':', first + 1);
  if (first == std::string_view::npos || second == std::string_view::npos) return std::nullopt;
  const std::string controllers = "," + std::string(line.substr(first + 1, second - first - 1)) + ",";
  const bool ours = version == 2 ? line.substr(0, first) == "0" && controllers == ",,"
                                 : controllers.find("," + std::string(controller) + ",") != std::string::npos;
  return ours ? std::optional(std::string(line.substr(second + 1))) : std::nullopt;
}

}  // namespace

std::string system_text(const fs::path& file) {
  std::string text(1 << 16, '\0');
  std::ifstream in(file);
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

std::optional<double> number_in(std::string_view text, std::string_view key, std::string_view unit) {
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string_view line = text.substr(begin, end - begin);
    begin = end + 1;
    if (line.substr(0, key.size()) != key) continue;
    line.remove_prefix(std::min(line.find_first_not_of(" \t", key.size()), line.size()));
    std::uint64_t number = 0;
    const auto [stop, failure] = std::from_chars(line.data(), line.data() + line.size(), number);
    const std::string_view rest = line.substr(static_cast<std::size_t>(stop - line.data()));
    return failure == std::errc() && rest == unit ? std::optional(static_cast<double>(number)) : std::nullopt;
  }
  return std::nullopt;
}

std::vector<Cgroup> cgroups(std::string_view controller, const fs::path& root) {
  std::vector<Cgroup> groups;
  std::ifstream lines(root / "proc/self/cgroup");
  for (std::string line; std::getline(lines, line);)
    for (const int version : {2, 1}) {
      const std::optional<std::string> group = group_of(line, controller, version);
      if (!group) continue;
      const fs::path mount = root / "sys/fs/cgroup" / (version == 2 ? "" : controller);
      for (fs::path path = fs::path(*group).lexically_normal().relative_path();; path = path.parent_path()) {
        groups.push_back({mount / path, "/" + path.string(), version});
        if (path.empty()) break;
      }
    }
  return groups;
}

}  // namespace sand
