// The subcommands of the program. Each declares its flags and its action. No other file knows them.
#pragma once

#include "experiments/commands/command_line.h"

namespace sand::experiments {

void add_train(Command& command);
void add_demo(Command& command);
void add_verify(Command& command);
void add_inspect(Command& command);
void add_evaluate(Command& command);
void add_predict(Command& command);
void add_report(Command& command);
void add_plot(Command& command);
void add_export(Command& command);
void add_step(Command& command);
void add_combine(Command& command);
void add_trace(Command& command);
void add_algorithms(Command& command);
void add_data_show(Command& data);
void add_data_check(Command& data);
void add_data_split(Command& data);
void add_hparams(Command& command);
void add_sweep(Command& command);
void add_collect(Command& command);
void add_top_hparams(Command& command);
void add_list(Command& command);
void add_bench(Command& command);
void add_doctor(Command& command);
void add_completion(Command& command);
void add_man(Command& command);

void print_algorithms();  ///< as tables, which docs/algorithms.md contains

inline void add_data(Command& data) {
  add_data_show(data);
  add_data_check(data);
  add_data_split(data);
}

constexpr Subcommand kSubcommands[] = {
    {"train", "Train one network and keep its records", add_train},
    {"demo", "Compare ERM, AND-mask and SAND-mask in half a minute", add_demo},
    {"verify", "Replay a recorded run and compare every bit", add_verify},
    {"inspect", "Explain how weights moved in one step of a recorded run", add_inspect},
    {"report", "Write an HTML page with pictures of runs and sweeps", add_report},
    {"plot", "Draw the curves, masks or decisions of a run as SVG or PNG", add_plot},
    {"evaluate", "Score a trained network by domain and class", add_evaluate},
    {"predict", "Predict new examples with a trained network", add_predict},
    {"export", "Write a run's measurements as CSV and its weights as .npz", add_export},
    {"step", "Make one update from files (safetensors)", add_step},
    {"combine", "Combine the rows of a table of gradients from a file (npy)", add_combine},
    {"trace", "Print the tape of one pass: operations, shapes, formulas, source lines", add_trace},
    {"data", "Look at data sets", add_data},
    {"hparams", "Print hyper-parameters, drawn as DomainBed draws them", add_hparams},
    {"algorithms", "List the algorithms: formulas, hyper-parameters, papers", add_algorithms},
    {"list", "List algorithms, objectives, optimizers or settings as a table", add_list},
    {"sweep", "Plan many runs, and run them on any number of machines", add_sweep},
    {"collect", "Print the tables of many runs", add_collect},
    {"top-hparams", "List the best hyper-parameters of many runs", add_top_hparams},
    {"bench", "Time updates on random data", add_bench},
    {"doctor", "Print what a bug report needs", add_doctor},
    {"completion", "Print a script that completes commands and options in a shell", add_completion},
    {"man", "Print the man page", add_man},
};

}  // namespace sand::experiments
