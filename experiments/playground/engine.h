// The playground for a caller without C++: numbers and text in, numbers and text out. WebAssembly exports
// these functions; the same functions run natively in the tests.
#pragma once

#include <cstddef>

extern "C" {

/// A playground: owns its runs and the memory of the last answer of each function.
struct sandgrad_playground;

/// Memory for a text that the caller writes, of `bytes` bytes; free it by sandgrad_free.
char* sandgrad_allocate(std::size_t bytes);
void sandgrad_free(char* memory);

/// `arguments`: flags of `sandgrad train`, one word a line. Free the result by sandgrad_delete. This and the
/// functions below throw sand::Error. WebAssembly has no exceptions here: there the error ends the call and
/// the instance (wasm/thrown.cpp).
sandgrad_playground* sandgrad_new(const char* arguments);
void sandgrad_delete(sandgrad_playground* playground);

void sandgrad_step(sandgrad_playground* playground, int updates);
int sandgrad_steps(const sandgrad_playground* playground);

// Texts, valid until the next call that returns a text. `erm` chooses plain training in place of the method.
const char* sandgrad_description(sandgrad_playground* playground);  ///< Playground::description()
const char* sandgrad_hash(sandgrad_playground* playground, int erm);
const char* sandgrad_weight_name(sandgrad_playground* playground, int column);
const char* sandgrad_explanation(sandgrad_playground* playground, int column);

// Numbers, valid until the next call of the same function; see Playground.
const float* sandgrad_gradients(sandgrad_playground* playground);                       ///< [E, J]
const float* sandgrad_direction(sandgrad_playground* playground);                       ///< [J]
const float* sandgrad_agreement(sandgrad_playground* playground);                       ///< [3, J]
const float* sandgrad_mask(sandgrad_playground* playground, double tau, double k);      ///< [J]
const double* sandgrad_scores(sandgrad_playground* playground, int erm, int examples);  ///< [3]
const float* sandgrad_surface(sandgrad_playground* playground, int erm, int points, int tries);
const float* sandgrad_examples(sandgrad_playground* playground, int domain, int count);
const int* sandgrad_labels(sandgrad_playground* playground, int domain, int count);
const int* sandgrad_predictions(sandgrad_playground* playground, int erm, int domain, int count);
}
