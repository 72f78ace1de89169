// One reading of bytes in memory, its rows let go: for the runners.
#pragma once

#include <algorithm>
#include <string>

#include "tic.hpp"

namespace tic {

// Counts as text, or "reason@offset pointer".
inline std::string once(const std::string &data, size_t chunk, std::string_view level, bool filter) {
    Options options;
    options.batch_rows = 100;
    options.scan = find_scan(level);
    options.limits = {4, 4, 16, 4, 16, 300, 600};
    if (filter) options.codes = {"64640", "99213"};
    size_t at = 0;
    std::string piece;  // of its own, so that reading past it is seen
    const auto source = [&]() -> std::string_view {
        const size_t size = std::min(chunk, data.size() - at);
        piece = std::string(data, at, size);
        piece.shrink_to_fit();
        at += size;
        return piece;
    };
    int64_t rows = 0;
    const auto emit = [&](Table, ArrowSchema *schema, ArrowArray *array) {
        rows += array->length;
        schema->release(schema);
        array->release(array);
        delete schema;
        delete array;
    };
    try {
        const Result result = parse(source, emit, options);
        std::string out = result.kind + " " + std::to_string(rows);
        for (const auto &[name, count] : result.counts) out += " " + name + std::to_string(count);
        return out;
    } catch (const Error &error) {
        return error.reason + "@" + std::to_string(error.offset) + " " + error.pointer();
    }
}

}  // namespace tic
