#include "experiments/sweeps/job_process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <nlohmann/json.hpp>

#include "experiments/machine/parse_json.h"
#include "experiments/machine/pinning.h"
#include "experiments/runs/kept_training.h"
#include "experiments/sweeps/heartbeat.h"
#include "experiments/sweeps/process_name.h"
#include "tensor/error.h"

namespace sand::experiments {
namespace {

using Json = nlohmann::json;

std::string dump(const Json& json) { return json.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n"; }

std::string worker_name() {
  const ProcessName& name = ProcessName::of_this_process();
  return "process " + std::to_string(name.process) + " on " + name.host;
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

// In bytes. An answer fits into the pipe, also with every character escaped: it is read after the child's
// end.
constexpr std::size_t kMostMessage = 3000, kMostAnswer = 1 << 16;

/// Records go to out.txt; stdout belongs to the worker.
void redirect(const std::filesystem::path& log) {
  const Descriptor nothing(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  const Descriptor file(::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666));
  ::dup2(nothing.number(), 1);
  ::dup2(file.number() >= 0 ? file.number() : nothing.number(), 2);
}

JobResult::Kind kind_of(Fault fault, const std::string& message) {
  if (fault == Fault::io) return JobResult::Kind::no_disk;
  const bool in_use = fault == Fault::busy && message.find("another process uses it") != std::string::npos;
  return in_use ? JobResult::Kind::busy : JobResult::Kind::failed;
}

/// The run, in the child. Returns the answer.
Json train_job(const Settings& settings, const domains::DataSet& data, const JobProcessOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  const Heartbeat heartbeat(options.queue, options.claim, options.beat_seconds);
  try {
    const KeptOutcome outcome =
        train_and_keep(settings, {.output_dir = options.directory.string()}, Threads(options.threads), &data);
    if (!outcome.finished) return {{"kind", JobResult::Kind::stopped}, {"message", ""}};
    const Json done = read_json((options.directory / "done").string(), 1 << 16);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    const Json text = {{"steps", outcome.steps},
                       {"seconds", seconds},
                       {"worker", worker_name()},
                       {"never_learned", done.is_object() && done.value("never_learned", Json()) == true}};
    return {{"kind", JobResult::Kind::finished}, {"message", ""}, {"text", dump(text)}};
  } catch (const Error& error) {
    std::fprintf(stderr, "sandgrad: %s\n", error.what());
    const std::string message = std::string(error.what()).substr(0, kMostMessage);
    const JobResult::Kind kind = kind_of(error.fault(), message);
    return {{"kind", kind},
            {"message", kind == JobResult::Kind::no_disk ? message : first_line(message)},
            {"code", error.fault()},
            {"text", failure_text(message, static_cast<int>(error.fault()))}};
  } catch (const std::exception& error) {
    const std::string message = dynamic_cast<const std::bad_alloc*>(&error) != nullptr
                                    ? "no memory left"
                                    : std::string("internal error: ") + error.what();
    std::fprintf(stderr, "sandgrad: %s\n", message.c_str());
    return {{"kind", JobResult::Kind::failed},
            {"message", first_line(message).substr(0, kMostMessage)},
            {"code", Fault::internal},
            {"text", failure_text(message.substr(0, kMostMessage), static_cast<int>(Fault::internal))}};
  }
}

[[noreturn]] void be_child(pid_t parent, int answer, const Settings& settings, const domains::DataSet& data,
                           const JobProcessOptions& options) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) std::_Exit(1);  // it ended just before
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  pin_to(options.cores);
  redirect(options.log);
  const std::string text = dump(train_job(settings, data, options));
  const bool told = ::write(answer, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  std::fflush(nullptr);
  std::_Exit(told ? 0 : 1);
}

}  // namespace

std::string failure_text(const std::string& message, int code) {
  return dump(Json{{"message", message}, {"code", code}, {"worker", worker_name()}});
}

JobProcess::JobProcess(const Settings& settings, const domains::DataSet& data,
                       const JobProcessOptions& options) {
  int ends[2];
  check(::pipe2(ends, O_CLOEXEC) == 0, [reason = errno] {
    return Error(Fault::resources, "sweep run: no pipe for a job").fact("reason", std::strerror(reason));
  });
  answer_ = Descriptor(ends[0]);
  const Descriptor to_parent(ends[1]);
  std::fflush(nullptr);  // otherwise the child would write the same text again
  const pid_t parent = ::getpid();
  process_ = ::fork();
  if (process_ == 0) be_child(parent, to_parent.number(), settings, data, options);
  check(process_ > 0, [reason = errno] {
    return Error(Fault::resources, "sweep run: cannot start a process for a job")
        .fact("reason", std::strerror(reason))
        .hint("is the number of processes limited (ulimit -u)? fewer --jobs need less");
  });
}

void JobProcess::stop(int signal) const { ::kill(process_, signal); }
void JobProcess::kill() const { ::kill(process_, SIGKILL); }

JobResult JobProcess::result(int status) {
  std::string text(kMostAnswer, ' ');
  const ssize_t length = ::read(answer_.number(), text.data(), text.size());
  text.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
  const Json answer = parse_json(text);
  if (answer.is_object())
    return {answer.value("kind", JobResult::Kind::failed), answer.value("text", std::string()),
            answer.value("message", std::string()), answer.value("code", 0)};
  const int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  const std::string message =
      signal == SIGKILL ? "the run was killed (signal 9): is memory short?"
      : signal != 0     ? "the run crashed with signal " + std::to_string(signal)
                    : "the run ended with code " + std::to_string(WEXITSTATUS(status)) + " and no message";
  const int code = static_cast<int>(Fault::internal);
  return {JobResult::Kind::failed, failure_text(message, code), message, code};
}

}  // namespace sand::experiments
