// libFuzzer: no fault under sanitizers, and the same words however the bytes come.
#include <cstdlib>

#include "once.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    if (size == 0) return 0;
    const std::string data(reinterpret_cast<const char *>(bytes) + 1, size - 1);
    const bool filter = bytes[0] & 1;
    const size_t chunk = 1 + (bytes[0] >> 1);
    if (tic::once_hospital(data, chunk, "", filter) != tic::once_hospital(data, size, "plain", filter)) std::abort();
    return 0;
}
