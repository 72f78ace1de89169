// Terms: what a price object prints besides its rate. Each combination is one row of tic_terms.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "intern.hpp"
#include "shared.hpp"

namespace tic {

struct Terms {
    Text text[4];  // negotiated_type, expiration_date, billing_class, setting
    Texts places, modifiers;
    Text information;
    void reset() {
        for (Text &one : text) one.reset();
        places.reset();
        modifiers.reset();
        information.reset();
    }
};

// Numbers combinations in order of first appearance. A combination is known by its base, which is
// all of it but the free text, and that text: where each price has a text of its own, the base
// still repeats.
class TermsTable {
public:
    explicit TermsTable(Shared &shared);

    uint32_t number_of(const Terms &found, Flags own);
    // The base of terms, as number_of() takes it.
    void base_of(const Terms &found, std::string &base) const;
    // `own`: what was odd about reading it; counted where the combination is new.
    uint32_t number_of(std::string_view base, uint64_t hash, const std::string_view *information,
                       Flags own);
    // Numbers hold as long as this is the same.
    uint32_t epoch = 0;

private:
    Shared &s_;
    Interner bases_, notes_;           // notes_: a base's number, then the free text
    std::vector<uint32_t> bare_;       // by base: its number without free text, or 0
    std::vector<Flags> odd_;           // by base: what is odd about its words
    size_t held_ = 0;                  // combinations
    uint32_t written_ = 0;
    std::string base_, key_;

    struct {
        Numbers<int32_t> number;
        Strings text[4];
        TextList places, modifiers;
        Strings information;
    } c_;

    std::string_view note(uint32_t base, std::string_view information);
    uint32_t add(std::string_view base, uint64_t hash);
    void write(uint32_t base, const std::string_view *information, Flags own);
};

}  // namespace tic
