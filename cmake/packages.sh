# shellcheck shell=sh disable=SC2034
# The required packages, for the scripts that build. Source this file, do not run it. Names are Debian's.
# Installs missing packages if permitted, else prints the command that does. Exit code 69: a requirement is
# not available.

programs_need='g++ the C++20 compiler
cmake configures the build
ninja-build runs it
libeigen3-dev arrays and small matrices
nlohmann-json3-dev settings and records
zlib1g-dev gzipped data sets
libcsv-dev tables
libcli11-dev the flags of the program
libssl-dev hashes of records and checkpoints
libstb-dev pictures'

tests_need="$programs_need
doctest-dev the test framework
libmpfr-dev exact values of exp, log, tanh
strace kills runs at any system call, or lets it fail
python3-numpy an independent reference of one update"

python_need='python3-dev headers of the interpreter
pybind11-dev the Python modules'

# Not required: without them the program cannot share a run among ranks, and tests of that are skipped.
tests_may_use='libopenmpi-dev mpi.h: ranks that share one run
openmpi-bin mpirun starts them'

elsewhere="a C++20 compiler, CMake 3.22, Ninja, Eigen 3.4, nlohmann-json 3.10, zlib, libcsv, \
CLI11 2, OpenSSL (libcrypto), stb;
for the tests also doctest 2.4, MPFR, strace, Python 3 with numpy"

# installed PACKAGE: a program from any source counts. A library counts if dpkg has it installed; without
# dpkg, CMake checks it later.
installed() {
  case $1 in
    g++) command -v "${CXX:-g++}" || command -v c++ || command -v clang++ ;;
    cmake | strace) command -v "$1" ;;
    openmpi-bin) command -v mpirun ;;
    ninja-build) command -v ninja ;;
    *) ! command -v dpkg-query || [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>&1)" = installed ] ;;
  esac >/dev/null
}

# require NEEDS: returns when every package in the list is installed. Ends the script if that is impossible.
require() {
  missing=
  while read -r package why; do
    installed "$package" && continue
    [ -n "$missing" ] || echo "Missing:" >&2
    printf '    %-20s %s\n' "$package" "$why" >&2
    missing="$missing $package"
  done <<LIST
$1
LIST
  [ -n "$missing" ] || return 0

  if ! command -v apt-get >/dev/null; then
    printf 'There is no apt-get here. Please install %s.\n' "$elsewhere" >&2
    exit 69
  elif [ "$(id -u)" = 0 ]; then
    as_root=
  elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    as_root='sudo -n'
  else
    printf 'Please run this, and then this script again:\n\n    sudo apt-get install -y%s\n\n' "$missing" >&2
    exit 69
  fi
  echo "Installing them with apt-get." >&2
  # shellcheck disable=SC2086  # both are lists of words
  { $as_root apt-get -qq update ||
      echo "apt-get update failed; trying with the package lists that are here." >&2; } &&
    $as_root env DEBIAN_FRONTEND=noninteractive \
      apt-get install -y --no-install-recommends $missing >&2 || exit 69
}

# wish NEEDS: the same for packages that are not required. Always returns.
wish() {
  (require "$1") || echo "Going on without them." >&2
}

# build PRESET [TARGET]: prints progress on stderr, because stdout is for results.
build() {
  cmake --preset "$1" >/dev/null && cmake --build --preset "$1" ${2:+--target "$2"} >&2
}
