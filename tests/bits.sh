#!/bin/sh
# Do all compilers, levels of optimisation, kernels, processors and numbers of threads give the bits of tests/golden/bits.txt?
#     sh tests/bits.sh [--repeats N] [--in DIR]         every variant, each N times (20): an hour; DIR keeps the builds
#     sh tests/bits.sh --short PROGRAM [--in DIR]       PROGRAM, which is there already, against one build with clang++
# Plain loops and foreign processors run once for each number of threads. Exit: 0 the same bits, 1 differences, named on stdout.
set -eu
cd "$(dirname "$0")/.."
repeats=20 short='' dir='' builds=0 runs=0 differences=0
while [ $# -gt 0 ]; do
  case $1 in
    --repeats) repeats=$2 ;;
    --in) dir=$2 ;;
    --short) short=$2 repeats=1 ;;
    *) echo "bits.sh: what is $1?" >&2; exit 64 ;;
  esac
  shift 2
done
if [ -z "$dir" ]; then
  dir=$(mktemp -d)
  trap 'rm -rf "$dir"' EXIT
fi
threads='1 2 3 4 7 16'
[ -z "$short" ] || threads='1 3'
tables=''
case $(uname -m) in
  x86_64) for table in x86-64-v3 $(grep -qw avx512vl /proc/cpuinfo && echo x86-64-v4); do tables="$tables $table"; done ;;
esac
[ "${tables% x86-64-v4}" != "$tables" ] || echo "skipped: x86-64-v4, which this CPU does not run"

# build NAME FLAG...: sandgrad_bits in DIR/NAME.
build() {
  name=$1; shift
  echo "build  $name"
  cmake -S . -B "$dir/$name" -G Ninja -DCMAKE_BUILD_TYPE=Release -DSANDGRAD_BITS=ON "$@" >"$dir/$name.log" 2>&1 &&
    cmake --build "$dir/$name" >>"$dir/$name.log" 2>&1 || { tail -20 "$dir/$name.log"; exit 1; }
  builds=$((builds + 1))
}

# compare NAME KIND TABLE TIMES COMMAND...: runs the command with every number of threads behind it.
compare() {
  name=$1 kind=$2 table=$3 times=$4; shift 4
  expected=$(grep -E "^(numerics|$kind) " tests/golden/bits.txt)
  for count in $threads; do
    for _ in $(seq "$times"); do
      found=$(SANDGRAD_KERNELS=$table "$@" "$count" 2>&1) || true
      runs=$((runs + 1))
      [ "$found" != "$expected" ] || continue
      differences=$((differences + 1))
      printf 'differs: %s, kernels %s, %s threads\n%s\n' "$name" "$table" "$count" "$found"
    done
  done
}
on_all_tables() {
  for table in $tables; do compare "$1" "$2" "$table" "$repeats" "$dir/$1/sandgrad_bits"; done
  [ -n "$short" ] || compare "$1" "$2" reference 1 "$dir/$1/sandgrad_bits"
}

if [ -n "$short" ]; then
  for table in $tables; do compare "$short" float "$table" 1 "$short" doctor --bits --threads; done
  if command -v clang++ >/dev/null; then
    build clang++-O2 -DCMAKE_CXX_COMPILER=clang++ -DCMAKE_CXX_FLAGS_RELEASE=-O2
    on_all_tables clang++-O2 float
  else
    echo "skipped: the bits of clang++, which is not installed (apt-get install clang libomp-dev)"
  fi
else
  for compiler in g++ clang++; do
    command -v $compiler >/dev/null || { echo "skipped: $compiler is not installed"; continue; }
    for level in 2 3; do
      build $compiler-O$level -DCMAKE_CXX_COMPILER=$compiler -DCMAKE_CXX_FLAGS_RELEASE=-O$level
      on_all_tables $compiler-O$level float
    done
    build $compiler-double -DCMAKE_CXX_COMPILER=$compiler -DCMAKE_CXX_FLAGS_RELEASE="-O2 -DSANDGRAD_DOUBLE"
    on_all_tables $compiler-double double
  done
  build g++-lto -DCMAKE_CXX_COMPILER=g++ -DCMAKE_INTERPROCEDURAL_OPTIMIZATION=ON
  on_all_tables g++-lto float
  if command -v aarch64-linux-gnu-g++ >/dev/null && command -v qemu-aarch64 >/dev/null; then
    for level in 2 3; do
      build aarch64-O$level -DCMAKE_SYSTEM_NAME=Linux -DCMAKE_SYSTEM_PROCESSOR=aarch64 -DCMAKE_CXX_COMPILER=aarch64-linux-gnu-g++ \
        -DCMAKE_CXX_FLAGS_RELEASE=-O$level -DEigen3_DIR="${EIGEN3_DIR:-/usr/share/eigen3/cmake}"
      compare aarch64-O$level float reference 1 qemu-aarch64 -L /usr/aarch64-linux-gnu "$dir/aarch64-O$level/sandgrad_bits"
    done
  else
    echo "skipped: aarch64 (apt-get install g++-aarch64-linux-gnu qemu-user)"
  fi
fi
echo "$builds builds, $runs runs, $differences differences"
[ "$differences" = 0 ]
