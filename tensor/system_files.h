// What Linux says of this process in text files: numbers, and the control groups (cgroups) around it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sand {

/// The beginning of a file whose size is not known beforehand; "" if it cannot be read.
std::string system_text(const std::filesystem::path& file);

/// The number in the line of a text that begins with `key`: spaces, digits, `unit`, the end. Nothing where it
/// is written otherwise.
std::optional<double> number_in(std::string_view text, std::string_view key, std::string_view unit = "");

struct Cgroup {
  std::filesystem::path directory;  ///< with the files of its limits
  std::string name;                 ///< "/jobs/mine"
  int version;                      ///< 1 or 2: their files have different names
};

/// The groups whose limits of `controller` ("memory", "cpu") hold for this process: its own and all around
/// it, innermost first, in both versions. The system's files are looked for under `root`. A group that is
/// named need not be there: a container may know its group by the path that the host has for it, and then
/// only the root is.
std::vector<Cgroup> cgroups(std::string_view controller, const std::filesystem::path& root = "/");

}  // namespace sand
