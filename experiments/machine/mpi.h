// One run by several processes that mpirun started. mpi.cpp is the only file that knows MPI.
#pragma once

#include <functional>

#include "tensor/ranks.h"

namespace sand::experiments {

/// Whether a launcher started this process as one of several, as it says in the environment: mpirun of Open
/// MPI, a launcher with PMI, srun --mpi=pmix. MPI itself is not touched.
bool started_by_mpirun();

/// Calls body(ranks) and returns the exit code that it returns. Unless started_by_mpirun(), there is one
/// rank, MPI is neither loaded nor started, and errors pass through. Else:
/// - Ranks other than 0 print nothing but their own errors.
/// - After an AgreedFailure all ranks end in order, with its code.
/// - After any other error of one rank, the whole job ends at once, with its code. Ranks other than 0 wait a
///   moment for rank 0, which may have the same error and prints it alone.
/// - If a rank is lost, mpirun ends the job.
/// Throws Error(usage) if the program was built without MPI, or the launcher is not that of this MPI, and
/// Error(resources) if MPI's library cannot be loaded.
int on_ranks(const std::function<int(const Ranks&)>& body);

}  // namespace sand::experiments
