#include "experiments/sweeps/process_name.h"

#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "experiments/machine/parse_json.h"
#include "tensor/error.h"

namespace sand::experiments {
namespace {

/// Field 22 of /proc/PID/stat; 0 if there is none. The command, field 2, may contain spaces and brackets.
std::uint64_t start_of(std::int64_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/stat");
  std::string text;
  std::getline(file, text);
  const std::size_t bracket = text.rfind(')');
  if (bracket == std::string::npos) return 0;
  std::istringstream fields(text.substr(bracket + 1));
  std::string field;
  for (int number = 3; number <= 22 && fields >> field;) ++number;
  std::uint64_t start = 0;
  std::istringstream(field) >> start;
  return start;
}

std::string space_of_this_process() {
  std::string boot;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> boot;
  char text[64] = "";
  const ssize_t length = ::readlink("/proc/self/ns/pid", text, sizeof text - 1);
  return boot + " " + std::string(text, length > 0 ? static_cast<std::size_t>(length) : 0);
}

ProcessName named() {
  char host[100] = "";
  ::gethostname(host, sizeof host - 1);
  ProcessName name{host, ::getpid(), start_of(::getpid()), space_of_this_process()};
  for (char& c : name.host)
    if (c == '/') c = '_';  // it becomes part of the names of files
  return name;
}

}  // namespace

const ProcessName& ProcessName::of_this_process() {
  static ProcessName name = named();
  if (name.process != ::getpid()) name = named();
  return name;
}

std::optional<ProcessName> ProcessName::parse(const std::string& text) try {
  const nlohmann::json json = parse_json(text);
  return ProcessName{value_of<std::string>(json, "host"), value_of<std::int64_t>(json, "process"),
                     value_of<std::uint64_t>(json, "start"), value_of<std::string>(json, "space")};
} catch (const Error&) {
  return std::nullopt;
}

std::string ProcessName::text() const {
  const nlohmann::json json = {{"host", host}, {"process", process}, {"start", start}, {"space", space}};
  return json.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace) + "\n";
}

bool ProcessName::has_ended() const {
  const ProcessName& own = of_this_process();
  if (host != own.host || space != own.space || own.start == 0 || process <= 0) return false;
  if (::kill(static_cast<pid_t>(process), 0) != 0) return errno == ESRCH;
  const std::uint64_t now = start_of(process);
  return now != 0 && now != start;
}

}  // namespace sand::experiments
