#!/bin/sh
# Builds the playground: the engine as WebAssembly, and one page that contains it.
#     sh experiments/playground/build.sh [FOLDER]
# writes FOLDER/playground.html (default: build/playground). Exit code 69: there is no compiler for it.
set -eu
cd "$(dirname "$0")/../.."
folder=${1:-build/playground}
mkdir -p "$folder/headers"
folder=$(cd "$folder" && pwd)

probe() {
  echo '#include <string>' >"$folder/probe.cpp" &&
    clang++ --target=wasm32-wasi -c "$folder/probe.cpp" -o "$folder/probe.o" &&
    clang++ --target=wasm32-wasi -mexec-model=reactor "$folder/probe.o" -o "$folder/probe.wasm"
}
if ! probe 2>"$folder/probe.txt"; then
  echo "The playground needs a compiler for WebAssembly. On Debian or Ubuntu:" >&2
  echo "    sudo apt-get install clang lld wasi-libc libc++-dev-wasm32 libclang-rt-dev-wasm32" >&2
  echo "clang++ said: $(head -n 1 "$folder/probe.txt")" >&2
  exit 69
fi
rm -f "$folder"/probe.*

# Libraries of headers alone are the same for every machine; other headers of this one must not be found.
for library in /usr/include/eigen3/Eigen /usr/include/nlohmann; do
  ln -sfn "$library" "$folder/headers/"
done
cmake -S experiments/playground/wasm -B "$folder" -G Ninja -DCMAKE_SYSTEM_NAME=Generic \
  -DCMAKE_CXX_COMPILER=clang++ -DCMAKE_CXX_COMPILER_TARGET=wasm32-wasi \
  -DCMAKE_TRY_COMPILE_TARGET_TYPE=STATIC_LIBRARY -DSANDGRAD_HEADERS="$folder/headers" \
  >"$folder/configure.txt" || { cat "$folder/configure.txt" >&2; exit 70; }
cmake --build "$folder" >&2
python3 experiments/playground/page.py "$folder/engine.wasm" "$folder/playground.html"
echo "$folder/playground.html"
