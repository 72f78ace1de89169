// The tables of a hospital's file, and what can be odd about a row. formats/hospital_rows.py is
// the specification.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace tic::hospital {

enum Table { FILE_, ITEM, CHARGE, TABLES };
inline constexpr std::array<const char *, TABLES> TABLE_NAMES = {"hospital_file", "hospital_item",
                                                                 "hospital_charge"};

#define HOSPITAL_ODDITIES(X)                                                                  \
    X(number_as_text) X(scalar_as_list) X(null_in_list) X(key_unknown) X(license_not_an_object) \
    X(attestation_not_an_object) X(drug_not_an_object) X(code_type_alone) X(no_code)            \
    X(code_type_missing) X(code_type_unknown) X(setting_unknown) X(billing_class_unknown)       \
    X(drug_type_unknown) X(no_payer) X(modifiers_twice) X(no_amount) X(payer_name_missing)      \
    X(methodology_unknown) X(count_unknown) X(location_empty) X(address_empty)                  \
    X(type_2_npi_empty) X(modifier_empty) X(notes_empty) X(algorithm_empty)                     \
    X(drug_unit_as_number) X(drug_unit_as_text) X(modifier_information_not_an_object)           \
    X(modifier_information_incomplete) X(modifier_setting_unknown)

enum Oddity {
#define X(name) name,
    HOSPITAL_ODDITIES(X)
#undef X
        ODDITIES
};
inline constexpr std::array<const char *, ODDITIES> ODDITY_NAMES = {
#define X(name) #name,
    HOSPITAL_ODDITIES(X)
#undef X
};
using Flags = uint32_t;
static_assert(ODDITIES <= 32);
constexpr Flags bit(Oddity oddity) { return Flags{1} << oddity; }

// Amounts, first those of an item, and what can be odd about each.
enum { GROSS, CASH, MINIMUM, MAXIMUM, ITEM_AMOUNTS, DOLLAR = ITEM_AMOUNTS, PERCENTAGE, ESTIMATED,
       MEDIAN, P10, P90, AMOUNTS };
inline constexpr std::array<const char *, AMOUNTS> AMOUNT_NAMES = {
    "gross", "cash", "minimum", "maximum", "dollar", "percentage", "estimated", "median", "p10",
    "p90"};
enum { ZERO, NEGATIVE, NINE_NINES, DOES_NOT_FIT, NOT_A_NUMBER, AS_STRING, AMOUNT_ODDITIES };
inline constexpr std::array<const char *, AMOUNT_ODDITIES> AMOUNT_ODDITY_NAMES = {
    "zero", "negative", "nine_nines", "does_not_fit", "not_a_number", "as_string"};

// Words of the data dictionaries; letter case does not matter.
bool is_setting(std::string_view text);
bool is_billing_class(std::string_view text);
bool is_drug_type(std::string_view text);
bool is_code_type(std::string_view text);
bool is_methodology(std::string_view text);
// How many remittances: 0, 1 through 10, or a number of 11 and more.
bool is_count(std::string_view text);

}  // namespace tic::hospital
