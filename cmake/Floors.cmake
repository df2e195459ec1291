# The library: floors 0 to 2, built once with float (sandgrad) and once with double (sandgrad_f64).
file(GLOB floor_sources CONFIGURE_DEPENDS
  tensor/*.cpp tensor/kernels/*.cpp autograd/*.cpp autograd/ops/*.cpp domains/*.cpp
  domains/tables/*.cpp nn/*.cpp nn/objectives/*.cpp optim/*.cpp
  optim/combiners/*.cpp optim/optimizers/*.cpp)

# Results must be bit-identical: no contraction of a * b + c (fused code says so explicitly), and never
# -ffast-math. The default of an x86-64 build is x86-64-v3 (AVX2 and FMA, 2013 and later); wider kernels are
# chosen at run time. The other two flags say that no code reads errno or floating-point traps. They change
# no bit, and exp, log, tanh become vector code.
#
# A program that uses the library needs the first flag for its bits, because headers contain arithmetic. It
# may be for any CPU if Eigen's types are aligned as in the library. Nothing else is demanded of it.
set(arithmetic -ffp-contract=off -fno-math-errno -fno-trapping-math)
set(arithmetic_of_users -ffp-contract=off)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  set(SANDGRAD_MACHINE x86-64-v3 CACHE STRING "What x86-64 builds are for, at least x86-64-v3")
  list(APPEND arithmetic -march=${SANDGRAD_MACHINE})
  if(SANDGRAD_MACHINE STREQUAL "x86-64-v3")
    list(APPEND arithmetic_of_users -DEIGEN_MAX_ALIGN_BYTES=32 -DEIGEN_MAX_STATIC_ALIGN_BYTES=32)
  else()
    list(APPEND arithmetic_of_users -march=${SANDGRAD_MACHINE})
  endif()
  # Kernels are built without clang's sanitizers; g++'s check them.
  set(kernel_options -O3)
  if(SANDGRAD_SANITIZE AND CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    list(APPEND kernel_options -fno-sanitize=address,undefined)
  endif()
  set_source_files_properties(tensor/kernels/x86_64_v3.cpp PROPERTIES
    COMPILE_OPTIONS "${kernel_options};-march=x86-64-v3")
  set_source_files_properties(tensor/kernels/x86_64_v4.cpp PROPERTIES
    COMPILE_OPTIONS "${kernel_options};-march=x86-64-v4;-mprefer-vector-width=512")
else()
  list(FILTER floor_sources EXCLUDE REGEX "x86_64")
endif()

set(warnings -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 warns of its own std::string concatenation (PR105651), under each of these names if headers are
  # precompiled.
  list(APPEND warnings -Wno-restrict -Wno-stringop-overflow -Wno-array-bounds)
endif()
if(SANDGRAD_WERROR)
  list(APPEND warnings -Werror)
endif()
if(SANDGRAD_SANITIZE)
  add_compile_options(-O1 -g1 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
  # stb_image is not our code: its undefined behaviour must not end a test. The sandbox contains it.
  set_source_files_properties(domains/decode_rgb.cpp PROPERTIES COMPILE_OPTIONS -fno-sanitize=undefined)
endif()
if(SANDGRAD_RACES)
  add_compile_options(-O1 -g1 -fsanitize=thread)
  add_link_options(-fsanitize=thread)
endif()
if(SANDGRAD_FUZZERS)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

# Precompiled headers save a third of the build time. Files with flags of their own, such as kernels, cannot
# use them.
file(GLOB with_own_flags tensor/kernels/*.cpp)
set_source_files_properties(${with_own_flags} domains/decode_rgb.cpp PROPERTIES
  SKIP_PRECOMPILE_HEADERS ON SKIP_UNITY_BUILD_INCLUSION ON)

if(SANDGRAD_BITS)
  include(cmake/Bits.cmake)
  return()
endif()
foreach(library sandgrad sandgrad_f64)
  add_library(${library} STATIC ${floor_sources})
  target_include_directories(${library} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}> $<INSTALL_INTERFACE:include/sandgrad>)
  target_include_directories(${library} SYSTEM PRIVATE ${SANDGRAD_STB_INCLUDE} ${SANDGRAD_CSV_INCLUDE})
  target_compile_features(${library} PUBLIC cxx_std_20)
  if(PROJECT_IS_TOP_LEVEL)  # our own programs get all of them
    target_compile_options(${library} PUBLIC
      "$<BUILD_INTERFACE:${arithmetic}>" "$<INSTALL_INTERFACE:${arithmetic_of_users}>" PRIVATE ${warnings})
  else()
    target_compile_options(${library} PUBLIC ${arithmetic_of_users} PRIVATE ${arithmetic} ${warnings})
    set_target_properties(${library} PROPERTIES EXCLUDE_FROM_ALL ON)  # built if something needs it
  endif()
  target_precompile_headers(${library} PRIVATE <Eigen/Core> <functional> <string> <vector>)
  target_link_libraries(${library} PUBLIC Eigen3::Eigen
    PRIVATE $<BUILD_INTERFACE:nlohmann_json::nlohmann_json> ZLIB::ZLIB
    $<BUILD_INTERFACE:${SANDGRAD_CSV_LIBRARY}> $<INSTALL_INTERFACE:csv> Threads::Threads)
  add_library(sandgrad::${library} ALIAS ${library})
endforeach()
target_compile_definitions(sandgrad_f64 PUBLIC SANDGRAD_DOUBLE)
