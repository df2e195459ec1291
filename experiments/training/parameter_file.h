// Reads and writes blocks with one number per weight as tensors of a file: PREFIX + name of the slot, in the
// slot's shape.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "autograd/parameters.h"
#include "experiments/setup/models.h"
#include "tensor/safetensors.h"

namespace sand::experiments {

/// Fills the block [J]. Throws Error(data) for a tensor that is missing or has another shape, or for a number
/// that conversion would change.
void read_block(const Safetensors& file, const std::string& prefix, const Parameters& parameters,
                std::span<Scalar> block);
void write_block(Safetensors& file, const std::string& prefix, const Parameters& parameters,
                 const Scalar* block);

/// Numbers as one tensor F64 [n]; no numbers as no tensor. Reading throws Error(data) for a tensor of another
/// type and for a number that is not finite.
std::vector<double> read_doubles(const Safetensors& file, const std::string& name);
void write_doubles(Safetensors& file, const std::string& name, const std::vector<double>& numbers);

/// The weights, with the description of their model as metadata.
Safetensors weights_file(const Model& model);

/// Takes one line about a tensor that was not taken from a file.
using LeftOutTensor = std::function<void(const std::string& line)>;

/// Fills the weights from a file, for example of PyTorch. Ignores the other tensors of a checkpoint. Throws
/// Error(data) naming every tensor that is missing, of another shape or unknown, and what reading throws.
/// With `left_out`, takes the tensors that fit, and names there every other one, of the model and of the
/// file; throws Error(data) if none fits.
void load_weights(const std::string& path, Parameters& parameters, const LeftOutTensor& left_out = nullptr);

}  // namespace sand::experiments
