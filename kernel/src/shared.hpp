// What the parts of the reader share: the JSON, the flags of the row at hand, counts, and the way
// out for rows.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json.hpp"
#include "rows.hpp"
#include "values.hpp"

namespace tic {

// Tables of what repeats begin anew when they are this full; the plain reader does the same.
struct Limits {
    size_t terms = size_t{1} << 16, sets = size_t{1} << 16, members = size_t{1} << 22;
    size_t groups = size_t{1} << 18, npis = size_t{1} << 22, leapt = size_t{1} << 26;
    size_t text = size_t{1} << 25;
};
// Memory of bytes already seen only saves time; beyond this it begins anew.
inline constexpr size_t MOST_SEEN = size_t{24} << 20;

struct Options {
    std::optional<std::vector<std::string>> codes;
    int64_t batch_rows = 1 << 17;
    const Scan *scan = nullptr;
    Limits limits;
};

struct Shared {
    Json json;
    Emit emit;
    Options options;
    Flags flags = 0;
    std::array<std::array<int64_t, ODDITIES>, TABLES> odd{};
    std::array<Batch, TABLES> batches;

    Shared(Window &window, Emit emit, Options options)
        : json(window, *options.scan), emit(std::move(emit)), options(std::move(options)) {}

    void count(Table table, Flags found) {
        for (; found; found &= found - 1) ++odd[table][size_t(__builtin_ctzll(found))];
    }
    Flags begin() { return std::exchange(flags, 0); }
    Flags end(Flags outer) { return std::exchange(flags, outer); }

    void text(Text &out);
    void texts(Texts &out);
    // A number or string as printed; a string is noted.
    std::string_view token(Oddity quoted, std::string &held);
    // An array, or null.
    template <class Read>
    void each(Read &&read) {
        if (!json.null()) json.elements(read);
    }
    // A row, or several, of a table are whole; its batch leaves once there is enough in it.
    void close(Table table, size_t rows = 1) {
        Batch &batch = batches[table];
        batch.rows.close(rows);
        if (batch.rows.rows() >= options.batch_rows || batch.heavy) [[unlikely]] flush(table);
    }
    void flush(Table table) {
        batches[table].leave(
            [&](ArrowSchema *schema, ArrowArray *array) { emit(table, schema, array); });
    }
};

}  // namespace tic
