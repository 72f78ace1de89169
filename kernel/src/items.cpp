#include "items.hpp"

#include <algorithm>
#include <utility>

#include "words.hpp"

namespace tic {
namespace {

constexpr Keys<8> ITEM_KEYS = {
    "negotiation_arrangement", "billing_code_type", "billing_code_type_version",
    "billing_code", "severity_of_illness", "bundled_codes", "covered_services",
    "negotiated_rates"};
constexpr Keys<8> ALLOWED_KEYS = {
    "negotiation_arrangement", "billing_code_type", "billing_code_type_version",
    "billing_code", "severity_of_illness", "bundled_codes", "covered_services",
    "allowed_amounts"};

constexpr std::string_view CODE_TYPES[] = {
    "CPT",  "HCPCS", "ICD",   "MS-DRG", "R-DRG", "S-DRG", "APS-DRG", "AP-DRG", "APR-DRG",
    "APC",  "NDC",   "HIPPS", "LOCAL",  "EAPG",  "CDT",   "RC",      "CSTM-ALL"};
constexpr std::string_view ARRANGEMENTS[] = {"ffs", "bundle", "capitation"};

}  // namespace

Items::Items(Shared &shared, Providers &providers)
    : s_(shared), amounts_(shared), terms_(shared), rates_(shared, providers, amounts_, terms_),
      allowed_(shared, providers, amounts_, terms_) {
    if (const auto &codes = s_.options.codes) codes_.emplace(codes->begin(), codes->end());
    Batch &b = s_.batches[ITEM];
    b.define(TABLE_NAMES[ITEM]);
    b.number("item", c_.item);
    b.column({"offset", "l", false, {}}, c_.offset);
    for (size_t i = 0; i < 5; ++i) b.text(ITEM_KEYS[i].data(), c_.text[i]);
    b.column(CodeList::field("bundled_codes"), c_.bundled);
    b.column(CodeList::field("covered_services"), c_.covered);
}

void Items::read(bool in_network) {
    const Keys<8> &keys = in_network ? ITEM_KEYS : ALLOWED_KEYS;
    ++count;
    const Flags outer = s_.begin();
    s_.json.peek();
    const uint64_t offset = s_.json.offset();
    Text text[5];
    std::vector<std::array<Text, 3>> codes[2];
    bool listed[2] = {false, false}, code_read = false;
    std::string left;
    uint64_t left_at = 0;
    int64_t own_rates = 0;
    const auto wanted = [&] {
        return !codes_ || (!text[3].null && codes_->contains(text[3].value));
    };
    s_.json.members(keys, [&](int k) {
        if (k < 5) {
            s_.text(text[k]);
            if (k == 3) code_read = true;
        } else if (k < 7) {
            listed[k - 5] = !s_.json.null();
            if (listed[k - 5]) code_list(codes[k - 5]);
        } else if (!codes_ || (code_read && wanted())) {
            own_rates = read_rates(in_network);
        } else if (s_.json.peek() != '[') {
            if (!s_.json.null()) s_.json.wrong_type();
        } else if (code_read) {
            s_.json.leap(nullptr, 0);
        } else {
            left_at = s_.json.offset();
            s_.json.leap(&left, s_.options.limits.leapt);
        }
    });
    Flags own = s_.end(outer);
    if (!wanted()) {
        ++not_wanted;
        return;
    }
    if (!left.empty()) own_rates = again(left, left_at, keys[7], in_network);
    c_.item.add(count);
    c_.offset.add(int64_t(offset));
    for (size_t i = 0; i < 5; ++i) add_text(c_.text[i], text[i]);
    CodeList *columns[] = {&c_.bundled, &c_.covered};
    for (size_t i = 0; i < 2; ++i) {
        for (const auto &code : codes[i]) columns[i]->add(code.data());
        if (listed[i]) columns[i]->close();
        else columns[i]->add_null();
    }
    s_.close(ITEM);
    ++kept;
    if (text[3].null) {
        own |= bit(code_missing);
    } else if (std::any_of(text[3].value.begin(), text[3].value.end(),
                           [](char c) { return c >= 'a' && c <= 'z'; })) {
        own |= bit(code_lower_case);
    }
    if (!text[1].null && outside(text[1].value, CODE_TYPES)) own |= bit(code_type_unknown);
    if (!text[0].null && outside(text[0].value, ARRANGEMENTS)) own |= bit(arrangement_unknown);
    if (own_rates == 0) own |= bit(no_rates);
    s_.count(ITEM, own);
}

void Items::code_list(std::vector<std::array<Text, 3>> &out) {
    static constexpr Keys<3> keys = {"billing_code_type", "billing_code_type_version",
                                     "billing_code"};
    s_.json.elements([&] {
        out.emplace_back();
        s_.json.members(keys, [&](int k) { s_.text(out.back()[size_t(k)]); });
    });
}

int64_t Items::read_rates(bool in_network) {
    int32_t ordinal = 0;
    s_.each([&] {
        ++ordinal;
        if (in_network) rates_.read(count, ordinal);
        else allowed_.read(count, ordinal);
    });
    rates += ordinal;
    return ordinal;
}

// Rates that stood before the code of their item and turned out to be wanted.
int64_t Items::again(const std::string &left, uint64_t at, std::string_view key, bool in_network) {
    bool given = false;
    Window inner(
        [&]() -> std::string_view {
            return std::exchange(given, true) ? std::string_view{} : std::string_view(left);
        },
        at);
    Window *outer = std::exchange(s_.json.window, &inner);
    try {
        const int64_t found = read_rates(in_network);
        s_.json.window = outer;
        return found;
    } catch (Error &error) {
        s_.json.window = outer;
        error.path.emplace_back(key);
        throw;
    }
}

}  // namespace tic
