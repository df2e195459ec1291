#!/bin/sh
# Do the Debian packages work? Builds them with cpack, asks lintian, installs them in a bare root of the
# Debian that runs here, runs the programs and compiles a user's program there, and removes them: nothing may
# be left.
#     sh tests/package.sh [--keep DIR] [--no-root] [--packages DIR]
# Needs lintian, and for the root debootstrap and root. The root is temporary, but with --keep it is made in
# DIR, or used again. --no-root ends after lintian. --packages takes the packages in DIR instead of building.
# Exit: 0 green, 1 not, 64 usage, 69 something is not available, 77 not root.
# shellcheck disable=SC2016
set -eu
refuse() {
  code=$1; shift
  echo "package.sh: $*" >&2
  exit "$code"
}

# What runs in the root, in /packages.
if [ "${1:-}" = --inside ]; then
  cd /packages
  files() { find / -xdev \( -path /proc -o -path /packages -o -path /var/cache -o -path /var/lib/apt -o \
    -path /var/log -o -path /tmp \) -prune -o -print | sort; }
  export DEBIAN_FRONTEND=noninteractive
  apt-get -qq update >&2
  apt-get -qq install -y --no-install-recommends g++ pkg-config >&2
  # what they depend on stays: only their own files count
  needed=$(for package in *.deb; do dpkg-deb -f "$package" Depends; done | sed 's/([^)]*)//g; s/,/ /g')
  # shellcheck disable=SC2086  # a list of names
  apt-get -qq install -y --no-install-recommends $needed >&2
  files >/tmp/before
  apt-get -qq install -y --no-install-recommends ./sandgrad_*.deb ./libsandgrad-dev_*.deb >&2
  cd /tmp
  sandgrad --version
  sandgrad64 --version
  sandgrad demo --picture /tmp/spirals.svg >/dev/null
  test -s /tmp/spirals.svg
  sandgrad train --steps 3 --output-dir /tmp/run >/dev/null 2>&1
  sandgrad verify /tmp/run | head -n 1
  # shellcheck disable=SC2046
  for library in sandgrad sandgrad_f64; do
    g++ -O1 /packages/user.cpp -o user $(pkg-config --cflags --libs $library)
    ./user
  done
  apt-get -qq purge -y sandgrad libsandgrad-dev >&2
  files >/tmp/after
  diff /tmp/before /tmp/after || { echo "the packages left files behind" >&2; exit 1; }
  echo "removed: nothing is left"
  exit 0
fi

keep='' root_too=1 packages=''
while [ $# -gt 0 ]; do
  case $1 in
    --keep) keep=${2:?--keep needs a directory}; shift ;;
    --no-root) root_too='' ;;
    --packages) packages=$(cd "${2:?--packages needs a directory}" && pwd); shift ;;
    *) refuse 64 "what is $1? usage: sh tests/package.sh [--keep DIR] [--no-root] [--packages DIR]" ;;
  esac
  shift
done
if [ -n "$keep" ]; then
  mkdir -p "$keep"
  keep=$(cd "$keep" && pwd)
fi
cd "$(dirname "$0")/.."
command -v lintian >/dev/null || refuse 69 "there is no lintian here; apt-get install lintian"

if [ -z "$packages" ]; then
  . cmake/packages.sh
  require "$programs_need"
  cmake --preset release -B build/package -DCMAKE_INSTALL_PREFIX=/usr >/dev/null
  cmake --build build/package >&2
  packages=$PWD/build/package/packages
  rm -rf "$packages"
  (cd build/package && cpack -G DEB -B packages) >&2
fi
lintian --fail-on error,warning --tag-display-limit 0 "$packages"/*.deb
echo "lintian: no error, no warning"
[ -n "$root_too" ] || exit 0

[ "$(id -u)" = 0 ] || refuse 77 "making a root needs root; run it with sudo"
command -v debootstrap >/dev/null || refuse 69 "there is no debootstrap here; apt-get install debootstrap"
suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
  awk -v own="$suite" '($2 == own || $2 == "stable") && $3 == "main" {print $1; exit}')
[ -n "$mirror" ] || refuse 69 "apt knows no mirror of $suite here"
if [ -n "$keep" ]; then
  root=$keep
  if [ -n "$(ls -A "$root")" ] && ! grep -qsx "VERSION_CODENAME=$suite" "$root/etc/os-release"; then
    refuse 64 "--keep: expected an empty directory or a root of $suite, found neither in $root"
  fi
else
  root=$(mktemp -d)
  trap 'rm -rf --one-file-system "$root"' EXIT
fi

# Mounts and processes live in namespaces of their own and end with them, however this ends.
export root suite mirror packages
unshare --mount --pid --fork --kill-child sh -eu -c '
  if [ ! -e "$root/etc/os-release" ]; then
    debootstrap --variant=minbase --include=ca-certificates "$suite" "$root" "$mirror" >&2
  fi
  cp /etc/resolv.conf "$root/etc/resolv.conf"
  rm -rf "$root/packages"
  mkdir "$root/packages"
  cp "$packages"/*.deb tests/install/user.cpp tests/package.sh "$root/packages"
  mount -t proc proc "$root/proc"
  mount --rbind /dev "$root/dev"
  exec chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
    ${http_proxy:+http_proxy="$http_proxy"} sh /packages/package.sh --inside' &
inside=$!
trap 'kill -KILL $inside; sleep 1; exit 1' HUP INT TERM
wait $inside
