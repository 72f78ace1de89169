// The loops where SIMD pays, behind one portable face chosen at run time.
//
// `stop` and `leap` may read up to 64 bytes past `end`; a Window keeps that padding. `same` reads
// the bytes it is given and no others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tic {

// Where a leap over a value by brackets and strings alone stands between two pieces of it.
struct Leap {
    int64_t depth = 0;
    bool inside = false;   // in a string
    bool escaped = false;  // the next byte is hidden by a backslash
};

struct Scan {
    std::string_view name;
    // The first byte in [p, end) that a string cannot pass unseen: quote, backslash, control
    // character, or a byte of more than 7 bits; `end` where there is none.
    const uint8_t *(*stop)(const uint8_t *p, const uint8_t *end);
    // Goes on leaping; past the bracket that brings the depth to 0, or `end` with depth > 0.
    const uint8_t *(*leap)(Leap &state, const uint8_t *p, const uint8_t *end);
    // How many bytes two pieces of one size have in common before they differ.
    size_t (*same)(const uint8_t *one, const uint8_t *other, size_t size);
};

extern const Scan plain_scan;

// The best of this machine, or the one of that name; null where it is not to be had here.
const Scan *find_scan(std::string_view name = {});

}  // namespace tic
