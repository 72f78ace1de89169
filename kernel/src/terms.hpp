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

// All of a combination but its free text.
struct Base {
    std::string content;
    uint64_t hash = 0;
    // Its number in the table, if that was asked for while the table's epoch was this.
    uint32_t number = 0, epoch = 0;
};

// Numbers combinations in order of first appearance. A combination is known by its base and
// its free text: where each price has a text of its own, the base still repeats.
class TermsTable {
public:
    explicit TermsTable(Shared &shared);

    uint32_t number_of(const Terms &found, Flags own);
    void base_of(const Terms &found, Base &base) const;
    // `own`: what was odd about reading it; counted where the combination is new.
    uint32_t number_of(Base &base, const std::string_view *information, Flags own);
    // Numbers hold as long as this is the same.
    uint32_t epoch = 0;

private:
    Shared &s_;
    Interner bases_, notes_;           // notes_: a base's number, then the free text
    std::vector<uint32_t> bare_;       // by base: its number without free text, or 0
    std::vector<Flags> odd_;           // by base: what is odd about its words
    size_t held_ = 0, text_ = 0;       // combinations, and what their text counts for
    uint32_t written_ = 0;
    Base base_;
    std::string note_;

    struct {
        Numbers<int32_t> number;
        Strings text[4];
        TextList places, modifiers;
        Strings information;
    } c_;

    void add(Base &base);
    void write(uint32_t base, const std::string_view *information, Flags own);
};

}  // namespace tic
