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

void TermsTable::base_of(const Terms &found, Base &base) const {
    base.content.clear();
    for (const Text &text : found.text) put_text(base.content, text);
    put_texts(base.content, found.places);
    put_texts(base.content, found.modifiers);
    base.hash = hash_of(base.content);
    base.number = 0;
}

uint32_t TermsTable::number_of(const Terms &found, Flags own) {
    base_of(found, base_);
    const std::string_view information = found.information.view();
    return number_of(base_, found.information.null ? nullptr : &information, own);
}

uint32_t TermsTable::number_of(Base &base, const std::string_view *information, Flags own) {
    if (!base.number || base.epoch != epoch) {
        base.number = bases_.find(base.content, base.hash);
        base.epoch = epoch;
    }
    uint64_t hash = 0;
    if (information) {
        note_.resize(sizeof base.number);
        std::memcpy(note_.data(), &base.number, sizeof base.number);
        note_ += *information;
        hash = hash_of(note_);
    }
    if (base.number) {
        const uint32_t number = information ? notes_.find(note_, hash) : bare_[base.number];
        if (number) return number;
    }
    const size_t text = base.content.size() + 8 + (information ? information->size() : 0);
    const Limits &most = s_.options.limits;
    if (held_ >= most.terms || text_ + text > most.text) {
        bases_.clear();
        notes_.clear();
        held_ = text_ = base.number = 0;
        base.epoch = ++epoch;
    }
    if (!base.number) {
        add(base);
        if (information) {
            std::memcpy(note_.data(), &base.number, sizeof base.number);
            hash = hash_of(note_);
        }
    }
    ++held_;
    text_ += text;
    ++written_;
    if (information) notes_.insert(note_, hash, written_);
    else bare_[base.number] = written_;
    write(base.number, information, own);
    return written_;
}

void TermsTable::add(Base &base) {
    base.number = uint32_t(bases_.size()) + 1;
    bases_.insert(base.content, base.hash, base.number);
    bare_.resize(base.number);
    bare_.push_back(0);
    odd_.resize(base.number);
    odd_.push_back(oddities(base.content.data()));
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
