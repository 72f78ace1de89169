#include "hospital_values.hpp"

namespace tic::hospital {
namespace {

// How many bytes of a blank character stand at the beginning, or at the end.
size_t blank_first(std::string_view text) {
    if (text.empty()) return 0;
    const char c = text[0];
    if (c == ' ' || (c >= '\t' && c <= '\r')) return 1;
    if (text.starts_with("\xC2\xA0")) return 2;
    return text.starts_with("\xEF\xBB\xBF") ? 3 : 0;
}
size_t blank_last(std::string_view text) {
    if (text.empty()) return 0;
    const char c = text.back();
    if (c == ' ' || (c >= '\t' && c <= '\r')) return 1;
    if (text.ends_with("\xC2\xA0")) return 2;
    return text.ends_with("\xEF\xBB\xBF") ? 3 : 0;
}
std::string_view trimmed(std::string_view text) {
    while (const size_t size = blank_first(text)) text.remove_prefix(size);
    while (const size_t size = blank_last(text)) text.remove_suffix(size);
    return text;
}

// Digits with at most one point, a sign and a power of ten.
bool is_loose_number(std::string_view text) {
    size_t i = 0;
    const auto at = [&] { return i < text.size() ? text[i] : '\0'; };
    const auto digits = [&] {
        const size_t from = i;
        while (is_digit(at())) ++i;
        return i - from;
    };
    if (at() == '-') ++i;
    size_t figures = digits();
    if (at() == '.') {
        ++i;
        figures += digits();
    }
    if (figures == 0) return false;
    if (at() == 'e' || at() == 'E') {
        ++i;
        if (at() == '+' || at() == '-') ++i;
        if (digits() == 0) return false;
    }
    return i == text.size();
}

constexpr int64_t UNIT = 10000, NINES = 999999999;

}  // namespace

bool Values::raw(std::string &out) {
    const int c = json.peek();
    empty_ = false;
    if (c == '"') {
        const Raw found = json.string();
        empty_ = found.text.empty();
        if (found.escaped) {
            decode(found, out);
            const std::string_view text = trimmed(out);
            if (text.size() != out.size()) out = std::string(text);
        } else {
            out.assign(trimmed(found.text));
        }
        return true;
    }
    out.clear();
    if (begins_number(c)) {
        flags |= bit(number_as_text);
        out.assign(json.number());
        return true;
    }
    if (!json.null()) json.wrong_type();
    return false;
}

void Values::text(std::string &out) { raw(out); }

void Values::drug_unit(std::string &out) {
    const int c = json.peek();
    if (begins_number(c)) {
        flags |= bit(drug_unit_as_number);
        out.assign(json.number());
    } else {
        if (c == '"') flags |= bit(drug_unit_as_text);
        raw(out);
    }
    if (!out.empty()) hold(out);
}

bool Values::present() {
    const int c = json.peek();
    const bool number = begins_number(c);
    if (number) flags |= bit(number_as_text);
    else if (json.null()) return false;
    json.skip();
    return number || c == '"';
}

void Values::truth(std::string &out) {
    const std::string_view word = json.boolean();
    if (word.empty()) kept(out);
    else out.assign(word);
}

template <class Take>
void Values::several(Take &&take, bool note_lone) {
    const auto one = [&] {
        if (raw(one_)) take(std::string_view(one_));
        else flags |= bit(null_in_list);
    };
    if (json.peek() == '[') return json.elements(one);
    if (json.null()) return;
    if (note_lone) flags |= bit(scalar_as_list);
    one();
}

void Values::texts(std::vector<std::string> &out, Oddity empty) {
    out.clear();
    several(
        [&](std::string_view text) {
            note_empty(empty);
            if (text.empty()) return;
            hold(text);
            out.emplace_back(text);
        },
        true);
}

void Values::modifiers(std::vector<std::string> &out) {
    out.clear();
    several(
        [&](std::string_view text) {
            note_empty(modifier_empty);
            size_t size = 0;
            const auto part = [&] {
                if (size == 0) return;
                hold(text.substr(0, size));
                out.emplace_back(text.substr(0, size));
                text.remove_prefix(size);
                size = 0;
            };
            while (size < text.size()) {
                const char c = text[size];
                const size_t parts =
                    c == '|' || c == ',' || c == ';' ? 1 : blank_first(text.substr(size));
                if (parts == 0) {
                    ++size;
                    continue;
                }
                part();
                text.remove_prefix(parts);
            }
            part();
        },
        false);
}

void Values::amount(size_t which, Cell &out) {
    auto &odd = odd_amounts[which];
    out.reset();
    std::string_view text;
    if (begins_number(json.peek())) {
        text = json.number();
        // In the window at least 24 bytes can be read.
        const auto *first = reinterpret_cast<const uint8_t *>(text.data());
        out.is_amount = plain_number(first, out.units) == first + text.size();
        if (!out.is_amount) out.is_amount = amount_of(text, out.units);
        if (!out.is_amount) ++odd[DOES_NOT_FIT];
    } else {
        raw(one_);
        text = one_;
        if (text.empty()) return;
        ++odd[AS_STRING];
        const bool number = is_loose_number(text);
        out.is_amount = number && amount_of(text, out.units);
        if (!out.is_amount) ++odd[number ? DOES_NOT_FIT : NOT_A_NUMBER];
    }
    if (!out.is_amount) out.printed.assign(text);
    else if (out.units <= 0) ++odd[out.units ? NEGATIVE : ZERO];
    else if (out.units / UNIT == NINES) ++odd[NINE_NINES];
}

}  // namespace tic::hospital
