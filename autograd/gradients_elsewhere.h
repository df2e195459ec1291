// The gradients of one domain after the other, at weights that the network does not have.
#pragma once

#include "autograd/domain_gradients.h"
#include "autograd/several_passes.h"

namespace sand {

class GradientsElsewhere final : public GradientsAt {
 public:
  /// `network` is the same function of other weights: it must read them from the tape. `parameters` are the
  /// network's own and must outlive this object.
  GradientsElsewhere(const Network& network, const Parameters& parameters,
                     const DomainGradientsOptions& options)
      : parameters_(parameters), elsewhere_(parameters), engine_(network, elsewhere_, options) {}

  /// The batch and the loss of all calls until the next start().
  void start(const Batch& batch, const Objective& loss);

  Index rows(int domain) const override { return batch_->domains[static_cast<std::size_t>(domain)].size(); }
  std::span<const Scalar> weights() const override { return parameters_.numbers(); }
  double operator()(int domain, Index rows, std::span<const Scalar> weights, std::span<Scalar> gradient,
                    Kinks kinks = Kinks::as_they_are) override;

 private:
  const Parameters& parameters_;
  Parameters elsewhere_;  // the same slots with other numbers
  DomainGradients engine_;
  const Batch* batch_ = nullptr;
  const Objective* loss_ = nullptr;
  Batch one_;  // a copy of the rows of one domain
  int domain_ = -1;
  std::vector<SidesOfPass> sides_;  // of the tiles of the last pass that kept them
};

}  // namespace sand
