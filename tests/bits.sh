#!/bin/sh
# Do all compilers, levels of optimisation, kernels, processors and numbers of threads give the bits of
# tests/golden/bits.txt?
#     sh tests/bits.sh [--repeats N] [--jobs N] [--in DIR]    every variant N times (20), N runs side by side
#                                                             (every core)
#     sh tests/bits.sh --only build --in DIR                  one program for each variant, in DIR/programs
#     sh tests/bits.sh --only run --in DIR ...                what is in DIR/programs, on this machine or on
#                                                             another
#     sh tests/bits.sh --short PROGRAM --in DIR               PROGRAM, which is there already, against one
#                                                             build with clang++
# Foreign processors run once for each number of threads, plain loops beside faster kernels once. DIR/runs.txt
# tells of every run. Exit: 0 the same bits, 1 differences, named on stdout.
set -eu
cd "$(dirname "$0")/.."
repeats=20 jobs=$(getconf _NPROCESSORS_ONLN) dir='' only='build run' short='' threads='1 2 3 4 7 16'
while [ $# -gt 0 ]; do
  case $1 in
    --repeats) repeats=$2 ;;
    --jobs) jobs=$2 ;;
    --in) dir=$2 ;;
    --only) only=$2 ;;
    --short) short=$2 repeats=1 threads='1 3' ;;
    *) echo "bits.sh: unknown argument $1" >&2; exit 64 ;;
  esac
  shift 2
done
if [ -z "$dir" ]; then
  dir=$(mktemp -d)
  trap 'rm -rf "$dir"' EXIT
fi
mkdir -p "$dir/programs"

# have COMMAND PACKAGES: or say so.
have() {
  command -v "$1" >/dev/null ||
    { echo "skipped: the bits of $1, which is not installed (apt-get install $2)"; false; }
}

# build NAME FLAG...: DIR/programs/NAME.
build() {
  name=$1; shift
  echo "build  $name"
  cmake -S . -B "$dir/$name" -G Ninja -DCMAKE_BUILD_TYPE=None -DSANDGRAD_BITS=ON "$@" \
    >"$dir/$name.log" 2>&1 &&
    cmake --build "$dir/$name" >>"$dir/$name.log" 2>&1 || { tail -20 "$dir/$name.log"; exit 1; }
  cp "$dir/$name/sandgrad_bits" "$dir/programs/$name"
}

build_all() {
  for compiler in g++ clang++; do
    have $compiler 'g++ clang' || continue
    for machine in ${machines:-$(uname -m)}; do
      for flags in -O2 -O3 '-O2 -DSANDGRAD_DOUBLE'; do
        build "$(echo "$compiler$flags-$machine" | tr -d ' ')" \
          -DCMAKE_CXX_COMPILER=$compiler -DCMAKE_CXX_FLAGS="$flags" -DSANDGRAD_MACHINE="$machine"
      done
    done
  done
  build g++-lto -DCMAKE_CXX_COMPILER=g++ -DCMAKE_CXX_FLAGS=-O3 -DCMAKE_INTERPROCEDURAL_OPTIMIZATION=ON
  if have aarch64-linux-gnu-g++ g++-aarch64-linux-gnu && have qemu-aarch64 qemu-user; then
    for level in 2 3; do
      build aarch64-O$level -DCMAKE_SYSTEM_NAME=Linux -DCMAKE_SYSTEM_PROCESSOR=aarch64 \
        -DCMAKE_CXX_COMPILER=aarch64-linux-gnu-g++ -DCMAKE_CXX_FLAGS=-O$level \
        -DEigen3_DIR="${EIGEN3_DIR:-/usr/share/eigen3/cmake}"
    done
  fi
}

build_short() {
  printf '#!/bin/sh\nexec "%s" doctor --bits --threads "$1"\n' "$short" >"$dir/programs/program"
  chmod +x "$dir/programs/program"
  ! have clang++ clang ||
    build clang++-O2 -DCMAKE_CXX_COMPILER=clang++ -DCMAKE_CXX_FLAGS=-O2 -DCMAKE_UNITY_BUILD=ON
}

# kernels_of NAME ROUND THREADS: the tables of kernels that this program is to run with on this CPU.
kernels_of() {
  case $1,$machines in
    *,) echo reference ;;  # there are no others for this CPU
    aarch64*) [ "$2" != 1 ] || echo reference ;;
    *) echo "$machines"; [ "$2,$3,$short" != 1,3, ] || echo reference ;;
  esac
}

# list: a line "NAME KERNELS THREADS" for every run.
list() {
  for round in $(seq "$repeats"); do
    for program in "$dir"/programs/*; do
      name=${program##*/}
      case $name,$machines in *-x86-64-v4,*x86-64-v4 | *[!4],*) ;; *) continue ;; esac
      for count in $threads; do
        for kernels in $(kernels_of "$name" "$round" "$count"); do echo "$name $kernels $count"; done
      done
    done
  done
}

# $run NAME KERNELS THREADS: "same" and these three, or "differs" with what was printed.
run='
  case $1 in aarch64*) emulator="qemu-aarch64 -L /usr/aarch64-linux-gnu" ;; *) emulator="" ;; esac
  case $1 in *DOUBLE*) kind=double ;; *) kind=float ;; esac
  found=$(SANDGRAD_KERNELS=$2 $emulator "$dir/programs/$1" "$3" 2>&1)
  if [ "$found" = "$(grep -E "^(numerics|$kind) " tests/golden/bits.txt)" ]; then
    echo "same    $1 $2 $3"
  else
    printf "differs %s %s %s\n%s\n" "$1" "$2" "$3" "$found"
  fi'

machines=''
if [ "$(uname -m)" = x86_64 ]; then
  machines=x86-64-v3
  if grep -qw avx512vl /proc/cpuinfo; then
    machines='x86-64-v3 x86-64-v4'
  else
    echo "skipped: x86-64-v4, which this CPU does not run"
  fi
fi
case $only in
  *build*) if [ -n "$short" ]; then build_short; else build_all; fi ;;
esac
case $only in
  *run*)
    export dir
    list | xargs -P "$jobs" -n 3 sh -c "$run" run >"$dir/runs.txt"
    grep -v '^same ' "$dir/runs.txt" || true
    differences=$(grep -c '^differs ' "$dir/runs.txt" || true)
    builds=$(list | cut -d ' ' -f 1 | sort -u | wc -l)
    same=$(grep -c '^same ' "$dir/runs.txt" || true)
    echo "$builds builds, $same runs with the same bits, $differences differences"
    [ "$differences" = 0 ]
    ;;
esac
