// One reading of bytes in memory, its rows let go: for the runners.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "hospital.hpp"
#include "tic.hpp"

namespace tic {

// Bytes in chunks of a size, each of its own so that reading past it is seen.
class Chunks {
public:
    Chunks(const std::string &data, size_t size) : data_(data), size_(size) {}
    std::string_view operator()() {
        const size_t size = std::min(size_, data_.size() - at_);
        piece_ = std::string(data_, at_, size);
        piece_.shrink_to_fit();
        at_ += size;
        return piece_;
    }

private:
    const std::string &data_;
    size_t size_, at_ = 0;
    std::string piece_;
};

// What `parse(emit)` says: counts as text, or "reason@offset pointer".
template <class Parse>
std::string told(Parse &&parse) {
    int64_t rows = 0;
    const auto emit = [&](auto, ArrowSchema *schema, ArrowArray *array) {
        rows += array->length;
        schema->release(schema);
        array->release(array);
        delete schema;
        delete array;
    };
    try {
        const auto result = parse(emit);
        std::string out = std::to_string(result.bytes) + " " + std::to_string(rows);
        for (const auto &[name, count] : result.counts) out += " " + name + std::to_string(count);
        return out;
    } catch (const Error &error) {
        return error.reason + "@" + std::to_string(error.offset) + " " + error.pointer();
    }
}

inline std::string once(const std::string &data, size_t chunk, std::string_view level, bool filter) {
    Options options;
    options.batch_rows = 100;
    options.scan = find_scan(level);
    options.limits = {4, 4, 16, 4, 16, 300, 600};
    if (filter) options.codes = {"64640", "99213"};
    Chunks chunks(data, chunk);
    return told([&](auto emit) {
        return parse([&] { return chunks(); }, emit, options);
    });
}

// The same as a hospital's file; with a `filter` little may be kept of an element.
inline std::string once_hospital(const std::string &data, size_t chunk, std::string_view level,
                                 bool filter) {
    const hospital::Options options{100, find_scan(level), filter ? size_t{600} : size_t{1} << 24};
    Chunks chunks(data, chunk);
    return told([&](auto emit) {
        return hospital::parse([&] { return chunks(); }, emit, options);
    });
}

}  // namespace tic
