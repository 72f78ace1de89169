// Texts and lists of texts: as read, as bytes to compare and keep, and as columns.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "arrow.hpp"

namespace tic {

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

inline void add_text(Strings &column, const Text &text) {
    if (text.null) column.add_null();
    else column.add(text.value);
}
// The same of bytes that put_text or put_texts wrote; what follows them.
inline void add_text(Strings &column, const char *&p) {
    bool null;
    const std::string_view text = take_text(p, null);
    if (null) column.add_null();
    else column.add(text);
}
inline void add_texts(TextList &column, const char *&p) {
    auto left = take_number<int64_t>(p);
    if (left < 0) return column.add_null();
    bool null;
    for (; left > 0; --left) column.items.add(take_text(p, null));
    column.close();
}

}  // namespace tic
