// The reader of payer Transparency-in-Coverage files. formats/tic.py is its specification.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "shared.hpp"

namespace tic {

struct Result {
    std::string kind;
    uint64_t bytes = 0;
    std::map<std::string, int64_t> counts;
};

// Throws Error; what was emitted before it is then of no account.
Result parse(Source source, Emit emit, Options options);

}  // namespace tic
