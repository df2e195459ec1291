#include "experiments/sweeps/external_command.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "tensor/directory.h"
#include "tensor/error.h"

namespace sand::experiments {
namespace {

struct Pipe {
  Descriptor from, to;
  Pipe() {
    int ends[2];
    check(::pipe2(ends, O_CLOEXEC) == 0, [reason = errno] {
      return Error(Fault::resources, "command: no pipe").fact("reason", std::strerror(reason));
    });
    from = Descriptor(ends[0]);
    to = Descriptor(ends[1]);
  }
};

/// Reads both to their ends. A program may fill either first.
void read_both(std::array<Pipe, 2>& pipes, std::array<std::string*, 2> texts) {
  std::array<pollfd, 2> files = {pollfd{pipes[0].from.number(), POLLIN, 0},
                                 pollfd{pipes[1].from.number(), POLLIN, 0}};
  for (int open = 2; open > 0;) {
    if (::poll(files.data(), files.size(), -1) < 0 && errno != EINTR) return;
    for (std::size_t i = 0; i < files.size(); ++i) {
      if (files[i].fd < 0 || files[i].revents == 0) continue;
      char block[4096];
      const ssize_t length = ::read(files[i].fd, block, sizeof block);
      if (length > 0) {
        texts[i]->append(block, static_cast<std::size_t>(length));
      } else if (length == 0 || errno != EINTR) {
        files[i].fd = -1;
        --open;
      }
    }
  }
}

}  // namespace

CommandResult run_command(const std::vector<std::string>& words) {
  std::array<Pipe, 2> pipes;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, pipes[0].to.number(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, pipes[1].to.number(), STDERR_FILENO);
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  pid_t process = -1;
  const int reason = ::posix_spawnp(&process, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  check(reason == 0, [&] {
    const bool missing = reason == ENOENT;
    return Error(missing ? Fault::missing : Fault::resources,
                 missing ? words[0] + ": this program is not installed here" : words[0] + ": cannot start it")
        .fact("reason", std::strerror(reason));
  });
  for (Pipe& pipe : pipes) pipe.to.close();
  CommandResult result;
  read_both(pipes, {&result.output, &result.errors});
  int status = 0;
  while (::waitpid(process, &status, 0) < 0 && errno == EINTR) continue;
  result.code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return result;
}

}  // namespace sand::experiments
