// Reads Linux's text files about this process: numbers, and its control groups (cgroups).
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sand {

/// The beginning of a file of unknown size; "" if it cannot be read.
std::string system_text(const std::filesystem::path& file);

/// The number in the line that begins with `key`, then spaces, digits, `unit` and the end of the line.
/// nullopt if the line has another form.
std::optional<double> number_in(std::string_view text, std::string_view key, std::string_view unit = "");

struct Cgroup {
  std::filesystem::path directory;  ///< contains the files of its limits
  std::string name;                 ///< "/jobs/mine"
  int version;                      ///< 1 or 2; file names differ
};

/// The groups whose limits of `controller` ("memory", "cpu") apply to this process: its own and all enclosing
/// ones, innermost first, in both versions. System files are read below `root`. A named group need not exist:
/// a container may see its group under the path of the host, and then only the root exists.
std::vector<Cgroup> cgroups(std::string_view controller, const std::filesystem::path& root = "/");

}  // namespace sand
