// The whole program: its commands with standard streams, signals and errors. A program of your own that adds
// a combiner (optim/card.h), an objective (nn/domain_objective_card.h) or a data set
// (experiments/setup/data_sets.h) at its start has them in every command: train, verify, inspect, ...
#pragma once

namespace sand::experiments {

/// Runs the command that the arguments name, as the program sandgrad does. Returns the exit code; prints
/// errors to stderr and throws nothing.
int run_program(int argc, char** argv);

}  // namespace sand::experiments
