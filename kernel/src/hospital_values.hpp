// Single values of a hospital's file: texts without blanks at their ends, lists, and amounts.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "amounts.hpp"
#include "batch.hpp"
#include "hospital_rows.hpp"
#include "json.hpp"
#include "values.hpp"

namespace tic::hospital {

// Takes both structures over.
using Emit = std::function<void(Table, ArrowSchema *, ArrowArray *)>;

struct Options {
    int64_t batch_rows = 1 << 17;
    const Scan *scan = nullptr;
    size_t held = size_t{1} << 24;  // HELD of formats/hospital_json.py
};

// An amount, or the text of what is none that fits; blank where neither is there.
struct Cell {
    bool is_amount = false;
    int64_t units = 0;
    std::string printed;
    bool blank() const { return !is_amount && printed.empty(); }
    void reset() {
        is_amount = false;
        printed.clear();
    }
};

// What the reader's parts share: the JSON, the flags of the row at hand, counts, the way out.
class Values {
public:
    Values(Window &window, Emit emit, Options options)
        : json(window, *options.scan), emit_(std::move(emit)), options_(options) {}

    Json json;
    Flags flags = 0;
    size_t held = 0;  // bytes that are kept for a while
    std::array<Batch, TABLES> batches;
    std::array<std::array<int64_t, ODDITIES>, TABLES> odd{};
    std::array<std::array<int64_t, AMOUNT_ODDITIES>, AMOUNTS> odd_amounts{};

    void count(Table table, Flags found) {
        for (; found; found &= found - 1) ++odd[table][size_t(__builtin_ctz(found))];
    }
    // A row of a table is whole.
    void close(Table table) {
        Batch &batch = batches[table];
        batch.rows.close();
        if (batch.rows.rows() >= options_.batch_rows || batch.heavy) [[unlikely]] flush(table);
    }
    void flush(Table table) {
        batches[table].leave(
            [&](ArrowSchema *schema, ArrowArray *array) { emit_(table, schema, array); });
    }

    // Read an object; that it has keys which are not known is noted.
    template <size_t N, class Read>
    void members(const Keys<N> &keys, Read &&read) {
        json.members(keys, read);
        if (json.passed) flags |= bit(key_unknown);
    }
    // The same, or null; any other value is passed and noted.
    template <size_t N, class Read>
    void part(const Keys<N> &keys, Oddity other, Read &&read) {
        if (json.peek() == '{') return members(keys, read);
        if (json.null()) return;
        json.skip();
        flags |= bit(other);
    }
    // Read an array, or null.
    template <class Read>
    void each(Read &&read) {
        if (!json.null()) json.elements(read);
    }

    // So much more is kept.
    void weigh(size_t size) {
        held += size;
        if (held > options_.held) [[unlikely]] json.fail("element_too_long", json.offset());
    }
    void hold(std::string_view text) { weigh(8 + text.size()); }

    // Text, empty where it is null or blank; `kept` is weighed.
    void text(std::string &out);
    void kept(std::string &out) {
        text(out);
        if (!out.empty()) hold(out);
    }
    // The text read last was empty, and not only blank: noted.
    void note_empty(Oddity name) {
        if (empty_) flags |= bit(name);
    }
    // A text or a number; which of them is noted.
    void drug_unit(std::string &out);
    // Passes a value; whether it is a text, for which a number, which is noted, may stand.
    bool present();
    // true or false, in quotes or not.
    void truth(std::string &out);
    // A list of texts, or one; modifiers may stand together in one text.
    void texts(std::vector<std::string> &out, Oddity empty);
    void modifiers(std::vector<std::string> &out);
    // A number, a text, or null; what is odd about it is counted.
    void amount(size_t which, Cell &out);

private:
    Emit emit_;
    Options options_;
    std::string one_;
    bool empty_ = false;

    bool raw(std::string &out);
    template <class Take>
    void several(Take &&take, bool note_lone);
};

inline void add(Strings &column, std::string_view text) {
    if (text.empty()) column.add_null();
    else column.add(text);
}
inline void add(TextList &column, const std::vector<std::string> &texts) {
    if (texts.empty()) return column.add_null();
    for (const std::string &text : texts) column.items.add(text);
    column.close();
}
inline void add(Money &column, const Cell &cell) {
    column.add(!cell.blank(), cell.is_amount, cell.units, cell.printed);
}

}  // namespace tic::hospital
