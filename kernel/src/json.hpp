// Strict JSON, step by step, over a sliding window. formats/tic_json.py is its specification.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <exception>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "scan.hpp"
#include "window.hpp"

namespace tic {

inline constexpr int DEPTH = 128;
inline constexpr size_t TOKEN = size_t{1} << 22;

struct Error {
    std::string reason;
    uint64_t offset;
    std::string context;
    std::vector<std::string> path;  // innermost step first

    std::string pointer() const {
        std::string out;
        for (auto step = path.rbegin(); step != path.rend(); ++step) {
            out += '/';
            for (char c : *step) {
                if (c == '~') out += "~0";
                else if (c == '/') out += "~1";
                else out += c;
            }
        }
        return out;
    }
};

inline bool is_digit(int byte) { return byte >= '0' && byte <= '9'; }
inline bool begins_number(int byte) { return byte == '-' || is_digit(byte); }

// A string as printed between its quotes; `escaped` where it has to be decoded. It is checked
// already. The view holds until the window moves.
struct Raw {
    std::string_view text;
    bool escaped;
};

inline int hex_of(uint8_t c) {
    if (is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

inline void append_utf8(std::string &out, uint32_t c) {
    if (c < 0x80) {
        out += char(c);
    } else if (c < 0x800) {
        out += char(0xC0 | c >> 6);
        out += char(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        out += char(0xE0 | c >> 12);
        out += char(0x80 | (c >> 6 & 0x3F));
        out += char(0x80 | (c & 0x3F));
    } else {
        out += char(0xF0 | c >> 18);
        out += char(0x80 | (c >> 12 & 0x3F));
        out += char(0x80 | (c >> 6 & 0x3F));
        out += char(0x80 | (c & 0x3F));
    }
}

// Decode a checked string; `out` is overwritten.
inline void decode(const Raw &raw, std::string &out) {
    if (!raw.escaped) {
        out.assign(raw.text);
        return;
    }
    out.clear();
    const char *p = raw.text.data(), *end = p + raw.text.size();
    const auto unit = [](const char *at) {
        uint32_t value = 0;
        for (int i = 0; i < 4; ++i) value = value << 4 | uint32_t(hex_of(uint8_t(at[i])));
        return value;
    };
    while (p < end) {
        if (*p != '\\') {
            out += *p++;
            continue;
        }
        const char kind = p[1];
        p += 2;
        switch (kind) {
            case 'b': out += '\b'; break;
            case 'f': out += '\f'; break;
            case 'n': out += '\n'; break;
            case 'r': out += '\r'; break;
            case 't': out += '\t'; break;
            case 'u': {
                uint32_t c = unit(p);
                p += 4;
                if (c >= 0xD800 && c < 0xDC00) {
                    c = 0x10000 + ((c - 0xD800) << 10) + (unit(p + 2) - 0xDC00);
                    p += 6;
                }
                append_utf8(out, c);
                break;
            }
            default: out += kind;  // quote, backslash, slash
        }
    }
}

template <size_t N>
using Keys = std::array<std::string_view, N>;

class Json {
public:
    Json(Window &window, const Scan &scan) : window(&window), scan(scan) {}

    Window *window;
    const Scan &scan;
    int depth = 0;
    size_t passed = 0;  // unknown members of the object that was read last

    uint64_t offset() const { return window->offset(); }

    [[noreturn]] void fail(const char *reason, uint64_t offset) const {
        throw Error{reason, offset, std::string(window->around(offset)), {}};
    }
    [[noreturn]] void unexpected() const {
        fail(byte() < 0 ? "unexpected_end" : "unexpected_byte", offset());
    }
    [[noreturn]] void wrong_type() {
        const int c = peek();
        const bool value = c == '"' || c == '{' || c == '[' || c == 't' || c == 'f' || c == 'n' ||
                           begins_number(c);
        if (value) fail("wrong_type", offset());
        unexpected();
    }

    // The next byte, or -1 at the end.
    int byte() const {
        if (window->cur == window->end && !window->more()) return -1;
        return *window->cur;
    }

    // The next byte that is not white space, or -1; white space is passed.
    int peek() {
        const uint8_t c = *window->cur;
        if (c > 0x20 && window->cur != window->end) [[likely]] return c;
        return peek_far();
    }

    // The string whose quote is next.
    Raw string() {
        Window &w = *window;
        const uint64_t start = w.offset();
        w.keep = w.cur;
        ++w.cur;
        bool escaped = false;
        for (;;) {
            w.cur = scan.stop(w.cur, w.end);
            if (w.cur - w.keep - 1 > int64_t(TOKEN)) [[unlikely]] drop_and_fail("token_too_long", start);
            if (w.cur == w.end) {
                if (!w.more()) drop_and_fail("unexpected_end", w.offset());
                continue;
            }
            const uint8_t c = *w.cur;
            if (c == '"') {
                const char *text = reinterpret_cast<const char *>(w.keep) + 1;
                const Raw raw{{text, size_t(reinterpret_cast<const char *>(w.cur) - text)}, escaped};
                ++w.cur;
                w.keep = nullptr;
                return raw;
            }
            if (c < 0x20) drop_and_fail("control_character", w.offset());
            if (c == '\\') {
                escaped = true;
                pass_escapes();
            } else {
                pass_utf8();
            }
        }
    }

    // The number that is next, as printed. The view holds until the window moves.
    std::string_view number() {
        Window &w = *window;
        const uint64_t start = w.offset();
        w.keep = w.cur;
        const auto take = [&] {
            ++w.cur;
            if (w.cur - w.keep > int64_t(TOKEN)) drop_and_fail("token_too_long", start);
        };
        const auto digits = [&] {
            if (!is_digit(byte())) drop_and_unexpected();
            while (is_digit(byte())) take();
        };
        if (byte() == '-') take();
        if (byte() == '0') take();
        else digits();
        if (byte() == '.') {
            take();
            digits();
        }
        if (byte() == 'e' || byte() == 'E') {
            take();
            if (byte() == '+' || byte() == '-') take();
            digits();
        }
        const std::string_view out(reinterpret_cast<const char *>(w.keep), size_t(w.cur - w.keep));
        w.keep = nullptr;
        return out;
    }

    // Whether the next value is null; if so it is passed.
    bool null() {
        if (peek() != 'n') return false;
        literal("null");
        return true;
    }

    // "true" or "false" where one is next, which is then passed; empty otherwise.
    std::string_view boolean() {
        const int c = peek();
        if (c != 't' && c != 'f') return {};
        const std::string_view word = c == 't' ? "true" : "false";
        literal(word);
        return word;
    }

    // Check one value of any kind and pass it.
    void skip() {
        const int c = peek();
        if (c == '"') string();
        else if (c == '{') members(Keys<0>{}, [](int) {});
        else if (c == '[') elements([this] { skip(); });
        else if (c == 't') literal("true");
        else if (c == 'f') literal("false");
        else if (c == 'n') literal("null");
        else if (begins_number(c)) number();
        else unexpected();
    }

    // Read an object: `read(k)` for each member whose key is keys[k]; others are checked and passed,
    // and counted in `passed`.
    template <size_t N, class Read>
    void members(const Keys<N> &keys, Read &&read) {
        if (peek() != '{') wrong_type();
        enter();
        uint32_t seen = 0;
        size_t unknown = 0;
        if (peek() == '}') {
            leave();
        } else {
            do unknown += !member(keys, seen, read);
            while (another('}'));
        }
        passed = unknown;
    }

    // Read one member, key and value; whether its key is known.
    template <size_t N, class Read>
    bool member(const Keys<N> &keys, uint32_t &seen, Read &&read) {
        if (peek() != '"') unexpected();
        const uint64_t at = offset();
        Raw raw = string();
        if (raw.escaped) {
            decode(raw, key_);
            raw.text = key_;
        }
        const int known = place_of(keys, raw.text);
        std::string name;
        if (known < 0) name.assign(raw.text);
        else if (seen >> known & 1) fail("duplicate_key", at);
        if (peek() != ':') unexpected();
        ++window->cur;
        peek();
        try {
            if (known < 0) {
                skip();
            } else {
                seen |= 1u << known;
                read(known);
            }
        } catch (Error &error) {
            error.path.emplace_back(known < 0 ? name : std::string(keys[size_t(known)]));
            throw;
        }
        return known >= 0;
    }

    // After a member or element: whether another follows; if not, the bracket is passed.
    bool another(char close) {
        const int c = peek();
        if (c == close) {
            leave();
            return false;
        }
        if (c != ',') unexpected();
        ++window->cur;
        return true;
    }

    void enter() {
        if (++depth > DEPTH) fail("too_deep", offset());
        ++window->cur;
    }

    // Read an array; `read()` takes one element, or `read(index)`, which may take several and
    // then raises the index to that of the last.
    template <class Read>
    void elements(Read &&read) {
        if (peek() != '[') wrong_type();
        enter();
        if (peek() == ']') return leave();
        uint64_t index = 0;
        do {
            peek();
            try {
                if constexpr (std::is_invocable_v<Read, uint64_t &>) read(index);
                else read();
            } catch (Error &error) {
                error.path.emplace_back(std::to_string(index));
                throw;
            }
            ++index;
        } while (another(']'));
    }

    // Pass an object or array by its brackets and strings alone; its bytes go to `kept`, if given.
    void leap(std::string *kept, size_t most) {
        Window &w = *window;
        const uint64_t begun = w.offset();
        Leap state;
        do {
            if (w.cur == w.end && !w.more()) fail("unexpected_end", w.offset());
            const uint8_t *from = w.cur;
            w.cur = scan.leap(state, from, w.end);
            if (kept) {
                if (w.offset() - begun > most) fail("too_long_to_keep", begun);
                kept->append(reinterpret_cast<const char *>(from), size_t(w.cur - from));
            }
        } while (state.depth > 0);
    }

    // Read the whole document.
    template <class Read>
    void document(Read &&read) {
        Window &w = *window;
        while (w.end - w.cur < 3 && w.more()) {}
        if (w.end - w.cur >= 3 && w.cur[0] == 0xEF && w.cur[1] == 0xBB && w.cur[2] == 0xBF) w.cur += 3;
        if (peek() < 0) fail("unexpected_end", offset());
        read();
        if (peek() >= 0) fail("trailing_data", offset());
    }

private:
    std::string key_;

    template <size_t N>
    static int place_of(const Keys<N> &keys, std::string_view text) {
        for (size_t k = 0; k < N; ++k)
            if (keys[k].size() == text.size() &&
                std::memcmp(keys[k].data(), text.data(), text.size()) == 0)
                return int(k);
        return -1;
    }
    [[gnu::noinline]] int peek_far() {
        for (;;) {
            if (window->cur == window->end) {
                if (!window->more()) return -1;
                continue;
            }
            const uint8_t c = *window->cur;
            if (c != ' ' && c != '\n' && c != '\r' && c != '\t') return c;
            ++window->cur;
        }
    }
    void leave() {
        --depth;
        ++window->cur;
    }
    [[noreturn]] void drop_and_fail(const char *reason, uint64_t offset) {
        window->keep = nullptr;
        fail(reason, offset);
    }
    [[noreturn]] void drop_and_unexpected() {
        window->keep = nullptr;
        unexpected();
    }
    void literal(std::string_view word) {
        for (char expected : word) {
            if (byte() != uint8_t(expected)) unexpected();
            ++window->cur;
        }
    }
    int must() {
        const int c = byte();
        if (c < 0) drop_and_fail("unexpected_end", offset());
        return c;
    }
    // The backslash is next; the unit it stands for, or 0 for those of one letter.
    uint32_t pass_escape() {
        const uint64_t at = offset();
        ++window->cur;
        const int kind = must();
        ++window->cur;
        if (kind == '"' || kind == '\\' || kind == '/' || kind == 'b' || kind == 'f' ||
            kind == 'n' || kind == 'r' || kind == 't')
            return 0;
        if (kind != 'u') drop_and_fail("invalid_escape", at);
        uint32_t unit = 0;
        for (int i = 0; i < 4; ++i) {
            const int digit = hex_of(uint8_t(must()));
            if (digit < 0) drop_and_fail("invalid_escape", at);
            unit = unit << 4 | uint32_t(digit);
            ++window->cur;
        }
        return unit;
    }
    void pass_escapes() {
        const uint64_t at = offset();
        const uint32_t unit = pass_escape();
        if (unit < 0xD800 || unit > 0xDFFF) return;
        if (unit >= 0xDC00) drop_and_fail("lone_surrogate", at);
        if (must() != '\\') drop_and_fail("lone_surrogate", at);
        const uint32_t low = pass_escape();
        if (low < 0xDC00 || low > 0xDFFF) drop_and_fail("lone_surrogate", at);
    }
    // A byte of 8 bits is next: one well-formed sequence (Unicode table 3-7).
    void pass_utf8() {
        const uint64_t at = offset();
        const int lead = must();
        int more = 0, low = 0x80, high = 0xBF;
        if (lead >= 0xC2 && lead <= 0xDF) more = 1;
        else if (lead >= 0xE0 && lead <= 0xEF) {
            more = 2;
            if (lead == 0xE0) low = 0xA0;
            if (lead == 0xED) high = 0x9F;
        } else if (lead >= 0xF0 && lead <= 0xF4) {
            more = 3;
            if (lead == 0xF0) low = 0x90;
            if (lead == 0xF4) high = 0x8F;
        } else {
            drop_and_fail("invalid_utf8", at);
        }
        ++window->cur;
        for (; more; --more, low = 0x80, high = 0xBF) {
            const int c = must();
            if (c < low || c > high) drop_and_fail("invalid_utf8", at);
            ++window->cur;
        }
    }
};

}  // namespace tic
