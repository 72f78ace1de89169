// The tables that come out, their columns, and what can be odd about a row.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "batch.hpp"

namespace tic {

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

// Takes both structures over.
using Emit = std::function<void(Table, ArrowSchema *, ArrowArray *)>;

}  // namespace tic
