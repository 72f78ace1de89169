#include "amounts.hpp"

#include <algorithm>

namespace tic {

bool is_number(std::string_view text) {
    size_t i = 0;
    const auto at = [&] { return i < text.size() ? text[i] : '\0'; };
    const auto digits = [&] {
        const size_t from = i;
        while (is_digit(at())) ++i;
        return i > from;
    };
    if (at() == '-') ++i;
    if (at() == '0') ++i;
    else if (!digits()) return false;
    if (at() == '.') {
        ++i;
        if (!digits()) return false;
    }
    if (at() == 'e' || at() == 'E') {
        ++i;
        if (at() == '+' || at() == '-') ++i;
        if (!digits()) return false;
    }
    return i == text.size();
}

bool amount_of(std::string_view token, int64_t &units) {
    constexpr int64_t most = int64_t{1} << 30;
    size_t i = 0;
    const bool minus = token[0] == '-';
    if (minus) ++i;
    std::string digits;
    int64_t fraction = 0;
    bool after = false;
    for (; i < token.size() && token[i] != 'e' && token[i] != 'E'; ++i) {
        if (token[i] == '.') {
            after = true;
            continue;
        }
        if (after) ++fraction;
        if (!digits.empty() || token[i] != '0') digits += token[i];
    }
    int64_t exponent = 0;
    if (i < token.size()) {
        ++i;
        const bool down = token[i] == '-';
        if (down || token[i] == '+') ++i;
        for (; i < token.size(); ++i) exponent = std::min(most, exponent * 10 + (token[i] - '0'));
        if (down) exponent = -exponent;
    }
    const size_t last = digits.find_last_not_of('0');
    if (last == digits.npos) {
        units = 0;
        return true;
    }
    exponent += int64_t(digits.size() - last - 1) - fraction;
    digits.resize(last + 1);
    if (exponent < -4 || int64_t(digits.size()) + exponent > 14) return false;
    units = 0;
    for (char c : digits) units = units * 10 + (c - '0');
    for (int64_t k = exponent + 4; k > 0; --k) units *= 10;
    if (minus) units = -units;
    return true;
}

void Amounts::read(Amount &out) {
    const int c = s_.json.peek();
    out.present = true;
    out.quoted = c == '"';
    if (out.quoted) {
        decode(s_.json.string(), out.token);
    } else if (begins_number(c)) {
        out.token.assign(s_.json.number());
    } else if (s_.json.null()) {
        out.present = false;
    } else {
        s_.json.wrong_type();
    }
}

bool Amounts::usable(const Amount &found) {
    if (!found.present) ++missing;
    else if (!is_number(found.token)) ++not_number;
    else return true;
    return false;
}

bool Amounts::units_of(const Amount &found, int64_t &units, Table table) {
    const bool fits = amount_of(found.token, units);
    Flags odd = found.quoted ? bit(rate_as_string) : 0;
    if (!fits) odd |= bit(rate_does_not_fit);
    else count_odd(units, table);
    s_.count(table, odd);
    return fits;
}

}  // namespace tic
