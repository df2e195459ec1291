#include "experiments/machine/mpi.h"

#include <cstdlib>

#include "experiments/machine/agreement.h"
#include "tensor/error.h"

#ifdef SANDGRAD_LIBMPI
#include <dlfcn.h>
#include <fcntl.h>
#include <mpi.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <climits>
#include <cstdio>
#include <thread>
#include <vector>
#endif

namespace sand::experiments {
namespace {

/// A count that a launcher left in the environment; 0 for none.
int count_in(const char* variable) {
  const char* const text = std::getenv(variable);
  return text == nullptr ? 0 : std::atoi(text);
}

/// The number of processes of this job.
int launched() {
  for (const char* const variable : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE"})
    if (const int count = count_in(variable); count > 0) return count;
  return std::getenv("PMIX_RANK") != nullptr ? count_in("SLURM_STEP_NUM_TASKS") : 0;
}

#ifdef SANDGRAD_LIBMPI

/// Open MPI, loaded when it is needed: a program that is linked with it takes a few milliseconds more to
/// start and does not start on a machine without it. Names and types are those of its mpi.h.
class OpenMpi final : public RankChannel {
 public:
  OpenMpi() : library_(dlopen(SANDGRAD_LIBMPI, RTLD_NOW | RTLD_GLOBAL)) {
    check(library_ != nullptr, [] {
      return Error(Fault::resources, "ranks: the library of Open MPI cannot be loaded")
          .fact("library", SANDGRAD_LIBMPI)
          .fact("reason", dlerror())
          .hint("install Open MPI (apt-get install openmpi-bin), or start the program without mpirun");
    });
    world_ = static_cast<MPI_Comm>(symbol("ompi_mpi_comm_world"));
    int level = 0;
    call<decltype(MPI_Init_thread)>("MPI_Init_thread", nullptr, nullptr, MPI_THREAD_FUNNELED, &level);
    call<decltype(MPI_Comm_rank)>("MPI_Comm_rank", world_, &rank_);
    call<decltype(MPI_Comm_size)>("MPI_Comm_size", world_, &count_);
    const auto byte = static_cast<MPI_Datatype>(symbol("ompi_mpi_byte"));
    call<decltype(MPI_Type_contiguous)>("MPI_Type_contiguous", int{kUnit}, byte, &unit_);
    call<decltype(MPI_Type_commit)>("MPI_Type_commit", &unit_);
    gather_ = function<decltype(MPI_Allgatherv)>("MPI_Allgatherv");
  }

  int rank() const override { return rank_; }
  int count() const override { return count_; }

  /// The blocks of a rank travel as one, rounded up to whole units: MPI counts with int.
  void share(std::span<const RankBlock> blocks) override {
    lay_out(blocks);
    for_each(blocks, [&](const RankBlock& block, std::byte* place) {
      if (block.owner == rank_) std::copy(block.bytes.begin(), block.bytes.end(), place);
    });
    gather_(MPI_IN_PLACE, 0, unit_, buffer_.data(), units_.data(), starts_.data(), unit_, world_);
    for_each(blocks, [&](const RankBlock& block, const std::byte* place) {
      if (block.owner != rank_) std::copy_n(place, block.bytes.size(), block.bytes.begin());
    });
  }

  void finish() {
    call<decltype(MPI_Barrier)>("MPI_Barrier", world_);  // mpirun ends all when one exits with an error
    call<decltype(MPI_Finalize)>("MPI_Finalize");
  }
  [[noreturn]] void abort(int code) {
    call<decltype(MPI_Abort)>("MPI_Abort", world_, int{code});
    std::_Exit(code);
  }

 private:
  static constexpr int kUnit = 64;  // bytes

  /// Finds how many units of the buffer each rank has, and where they start.
  void lay_out(std::span<const RankBlock> blocks) {
    std::vector<std::size_t> bytes(static_cast<std::size_t>(count_));
    for (const RankBlock& block : blocks) bytes[static_cast<std::size_t>(block.owner)] += block.bytes.size();
    units_.clear();
    starts_.clear();
    std::size_t next = 0;
    for (const std::size_t of_rank : bytes) {
      const std::size_t units = (of_rank + kUnit - 1) / kUnit;
      check(next + units <= INT_MAX,
            [] { return Error(Fault::resources, "ranks: too many bytes for one message"); });
      units_.push_back(static_cast<int>(units));
      starts_.push_back(static_cast<int>(next));
      next += units;
    }
    if (buffer_.size() < next * kUnit) buffer_.resize(next * kUnit);
  }

  /// Calls visit(block, its place in the buffer).
  template <class Visit>
  void for_each(std::span<const RankBlock> blocks, const Visit& visit) {
    std::vector<std::size_t> next;
    for (const int start : starts_) next.push_back(static_cast<std::size_t>(start) * kUnit);
    for (const RankBlock& block : blocks) {
      std::size_t& at = next[static_cast<std::size_t>(block.owner)];
      visit(block, buffer_.data() + at);
      at += block.bytes.size();
    }
  }

  void* symbol(const char* name) const {
    void* const found = dlsym(library_, name);
    check(found != nullptr, [&] {
      return Error(Fault::resources, "ranks: this is not the Open MPI that the program was built with")
          .fact("library", SANDGRAD_LIBMPI)
          .fact("lacks", name);
    });
    return found;
  }
  template <class Function>
  Function* function(const char* name) const {
    return reinterpret_cast<Function*>(symbol(name));
  }
  /// Errors end the job: that is MPI's rule.
  template <class Function, class... Arguments>
  void call(const char* name, Arguments... arguments) const {
    function<Function>(name)(arguments...);
  }

  void* library_;
  MPI_Comm world_{};
  MPI_Datatype unit_{};
  decltype(MPI_Allgatherv)* gather_ = nullptr;
  int rank_ = 0, count_ = 0;
  std::vector<int> units_, starts_;
  std::vector<std::byte> buffer_;
};

/// Lets ranks other than 0 print nothing, except through say().
class Output {
 public:
  explicit Output(bool all) : errors_(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3)) {
    const int nothing = all ? -1 : ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (nothing < 0) return;
    for (const int stream : {STDOUT_FILENO, STDERR_FILENO}) ::dup2(nothing, stream);
    ::close(nothing);
  }
  void say(const std::string& text) const {
    std::fflush(stdout);
    ::dprintf(errors_ < 0 ? STDERR_FILENO : errors_, "sandgrad: %s\n", text.c_str());
  }

 private:
  int errors_;
};

/// An error that the other ranks do not know of.
[[noreturn]] void end_job(OpenMpi& mpi, const Output& output, Fault fault, const std::string& text) {
  constexpr std::chrono::seconds kMoment{10};
  if (mpi.rank() > 0) std::this_thread::sleep_for(kMoment);  // rank 0 may end the job with the same error
  output.say((mpi.rank() > 0 ? "rank " + std::to_string(mpi.rank()) + ": " : "") + text);
  mpi.abort(static_cast<int>(fault));
}

int on_several(OpenMpi& mpi, const Output& output, const std::function<int(const Ranks&)>& body) try {
  int code = 0;
  try {
    code = body(Ranks(mpi));
  } catch (const AgreedFailure& failure) {
    if (*failure.what() != '\0') output.say(failure.what());
    code = static_cast<int>(failure.fault());
  }
  std::fflush(stdout);
  mpi.finish();
  return code;
} catch (const Error& error) {
  end_job(mpi, output, error.fault(), error.what());
} catch (const std::bad_alloc&) {
  end_job(mpi, output, Fault::resources, "no memory left");
} catch (const std::exception& error) {
  end_job(mpi, output, Fault::internal, std::string("internal error: ") + error.what());
}

#endif

}  // namespace

bool started_by_mpirun() { return launched() > 1; }

int on_ranks(const std::function<int(const Ranks&)>& body) {
  if (!started_by_mpirun()) return body(Ranks());
#ifdef SANDGRAD_LIBMPI
  static OpenMpi& mpi = *new OpenMpi;  // once in a process; never destroyed
  check(mpi.count() == launched(), [] {
    return Error(Fault::usage, "ranks: the launcher is not that of Open MPI")
        .fact("processes", std::to_string(launched()))
        .fact("ranks", std::to_string(mpi.count()))
        .hint("start the run with Open MPI's mpirun, or under Slurm with srun --mpi=pmix");
  });
  return on_several(mpi, Output(mpi.rank() == 0), body);
#else
  throw Error(Fault::usage, "ranks: this program was built without MPI, and mpirun started several of it")
      .fact("processes", std::to_string(launched()))
      .hint(
          "build it where Open MPI is installed (libopenmpi-dev), with -DSANDGRAD_MPI=ON; many runs at once "
          "need no MPI: sandgrad sweep");
#endif
}

}  // namespace sand::experiments
