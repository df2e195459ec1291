#include "optim/combiners/agr_rand.h"
#include "optim/combiners/agr_sum.h"
#include "optim/combiners/aligned_mtl.h"
#include "optim/combiners/and_mask.h"
#include "optim/combiners/ca_grad.h"
#include "optim/combiners/con_fig.h"
#include "optim/combiners/constant.h"
#include "optim/combiners/dual_proj.h"
#include "optim/combiners/geometric_mean.h"
#include "optim/combiners/grad_drop.h"
#include "optim/combiners/group_dro_weights.h"
#include "optim/combiners/imtl_g.h"
#include "optim/combiners/krum.h"
#include "optim/combiners/mean_gradient.h"
#include "optim/combiners/mgda.h"
#include "optim/combiners/nash_mtl.h"
#include "optim/combiners/pc_grad.h"
#include "optim/combiners/random_weights.h"
#include "optim/combiners/sand_mask.h"
#include "optim/combiners/sand_mask_snr.h"
#include "optim/combiners/sign_majority.h"
#include "optim/combiners/sum_gradient.h"
#include "optim/combiners/trimmed_mean.h"
#include "optim/combiners/up_grad.h"
#include "optim/combiners/vrex_weights.h"
#include "tensor/registry.h"

namespace sand::optim {
namespace {

Registry<CombinerCard>& registry() {
  static Registry<CombinerCard> cards(
      "combiner", {MeanGradient::card(),   SumGradient::card(), AndMask::card(),     GeometricMean::card(),
                   SandMask::card(),       SandMaskSnr::card(), AgrSum::card(),      AgrRand::card(),
                   SignMajority::card(),   GradDrop::card(),    TrimmedMean::card(), Constant::card(),
                   RandomWeights::card(),  PcGrad::card(),      CaGrad::card(),      Mgda::card(),
                   DualProj::card(),       UpGrad::card(),      ImtlG::card(),       AlignedMtl::card(),
                   NashMtl::card(),        Krum::card(),        ConFig::card(),      VrexWeights::card(),
                   GroupDroWeights::card()});
  return cards;
}

}  // namespace

const std::vector<CombinerCard>& combiners() { return registry().rows(); }
void add_combiner(CombinerCard card) { registry().add(std::move(card)); }

}  // namespace sand::optim
