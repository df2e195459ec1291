#include "tensor/foreign_format.h"

namespace sand {

ForeignFormat foreign_format(std::string_view beginning) {
  const auto begins = [&](std::string_view magic) { return beginning.starts_with(magic); };
  const auto names = [&](std::string_view part) {
    return beginning.find(part) != std::string_view::npos;
  };  // header of the first file of a zip
  const std::string torch =
      "in Python: safetensors.torch.save_file(torch.load(OLD, weights_only=True), NEW), of a state_dict";

  if (begins("version https://git-lfs"))
    return {"a git-lfs pointer, not the file that it stands for", "git lfs pull fetches the file itself"};
  if (begins("PK\3\4") && names("data.pkl")) return {"a zip of PyTorch (.pt, .pth, .bin)", torch};
  if (begins("PK\3\4") && names(".npy"))
    return {"a zip of numpy arrays (.npz)",
            "in Python: safetensors.numpy.save_file(dict(numpy.load(OLD)), NEW)"};
  if (begins("PK\3\4")) return {"a zip archive, perhaps PyTorch's (.pt, .pth)", torch};
  if (beginning.size() >= 2 && beginning[0] == '\x80' && beginning[1] >= 2 && beginning[1] <= 5)
    return {"a pickle, as PyTorch before 1.6 writes it", torch};
  if (begins("GGUF")) return {"GGUF (llama.cpp)", "take the safetensors file that it was made from"};
  if (begins("\x89HDF\r\n"))
    return {"HDF5 (.h5, .keras)", "in Python: read it with h5py, write it with safetensors.numpy.save_file"};
  if (begins("\x93NUMPY"))
    return {"a numpy array (.npy)", "in Python: safetensors.numpy.save_file({NAME: numpy.load(OLD)}, NEW)"};
  if (begins("\x1f\x8b")) return {"gzip data", "unpack it with gunzip"};
  if (begins("<"))
    return {"a page of HTML or XML", "fetch the file again: an error page was saved in its place"};
  if (begins("{"))
    return {"JSON text",
            "name a file that ends in .safetensors; an index of several files (.index.json) lists them"};
  return {};
}

}  // namespace sand
