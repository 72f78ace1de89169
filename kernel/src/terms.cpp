#include "terms.hpp"

#include <algorithm>

#include "words.hpp"

namespace tic {
namespace {

constexpr std::string_view TYPES[] = {"negotiated", "derived", "fee schedule", "percentage",
                                      "per diem"};
constexpr std::string_view CLASSES[] = {"professional", "institutional", "both"};
constexpr std::string_view SETTINGS[] = {"inpatient", "outpatient", "both"};

bool is_date(std::string_view text) {
    if (text.size() != 10) return false;
    for (size_t i = 0; i < 10; ++i)
        if (i == 4 || i == 7 ? text[i] != '-' : !is_digit(text[i])) return false;
    return true;
}

Flags oddities(const char *base) {
    Flags odd = 0;
    for (int i = 0; i < 4; ++i) {
        bool null;
        const std::string_view text = take_text(base, null);
        if (null) continue;
        if (i == 0 && outside(text, TYPES)) odd |= bit(negotiated_type_unknown);
        if (i == 1 && !is_date(text)) odd |= bit(expiration_not_a_date);
        if (i == 2 && outside(text, CLASSES)) odd |= bit(billing_class_unknown);
        if (i == 3 && outside(text, SETTINGS)) odd |= bit(setting_unknown);
    }
    return odd;
}

}  // namespace

TermsTable::TermsTable(Shared &shared) : s_(shared) {
    Batch &b = s_.batches[TERMS];
    b.define(TABLE_NAMES[TERMS]);
    b.number("terms", c_.number);
    b.text("negotiated_type", c_.text[0]);
    b.text("expiration_date", c_.text[1]);
    b.text("billing_class", c_.text[2]);
    b.text("setting", c_.text[3]);
    b.texts("service_code", c_.places);
    b.texts("billing_code_modifier", c_.modifiers);
    b.text("additional_information", c_.information);
}

void TermsTable::base_of(const Terms &found, std::string &base) const {
    base.clear();
    for (const Text &text : found.text) put_text(base, text);
    put_texts(base, found.places);
    put_texts(base, found.modifiers);
}

uint32_t TermsTable::number_of(const Terms &found, Flags own) {
    base_of(found, base_);
    const std::string_view information = found.information.view();
    return number_of(base_, hash_of(base_), found.information.null ? nullptr : &information, own);
}

uint32_t TermsTable::number_of(std::string_view base, uint64_t hash,
                               const std::string_view *information, Flags own) {
    uint32_t at = bases_.find(base, hash);
    if (at) {
        if (!information) {
            if (bare_[at]) return bare_[at];
        } else {
            if (const uint32_t number = notes_.find(note(at, *information))) return number;
        }
    }
    if (held_ >= s_.options.limits.terms) {
        bases_.clear();
        notes_.clear();
        held_ = 0;
        at = 0;
        ++epoch;
    }
    if (!at) at = add(base, hash);
    ++held_;
    ++written_;
    if (!information) {
        bare_[at] = written_;
    } else {
        notes_.insert(note(at, *information), written_);
    }
    write(at, information, own);
    return written_;
}

std::string_view TermsTable::note(uint32_t base, std::string_view information) {
    key_.clear();
    put_number(key_, base);
    key_ += information;
    return key_;
}

uint32_t TermsTable::add(std::string_view base, uint64_t hash) {
    const auto at = uint32_t(bases_.size()) + 1;
    bases_.insert(base, hash, at);
    bare_.resize(at);
    bare_.push_back(0);
    odd_.resize(at);
    odd_.push_back(oddities(base.data()));
    return at;
}

void TermsTable::write(uint32_t base, const std::string_view *information, Flags own) {
    const char *p = bases_.key(base - 1).data();
    c_.number.add(int32_t(written_));
    for (Strings &text : c_.text) add_text(text, p);
    add_texts(c_.places, p);
    add_texts(c_.modifiers, p);
    if (information) c_.information.add(*information);
    else c_.information.add_null();
    s_.close(TERMS);
    s_.count(TERMS, own | odd_[base]);
}

}  // namespace tic
