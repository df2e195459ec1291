#include "optim/combiners/and_mask.h"
#include "optim/card.h"
#include "optim/combiners/mean_gradient.h"
#include "optim/combiners/sand_mask.h"

namespace sand::optim {

const std::vector<CombinerCard>& combiners() {
  static const std::vector<CombinerCard> cards = {MeanGradient::card(), AndMask::card(),
                                                  GeometricMean::card(), SandMask::card()};
  return cards;
}

}  // namespace sand::optim
