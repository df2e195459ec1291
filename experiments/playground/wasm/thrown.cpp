// Exceptions without unwinding: clang 14 compiles `throw` for WebAssembly, but its library cannot unwind.
// A throw hands its message to the page, which abandons the instance. So a `catch` never runs here.
#include <cstdlib>
#include <exception>
#include <typeinfo>

extern "C" {

/// Throws a JavaScript error with this message.
[[noreturn]] __attribute__((import_module("sandgrad"), import_name("thrown"))) void sandgrad_thrown(
    const char* message);

void* __cxa_allocate_exception(std::size_t bytes) noexcept { return std::malloc(bytes); }

/// Everything that is thrown here derives from std::exception alone, so the object begins with it.
[[noreturn]] void __cxa_throw(void* thrown, std::type_info*, void (*)(void*)) {
  sandgrad_thrown(static_cast<const std::exception*>(thrown)->what());
}

[[noreturn]] void __cxa_rethrow() { std::abort(); }
void* __cxa_begin_catch(void*) noexcept { std::abort(); }
void __cxa_end_catch() { std::abort(); }
}
