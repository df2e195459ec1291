# `sandgrad_bits` (tests/bits.cpp), for tests/bits.sh: the sources that decide bits, with only Eigen.
set(bits_sources ${floor_sources})
list(FILTER bits_sources INCLUDE REGEX
  "/(tensor/(available_cores|digits|error|finite|names|normal|printable|random|shape|system_files|tensor)\
|tensor/threads|tensor/kernels/[a-z0-9_]+|autograd/[a-z_/]+|optim/[a-z_/]+\
|nn/[a-z0-9_/]+\
|domains/(colored_mnist|dealing|domain|generated_digits|random_state|sampler|spirals))\\.cpp$")
list(FILTER bits_sources EXCLUDE REGEX "/(ladder|gradient_check|mask_report)\\.cpp$")
add_executable(sandgrad_bits ${bits_sources} experiments/training/bits.cpp
  experiments/training/evaluation.cpp experiments/setup/models.cpp experiments/setup/model_text.cpp
  tests/bits.cpp)
target_include_directories(sandgrad_bits PRIVATE ${PROJECT_SOURCE_DIR})
target_precompile_headers(sandgrad_bits PRIVATE <Eigen/Core> <functional> <string> <vector>)
target_compile_options(sandgrad_bits PRIVATE ${arithmetic})
target_link_libraries(sandgrad_bits PRIVATE Eigen3::Eigen Threads::Threads)
