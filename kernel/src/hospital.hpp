// The reader of hospitals' standard-charge files in JSON. formats/hospital_json.py is its
// specification.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "hospital_values.hpp"

namespace tic::hospital {

struct Result {
    uint64_t bytes = 0;
    std::map<std::string, int64_t> counts;
};

// Throws Error; what was emitted before it is then of no account.
Result parse(Source source, Emit emit, Options options);

}  // namespace tic::hospital
