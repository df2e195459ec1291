// The entry point of the program.
#include "experiments/commands/program.h"

int main(int argc, char** argv) { return sand::experiments::run_program(argc, argv); }
