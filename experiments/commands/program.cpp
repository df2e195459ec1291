#include "experiments/commands/program.h"

#include <fcntl.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>

#include "experiments/commands/commands.h"
#include "tensor/error.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace {

/// Opens /dev/null in place of a closed standard stream; otherwise the next opened file would become that
/// stream. It is opened in the opposite direction, so reads and writes fail as on a closed stream.
void fill_standard_streams() {
  for (const int stream : {0, 1, 2})
    if (::fcntl(stream, F_GETFD) < 0 && ::open("/dev/null", stream == 0 ? O_WRONLY : O_RDONLY) != stream)
      std::_Exit(static_cast<int>(sand::Fault::io));
}

}  // namespace

namespace sand::experiments {

int run_program(int argc, char** argv) {
  fill_standard_streams();
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 1 << 17);  // so that freed blocks return to the system, as the estimate assumes
#endif
  std::signal(SIGXFSZ, SIG_IGN);  // a file over its size limit is an error, like a full disk
  try {
    const int code = run_command_line(argc, argv, kSubcommands);
    check(std::fflush(stdout) == 0 && std::ferror(stdout) == 0,
          [] { return Error(Fault::io, "stdout: writing failed; is the disk full?"); });
    return code;
  } catch (const Error& error) {
    std::fprintf(stderr, "sandgrad: %s\n", error.what());
    return static_cast<int>(error.fault());
  } catch (const std::bad_alloc&) {
    std::fprintf(stderr, "sandgrad: no memory left\n");
    return static_cast<int>(Fault::resources);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "sandgrad: internal error: %s\n", error.what());
    return static_cast<int>(Fault::internal);
  }
}

}  // namespace sand::experiments
