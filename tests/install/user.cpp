// A user's program: learns the spirals from four domains and prints the loss before and after.
#include <cstdio>

#include "autograd/domain_gradients.h"
#include "domains/sampler.h"
#include "domains/spirals.h"
#include "nn/mlp.h"
#include "nn/objectives.h"
#include "optim/optimizers/adam.h"
#include "optim/combiners/sand_mask.h"

int main() {
  const sand::domains::Spirals task(
      {.domains = 4, .examples = 256, .dimensions = 0, .turns = 0.5, .seed = 7});
  sand::Parameters parameters;
  const sand::nn::Mlp net(parameters, {.inputs = task.inputs(), .hidden = {32, 32}, .outputs = 2},
                          sand::Random(7));
  sand::DomainGradients engine(net, parameters);
  sand::optim::SandMask mask({.tau = 0.3, .k = 10});
  sand::optim::Adam adam(parameters, {.learning_rate = 1e-2});
  sand::domains::Sampler sampler(task.training(), {.rows = 64});
  double first = 0, last = 0;
  for (unsigned step = 0; step < 200; ++step) {
    const sand::GradientTable& g = engine(sampler.draw(step), sand::nn::CrossEntropy{});
    last = g.losses()[0];
    if (step == 0) first = last;
    adam.step(parameters, mask.combine(g));
  }
  std::printf("%zu bytes, loss %.3f to %.3f\n", sizeof(sand::Scalar), first, last);
  return last < 0.5 * first ? 0 : 1;
}
