// A user's own arrays as a data set: the inputs, labels and domains of all examples as three tensors.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "domains/domain.h"
#include "domains/tables/table.h"
#include "tensor/safetensors.h"

namespace sand::domains {

struct ArraysOptions {
  TableTask task = TableTask::classify;
  std::uint64_t memory = std::uint64_t{1} << 34;  ///< bytes for the file or the files
  Note note = nullptr;                            ///< one line for each problem
};

/// The tensors of n examples.
struct Arrays {
  StoredTensor x;  ///< [n, ...]: vectors [n, d] or images [n, c, h, w]; F32, F64, or U8 for 0 .. 255
  /// [n], classes: whole numbers; for regression [n] or [n, d] of any numbers, for labels the same of 0 and 1
  StoredTensor y;
  StoredTensor domain;  ///< [n], whole numbers
};

/// Reads a safetensors file with the tensors x, y and domain, or a folder with the files x.npy, y.npy and
/// domain.npy. Domains and classes are the different numbers, in ascending order. Inputs are used as they
/// are, not standardised; U8 is divided by 255. They stay in memory as they are stored.
///
/// Throws what Safetensors and Npy throw; Error(missing) for a folder that lacks one of the files;
/// Error(data), with the file and the tensor, for one that is missing, of another type or shape, for a number
/// in x or y that is not finite in a Scalar, for a label (multilabel) that is not 0 or 1, for more than 4096
/// domains or 1000 classes, and for one class only; Error(resources) if the files do not fit into memory,
/// before they are read.
DataSet arrays(const std::filesystem::path& path, const ArraysOptions& options = {});

/// The same for arrays in memory; messages call them `file`.
DataSet arrays(Arrays tensors, const std::string& file, const ArraysOptions& options = {});

}  // namespace sand::domains
