// The elements of standard_charge_information: items, and what payers pay for them.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "hospital_values.hpp"

namespace tic::hospital {

class Items {
public:
    explicit Items(Values &values);

    // One element, with its rows.
    void read();
    int64_t records = 0, records_kept = 0, items = 0, charges = 0, charges_kept = 0;

private:
    static constexpr size_t ITEM_WEIGHT = 128;  // what an item counts besides its texts
    static constexpr size_t TEXTS = 6;          // of an element of payers_information

    // One element of standard_charges, until its codes are known.
    struct Item {
        std::string setting, billing_class, notes;
        std::vector<std::string> codes, packed;  // modifier_code; modifiers
        std::array<Cell, ITEM_AMOUNTS> amounts;
        bool paid = false;
        Flags odd = 0;
    };
    struct Element {
        std::vector<std::string> code, code_type;
        std::string drug_unit, drug_type;
        std::vector<Item> items;
        Flags odd = 0;
    };

    Values &v_;
    struct {
        Numbers<int32_t> item, record, charge;
        TextList code, code_type, modifiers;
        Strings setting, billing_class, drug_unit, drug_type;
        std::array<Money, ITEM_AMOUNTS> amounts;
        Strings notes;
    } item_;
    struct {
        Numbers<int32_t> item, payer, column;
        std::array<Strings, TEXTS> texts;
        std::array<Money, AMOUNTS - ITEM_AMOUNTS> amounts;
    } charge_;
    std::array<std::string, TEXTS> texts_;
    std::array<Cell, AMOUNTS - ITEM_AMOUNTS> amounts_;

    void codes(Element &element);
    void charge(Element &element);
    bool payer(int32_t ordinal);
    void write(const Element &element, int32_t first);
};

}  // namespace tic::hospital
