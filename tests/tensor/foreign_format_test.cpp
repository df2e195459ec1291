#include "tensor/foreign_format.h"

#include <doctest/doctest.h>

#include <string>

#include "tensor/error.h"
#include "tensor/safetensors.h"

using sand::foreign_format;

namespace {

/// The error of reading a file with this content.
std::string complaint(const std::string& content) {
  try {
    sand::Safetensors::parse(std::as_bytes(std::span(content)), "w.safetensors");
  } catch (const sand::Error& error) {
    CHECK(error.fault() == sand::Fault::data);
    return error.what();
  }
  return "";
}

std::string zip_of(const std::string& first_file) {
  return std::string("PK\3\4", 4) + std::string(26, '\0') + first_file;
}

const std::string kTorch =
    "\n    hint: in Python: safetensors.torch.save_file(torch.load(OLD, weights_only=True), NEW), of a "
    "state_dict";

}  // namespace

TEST_CASE("An error names a file format other than safetensors and says what to do") {
  const std::string rule = "safetensors: this is another kind of file\n    file  w.safetensors\n    found ";
  CHECK(complaint("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n") ==
        rule +
            "a git-lfs pointer, not the file that it stands for\n    hint: git lfs pull fetches the file "
            "itself");
  CHECK(complaint(zip_of("archive/data.pkl")) == rule + "a zip of PyTorch (.pt, .pth, .bin)" + kTorch);
  CHECK(complaint(zip_of("")) == rule + "a zip archive, perhaps PyTorch's (.pt, .pth)" + kTorch);
  CHECK(complaint("\x80\2\x8a\nl\xfc\x9c\x46\xf9\x20\x6a\xa8") ==
        rule + "a pickle, as PyTorch before 1.6 writes it" + kTorch);
  CHECK(complaint(zip_of("w.npy")) == rule +
                                          "a zip of numpy arrays (.npz)\n    hint: in Python: "
                                          "safetensors.numpy.save_file(dict(numpy.load(OLD)), NEW)");
  CHECK(complaint("\x93NUMPY\1v{'descr'") == rule +
                                                 "a numpy array (.npy)\n    hint: in Python: "
                                                 "safetensors.numpy.save_file({NAME: numpy.load(OLD)}, NEW)");
  CHECK(complaint("GGUF\3\0\0\0" + std::string(8, '\0')) ==
        rule + "GGUF (llama.cpp)\n    hint: take the safetensors file that it was made from");
  CHECK(complaint("\x89HDF\r\n\x1a\n") == rule +
                                              "HDF5 (.h5, .keras)\n    hint: in Python: read it with h5py, "
                                              "write it with safetensors.numpy.save_file");
  CHECK(complaint("<!DOCTYPE html>") ==
        rule + "a page of HTML or XML\n    hint: fetch the file again: an error page was saved in its place");
  CHECK(complaint(R"({"metadata": {}, "weight_map": {}})") ==
        rule +
            "JSON text\n    hint: name a file that ends in .safetensors; an index of several files "
            "(.index.json) lists them");
}

TEST_CASE("Gzip data is recognized even if its first bytes are a valid header length") {
  const std::string header("\x1f\x8b\x08\0\0\0\0\0", 8);  // 559,903, had it been a length
  for (const std::size_t size : {10u, 600'000u})
    CHECK(complaint(header + std::string(size, '\1'))
              .find("found gzip data\n    hint: unpack it with gunzip") != std::string::npos);
}

TEST_CASE("An unknown beginning has no format name") {
  for (const char* beginning : {"", "P", "\x80", "\x80\7", "GGU", "version 2"})
    CHECK(foreign_format(beginning).name.empty());
}
