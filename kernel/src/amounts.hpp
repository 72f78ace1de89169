// Amounts of money: from what is printed to ten-thousandths, and the account of prices.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "shared.hpp"

namespace tic {

bool is_number(std::string_view text);
// The exact value of a JSON number in ten-thousandths; false where it does not fit 14 + 4 digits.
bool amount_of(std::string_view token, int64_t &units);

// A number of at most 14 + 4 digits without exponent, in ten-thousandths; what follows it, or null.
// At least 24 bytes can be read.
inline const uint8_t *plain_number(const uint8_t *p, int64_t &units) {
    const bool minus = *p == '-';
    if (minus) ++p;
    const uint8_t *first = p;
    int64_t value = 0;
    while (is_digit(*p) && p - first < 15) value = value * 10 + (*p++ - '0');
    const auto whole = p - first;
    if (whole == 0 || whole > 14 || (*first == '0' && whole > 1)) return nullptr;
    int decimals = 0;
    if (*p == '.') {
        ++p;
        for (; is_digit(*p); ++p, ++decimals) {
            if (decimals >= 4) return nullptr;
            value = value * 10 + (*p - '0');
        }
        if (decimals == 0) return nullptr;
    }
    if (*p == 'e' || *p == 'E') return nullptr;
    static constexpr int64_t scale[] = {10000, 1000, 100, 10, 1};
    units = value * scale[decimals];
    if (minus) units = -units;
    return p;
}

// A number as printed, or the text of a string.
struct Amount {
    bool present = false, quoted = false;
    std::string token;
};

class Amounts {
public:
    explicit Amounts(Shared &shared) : s_(shared) {}

    void read(Amount &out);
    // Whether a price has its amount; where not, it is rejected by reason.
    bool usable(const Amount &found);
    // Its value, with what is odd about it counted; false where it does not fit.
    bool units_of(const Amount &found, int64_t &units, Table table);
    void count_odd(int64_t units, Table table) {
        if (units <= 0) [[unlikely]] s_.count(table, bit(units == 0 ? rate_zero : rate_negative));
    }
    int64_t prices = 0, kept = 0, missing = 0, not_number = 0;

private:
    Shared &s_;
};

// A column of amounts, and one of the text of those that do not fit.
struct Money {
    Numbers<Decimal> amount;
    Strings printed;

    void define(Batch &batch, const char *name, const char *name_printed) {
        batch.column({name, "d:18,4", true, {}}, amount);
        batch.text(name_printed, printed);
    }
    void add(bool present, bool fits, int64_t units, const std::string &token) {
        if (present && fits) amount.add(units);
        else amount.add_null();
        if (!present || fits) return;
        printed.pad(amount.rows() - 1);
        printed.add(token);
    }
};

}  // namespace tic
