#!/bin/sh
# Is everything green on another Debian? Makes a root of SUITE, clones the commit that is checked out here
# into it, installs what cmake/packages.sh names, and clang, and there runs tests/run.sh, and `doctor --bits`
# of programs by g++ and by clang++.
#     sh tests/in_debian.sh [--keep DIR] [--only tests|bits] bookworm|trixie
#                                                            (g++ 12 and clang 14 | g++ 14 and clang 19)
# Needs root and debootstrap; packages come from the mirror that apt uses here. The root is temporary, but
# with --keep it is made in DIR, or used again. Exit: 0 green, 1 not, 64 usage, 69 something is not available,
# 77 not root.
# shellcheck disable=SC2016,SC2317
set -eu
refuse() {
  code=$1; shift
  echo "in_debian.sh: $*" >&2
  exit "$code"
}

# What runs in the root, in the clone: stdout is one line a step.
if [ "${1:-}" = --inside ]; then
  . cmake/packages.sh
  require "$tests_need
clang the second compiler"
  status=0
  # step NAME COMMAND...: says how it went and how long it took.
  step() {
    name=$1 start=$(date +%s) told=green; shift
    "$@" >&2 || status=1 told=RED
    echo "$told  $name  $(($(date +%s) - start)) s"
  }
  # bits PROGRAMS KERNELS: float and double.
  bits() {
    { SANDGRAD_KERNELS=$2 "$1/sandgrad" doctor --bits &&
        SANDGRAD_KERNELS=$2 "$1/sandgrad64" doctor --bits | tail -n +2; } |
      diff tests/golden/bits.txt -
  }
  programs() {
    cmake -S . -B "build/bits-$1" -G Ninja -DCMAKE_BUILD_TYPE=Release -DSANDGRAD_TESTS=OFF \
      -DCMAKE_CXX_COMPILER="$1" &&
      cmake --build "build/bits-$1" --target sandgrad_program sandgrad64_program
  }
  case $2 in *tests*) step 'sh tests/run.sh' sh tests/run.sh ;; esac
  case $2 in
    *bits*)
      for compiler in g++ clang++; do
        version=$($compiler -dumpfullversion 2>/dev/null || $compiler -dumpversion)
        step "build, $compiler $version" programs $compiler
        for kernels in x86-64-v3 x86-64-v4; do
          case $kernels in
            *v4)
              grep -qw avx512vl /proc/cpuinfo ||
                { echo "skipped: $kernels, which this CPU does not run"; continue; }
              ;;
          esac
          step "doctor --bits, $compiler $version, $kernels" bits "build/bits-$compiler" $kernels
        done
      done ;;
  esac
  exit $status
fi

suite='' keep='' only='tests bits'
while [ $# -gt 0 ]; do
  case $1 in
    --keep) keep=${2:?--keep needs a directory}; shift ;;
    --only) only=${2:?--only needs tests or bits}; shift ;;
    -*)
      refuse 64 "what is $1? usage: sh tests/in_debian.sh [--keep DIR] [--only tests|bits] bookworm|trixie"
      ;;
    *) [ -z "$suite" ] || refuse 64 "one suite at a time, found $suite and $1"; suite=$1 ;;
  esac
  shift
done
case $suite in bookworm | trixie) ;; *) refuse 64 "suite: expected bookworm or trixie, found '$suite'" ;; esac
case $only in
  tests | bits | 'tests bits') ;;
  *) refuse 64 "--only: expected tests or bits, found '$only'" ;;
esac
[ "$(id -u)" = 0 ] || refuse 77 "making a root needs root; run it with sudo"
command -v debootstrap >/dev/null || refuse 69 "there is no debootstrap here; apt-get install debootstrap"

# The archive of the Debian that runs here: neither its updates nor anybody else's.
mirror=$(. /etc/os-release &&
  apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
  awk -v own="$VERSION_CODENAME" '($2 == own || $2 == "stable") && $3 == "main" {print $1; exit}')
[ -n "$mirror" ] || refuse 69 "apt knows no mirror of Debian here:" \
  "no main of this release in /etc/apt/sources.list or sources.list.d"

here=$(cd "$(dirname "$0")/.." && pwd)
[ -z "$(git -C "$here" status --porcelain)" ] ||
  echo "in_debian.sh: the last commit is tested; changes since are left out" >&2
if [ -n "$keep" ]; then
  mkdir -p "$keep"
  root=$(cd "$keep" && pwd)
  if [ -n "$(ls -A "$root")" ]; then
    if [ -e "$root/debootstrap" ] || ! grep -qsx "VERSION_CODENAME=$suite" "$root/etc/os-release"; then
      refuse 64 "--keep: expected an empty directory or a finished root of $suite, found neither in $root"
    fi
  fi
else
  root=$(mktemp -d)
  trap 'rm -rf --one-file-system "$root"' EXIT
fi

# Mounts and processes live in namespaces of their own and end with them, however this ends.
export here root suite mirror only
unshare --mount --pid --fork --kill-child sh -eu -c '
  if [ ! -e "$root/etc/os-release" ]; then
    debootstrap --variant=minbase --include=ca-certificates "$suite" "$root" "$mirror" >&2
  fi
  cp /etc/resolv.conf "$root/etc/resolv.conf"
  rm -rf --one-file-system "$root/sandgrad"
  git clone --quiet "file://$here" "$root/sandgrad"
  mount -t proc proc "$root/proc"
  mount --rbind /dev "$root/dev"
  exec chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
    ${http_proxy:+http_proxy="$http_proxy"} \
    sh -c "cd /sandgrad && exec sh tests/in_debian.sh --inside \"$only\""' &
inside=$!
trap 'kill -KILL $inside; sleep 1; exit 1' HUP INT TERM
wait $inside
