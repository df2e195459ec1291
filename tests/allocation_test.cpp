// Memory is allocated in the first step and reused in all others: counted at operator new, for the whole test
// program.
#include <doctest/doctest.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <vector>

#include "autograd/domain_gradients.h"
#include "domains/sampler.h"
#include "domains/spirals.h"
#include "nn/mlp.h"
#include "nn/objectives.h"
#include "optim/optimizers/adam.h"
#include "optim/combiners/sand_mask.h"

namespace {

std::atomic<long> allocations = 0;

void* counted(std::size_t bytes, std::size_t alignment) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  void* const block = alignment <= alignof(std::max_align_t)
                          ? std::malloc(bytes)
                          : std::aligned_alloc(alignment, (bytes / alignment + 1) * alignment);
  if (block == nullptr) throw std::bad_alloc();
  return block;
}

[[gnu::noinline]] void release(void* block) noexcept { std::free(block); }

}  // namespace

void* operator new(std::size_t bytes) { return counted(bytes, 1); }
void* operator new[](std::size_t bytes) { return counted(bytes, 1); }
void* operator new(std::size_t bytes, std::align_val_t alignment) {
  return counted(bytes, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t bytes, std::align_val_t alignment) {
  return counted(bytes, static_cast<std::size_t>(alignment));
}
void operator delete(void* block) noexcept { release(block); }
void operator delete[](void* block) noexcept { release(block); }
void operator delete(void* block, std::size_t) noexcept { release(block); }
void operator delete[](void* block, std::size_t) noexcept { release(block); }
void operator delete(void* block, std::align_val_t) noexcept { release(block); }
void operator delete[](void* block, std::align_val_t) noexcept { release(block); }
void operator delete(void* block, std::size_t, std::align_val_t) noexcept { release(block); }
void operator delete[](void* block, std::size_t, std::align_val_t) noexcept { release(block); }

using namespace sand;

TEST_CASE("The counter of allocations sees vectors and tensors") {
  const long before = allocations;
  const std::vector<int> numbers(3);
  const Tensor tensor(Shape{3});
  CHECK(allocations >= before + 2);
}

TEST_CASE("A steady-state step allocates nothing: batch, gradients of all domains, mask and Adam") {
  const domains::Spirals task({.domains = 4, .examples = 512});
  domains::Sampler sampler(task.training(), {.rows = 200});
  Parameters parameters;
  const nn::Mlp net(parameters, {.inputs = task.inputs(), .hidden = {64, 64}, .outputs = 2, .dropout = 0.1},
                    Random(7));
  for (const int threads :
       {1, 2}) {  // one thread has a tape from the first step on, whichever shards it gets
    DomainGradients engine(net, parameters, {.threads = Threads(threads)});
    optim::SandMask mask({.tau = 0.5, .k = 10});
    optim::Adam adam(parameters);
    const nn::CrossEntropy objective;
    const auto step = [&](std::uint32_t number) {
      adam.step(parameters, mask.combine(engine(sampler.draw(number), objective), Threads(threads)),
                Threads(threads));
    };
    for (std::uint32_t number = 0; number < 8; ++number) step(number);
    const long before = allocations;
    for (std::uint32_t number = 8; number < 20; ++number) step(number);
    CHECK(allocations == before);
  }
}

TEST_CASE("A tape with memory reserved like another tape runs its first pass without allocating") {
  Parameters parameters;
  const nn::Mlp net(parameters, {.inputs = 100, .hidden = {300, 300}, .outputs = 2}, Random(7));
  const Tensor x(Shape{64, 100});
  const auto pass = [&](Tape& tape) {
    tape.start(parameters);
    net(tape.constant(x));
  };
  Tape used, fresh;
  pass(used);
  fresh.make_room_like(used);
  const long before = allocations;
  pass(fresh);
  CHECK(allocations == before);
}
