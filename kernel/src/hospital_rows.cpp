#include "hospital_rows.hpp"

#include <algorithm>

#include "json.hpp"

namespace tic::hospital {
namespace {

constexpr std::string_view SETTINGS[] = {"inpatient", "outpatient", "both"};
constexpr std::string_view CLASSES[] = {"professional", "facility", "both"};
constexpr std::string_view DRUG_TYPES[] = {"gr", "me", "ml", "un", "f2", "ea", "gm"};
constexpr std::string_view CODE_TYPES[] = {
    "cpt",     "hcpcs", "icd", "drg",   "ms-drg", "r-drg", "s-drg", "aps-drg", "ap-drg",   "apr-drg",
    "apc",     "ndc",   "hipps", "local", "eapg",   "cdt",   "rc",    "cdm",     "tris-drg", "cmg",
    "ms-ltc-drg"};
constexpr std::string_view METHODOLOGIES[] = {
    "case rate", "fee schedule", "percent of total billed charges", "per diem", "other"};

bool same(std::string_view text, std::string_view word) {
    return std::equal(text.begin(), text.end(), word.begin(), word.end(), [](char a, char b) {
        return (a >= 'A' && a <= 'Z' ? char(a + 32) : a) == b;
    });
}

template <size_t N>
bool among(std::string_view text, const std::string_view (&words)[N]) {
    return std::any_of(std::begin(words), std::end(words),
                       [&](std::string_view word) { return same(text, word); });
}

}  // namespace

bool is_setting(std::string_view text) { return among(text, SETTINGS); }
bool is_billing_class(std::string_view text) { return among(text, CLASSES); }
bool is_drug_type(std::string_view text) { return among(text, DRUG_TYPES); }
bool is_code_type(std::string_view text) { return among(text, CODE_TYPES); }
bool is_methodology(std::string_view text) { return among(text, METHODOLOGIES); }

bool is_count(std::string_view text) {
    if (text == "0" || same(text, "1 through 10")) return true;
    if (text.size() < 2 || text[0] == '0' || text == "10") return false;
    return std::all_of(text.begin(), text.end(), [](char c) { return is_digit(c); });
}

}  // namespace tic::hospital
