// The reader of payer Transparency-in-Coverage files. formats/tic.py is its specification.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "arrow.hpp"
#include "intern.hpp"
#include "json.hpp"

namespace tic {

// Tables of what repeats begin anew when they are this full; the plain reader does the same.
struct Limits {
    size_t terms = size_t{1} << 16, sets = size_t{1} << 16, members = size_t{1} << 22;
    size_t groups = size_t{1} << 18, npis = size_t{1} << 22, leapt = size_t{1} << 26;
};
// Memory of bytes already seen only saves time; beyond this it begins anew.
inline constexpr size_t MOST_SEEN = size_t{24} << 20;

enum Table { FILE_, GROUP, SET, ITEM, PRICE, TERMS, ALLOWED, PLAN, LISTED, TABLES };
inline constexpr std::array<const char *, TABLES> TABLE_NAMES = {
    "tic_file", "tic_provider_group", "tic_provider_set", "tic_item", "tic_price",
    "tic_terms", "tic_allowed_amount", "tic_index_plan", "tic_index_file"};

#define TIC_ODDITIES(X)                                                                        \
    X(number_as_text) X(scalar_as_list) X(null_in_list) X(group_id_as_string)                  \
    X(npi_as_string) X(npi_unreadable) X(reference_as_string) X(group_id_not_integer)          \
    X(tin_type_case) X(tin_type_unknown) X(npi_length) X(npi_check_digit) X(code_missing)      \
    X(code_lower_case) X(code_type_unknown) X(arrangement_unknown) X(negotiated_type_unknown)  \
    X(billing_class_unknown) X(setting_unknown) X(expiration_not_a_date) X(rate_does_not_fit)  \
    X(rate_zero) X(rate_negative) X(rate_as_string) X(reference_and_inline) X(no_providers)    \
    X(no_rates) X(rate_without_prices) X(group_id_repeated) X(dangling_reference)              \
    X(charge_not_a_number) X(location_missing) X(allowed_amount_files)

enum Oddity {
#define X(name) name,
    TIC_ODDITIES(X)
#undef X
        ODDITIES
};
inline constexpr std::array<const char *, ODDITIES> ODDITY_NAMES = {
#define X(name) #name,
    TIC_ODDITIES(X)
#undef X
};
using Flags = uint64_t;
constexpr Flags bit(Oddity oddity) { return Flags{1} << oddity; }

struct Text {
    std::string value;
    bool null = true;
    std::string_view view() const { return value; }
    void reset() { null = true; value.clear(); }
};
struct Texts {
    std::vector<std::string> items;
    bool null = true;
    void reset() { null = true; items.clear(); }
};

// Bytes of a value, one after another, to compare and to keep.
inline void put(std::string &out, const void *bytes, size_t size) {
    out.append(static_cast<const char *>(bytes), size);
}
template <class T>
void put_number(std::string &out, T value) { put(out, &value, sizeof value); }
inline void put_text(std::string &out, const Text &text) {
    put_number<int64_t>(out, text.null ? -1 : int64_t(text.value.size()));
    if (!text.null) out += text.value;
}
inline void put_texts(std::string &out, const Texts &texts) {
    put_number<int64_t>(out, texts.null ? -1 : int64_t(texts.items.size()));
    for (const std::string &item : texts.items) {
        put_number<int64_t>(out, int64_t(item.size()));
        out += item;
    }
}
template <class T>
T take_number(const char *&p) {
    T value;
    std::memcpy(&value, p, sizeof value);
    p += sizeof value;
    return value;
}
// Null where `null` comes out true.
inline std::string_view take_text(const char *&p, bool &null) {
    const auto size = take_number<int64_t>(p);
    null = size < 0;
    if (null) return {};
    const std::string_view out(p, size_t(size));
    p += size;
    return out;
}

using TextList = Lists<Strings>;

// One table's rows on their way out.
struct Batch {
    Struct rows;
    Field schema;
    void define(const char *name) { schema = {name, "+s", false, {}}; }
    void column(Field field, Column &column) {
        schema.children.push_back(std::move(field));
        rows.columns.push_back(&column);
    }
    void number(const char *name, Column &c) { column({name, "i", false, {}}, c); }
    void text(const char *name, Column &c, bool nullable = true) {
        column({name, "u", nullable, {}}, c);
    }
    void texts(const char *name, Column &c) {
        column({name, "+l", true, {{"item", "u", false, {}}}}, c);
    }
};

// Takes both structures over.
using Emit = std::function<void(Table, ArrowSchema *, ArrowArray *)>;

struct Options {
    std::optional<std::vector<std::string>> codes;
    int64_t batch_rows = 1 << 17;
    const Scan *scan = nullptr;
    Limits limits;
};

struct Result {
    std::string kind;
    uint64_t bytes = 0;
    std::map<std::string, int64_t> counts;
};

// What the parts of the reader share: the JSON, the flags of the row at hand, counts, and the way
// out for rows.
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
    void flush(Table table) {
        Batch &batch = batches[table];
        if (batch.rows.rows() == 0) return;
        auto *schema = new ArrowSchema{};
        auto *array = new ArrowArray{};
        export_schema(batch.schema, schema);
        batch.rows.export_array(array);
        emit(table, schema, array);
    }
    void flush_full() {
        for (int t = 0; t < TABLES; ++t)
            if (batches[size_t(t)].rows.rows() >= options.batch_rows) flush(Table(t));
    }
};

void add_text(Strings &column, const Text &text);
void add_texts(TextList &column, const Texts &texts);

// Provider entries by number, in order of first appearance as definition or use.
class Providers {
public:
    explicit Providers(Shared &shared);

    void reference();
    void of_file();
    // Append the numbers of a rate's entries.
    void referenced(std::vector<int32_t> &out);
    void inlined(std::vector<int32_t> &out);
    void tin(Text *three);
    void npis(std::vector<int64_t> &out, bool &null);
    uint32_t number_of(const Text *tin, const std::vector<int64_t> &npis, bool null, Flags odd);
    void finish();
    // Numbers of inline groups hold as long as this is the same.
    uint32_t epoch = 0;
    int64_t read = 0, kept = 0, merged = 0, unreferenced = 0, no_id = 0;

private:
    Shared &s_;
    uint32_t last_ = 0;
    Interner tokens_, inlined_, raw_groups_, networks_;
    size_t inlined_npis_ = 0;
    std::vector<uint32_t> defined_;  // by number: groups defined, for references
    std::vector<bool> used_;
    std::vector<std::string> kept_;  // definitions, block by block
    std::string key_, token_;
    Text tin_[3];
    std::vector<int64_t> npis_;

    struct {
        Numbers<int32_t> provider, group;
        Strings kind, id;
        TextList networks;
        Strings location, tin_type, tin, business_name;
        Lists<Numbers<int64_t>> npi;
    } c_;

    uint32_t next();
    uint32_t of_token(std::string_view token);
    void group(Flags &odd);
    int64_t npi(Flags &flags);
    void write(uint32_t provider, uint32_t group, std::string_view kind,
               std::optional<std::string_view> id, uint32_t networks,
               std::optional<std::string_view> location, const char *content, Flags odd);
};

// Throws Error; what was emitted before it is then of no account.
Result parse(Source source, Emit emit, Options options);

// The exact value of a JSON number in ten-thousandths; false where it does not fit 14 + 4 digits.
bool amount_of(std::string_view token, int64_t &units);
bool is_number(std::string_view text);

}  // namespace tic
