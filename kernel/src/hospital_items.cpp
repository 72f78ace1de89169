#include "hospital_items.hpp"

#include <algorithm>

namespace tic::hospital {
namespace {

// As columns stand: texts before the amounts, then texts after them.
enum { PAYER_NAME, PLAN_NAME, ALGORITHM, COUNT, METHODOLOGY, NOTES };
constexpr std::array<const char *, 6> TEXT_NAMES = {"payer_name", "plan_name",   "algorithm",
                                                    "count",      "methodology", "notes"};
constexpr Keys<12> PAYER_KEYS = {
    "payer_name", "plan_name", "standard_charge_algorithm", "count", "methodology",
    "additional_payer_notes", "standard_charge_dollar", "standard_charge_percentage",
    "estimated_amount", "median_amount", "10th_percentile", "90th_percentile"};
constexpr Keys<10> CHARGE_KEYS = {
    "gross_charge", "discounted_cash", "minimum", "maximum", "setting", "billing_class",
    "additional_generic_notes", "modifier_code", "modifiers", "payers_information"};
constexpr Keys<4> ELEMENT_KEYS = {"description", "code_information", "drug_information",
                                  "standard_charges"};
constexpr Keys<2> CODE_KEYS = {"code", "type"};
constexpr Keys<2> DRUG_KEYS = {"unit", "type"};

void define(Batch &batch, Money &column, size_t amount) {
    const std::string name = AMOUNT_NAMES[amount];
    column.define(batch, name.c_str(), (name + "_printed").c_str());
}

}  // namespace

Items::Items(Values &values) : v_(values) {
    Batch &i = v_.batches[ITEM];
    i.define(TABLE_NAMES[ITEM]);
    i.number("item", item_.item);
    i.number("record", item_.record);
    i.number("charge", item_.charge);
    i.texts("code", item_.code);
    i.texts("code_type", item_.code_type);
    i.texts("modifiers", item_.modifiers);
    i.text("setting", item_.setting);
    i.text("billing_class", item_.billing_class);
    i.text("drug_unit", item_.drug_unit);
    i.text("drug_type", item_.drug_type);
    for (size_t k = 0; k < ITEM_AMOUNTS; ++k) define(i, item_.amounts[k], k);
    i.text("notes", item_.notes);

    Batch &c = v_.batches[CHARGE];
    c.define(TABLE_NAMES[CHARGE]);
    c.number("item", charge_.item);
    c.number("payer", charge_.payer);
    c.number("column", charge_.column);
    const auto text = [&](size_t k) { c.text(TEXT_NAMES[k], charge_.texts[k]); };
    const auto amount = [&](size_t k) { define(c, charge_.amounts[k - DOLLAR], k); };
    text(PAYER_NAME);
    text(PLAN_NAME);
    amount(DOLLAR);
    amount(PERCENTAGE);
    text(ALGORITHM);
    for (size_t k = ESTIMATED; k < AMOUNTS; ++k) amount(k);
    text(COUNT);
    text(METHODOLOGY);
    text(NOTES);
}

void Items::read() {
    ++records;
    const size_t outer_held = std::exchange(v_.held, 0);
    const Flags outer = std::exchange(v_.flags, 0);
    const auto first = int32_t(items) + 1;
    Element element;
    v_.members(ELEMENT_KEYS, [&](int k) {
        switch (k) {
            case 0: return v_.json.skip();
            case 1: return codes(element);
            case 2:
                return v_.part(DRUG_KEYS, drug_not_an_object, [&](int d) {
                    if (d == 0) v_.drug_unit(element.drug_unit);
                    else v_.kept(element.drug_type);
                });
            default: return v_.each([&] { charge(element); });
        }
    });
    element.odd = std::exchange(v_.flags, outer);
    v_.held = outer_held;
    if (element.items.empty()) return;
    ++records_kept;
    write(element, first);
}

void Items::codes(Element &element) {
    std::string both[2];
    v_.each([&] {
        both[0].clear();
        both[1].clear();
        v_.members(CODE_KEYS, [&](int k) { v_.text(both[k]); });
        if (!both[0].empty()) {
            v_.hold(both[0]);
            v_.hold(both[1]);
            element.code.push_back(both[0]);
            element.code_type.push_back(both[1]);
        } else if (!both[1].empty()) {
            v_.flags |= bit(code_type_alone);
        }
    });
}

void Items::charge(Element &element) {
    ++items;
    v_.weigh(ITEM_WEIGHT);
    Item &item = element.items.emplace_back();
    const Flags outer = std::exchange(v_.flags, 0);
    v_.members(CHARGE_KEYS, [&](int k) {
        switch (k) {
            case 4: return v_.kept(item.setting);
            case 5: return v_.kept(item.billing_class);
            case 6: v_.kept(item.notes); return v_.note_empty(notes_empty);
            case 7: return v_.modifiers(item.codes);
            case 8: return v_.modifiers(item.packed);
            case 9: {
                int32_t ordinal = 0;
                return v_.each([&] { item.paid |= payer(++ordinal); });
            }
            default: {
                Cell &cell = item.amounts[size_t(k)];
                v_.amount(size_t(k), cell);
                if (!cell.printed.empty()) v_.hold(cell.printed);
            }
        }
    });
    item.odd = std::exchange(v_.flags, outer);
}

// Whether its row is kept.
bool Items::payer(int32_t ordinal) {
    ++charges;
    for (std::string &text : texts_) text.clear();
    for (Cell &cell : amounts_) cell.reset();
    const Flags outer = std::exchange(v_.flags, 0);
    v_.members(PAYER_KEYS, [&](int k) {
        if (size_t(k) >= TEXTS)
            return v_.amount(DOLLAR + size_t(k) - TEXTS, amounts_[size_t(k) - TEXTS]);
        v_.text(texts_[size_t(k)]);
        if (k == ALGORITHM) v_.note_empty(algorithm_empty);
        if (k == NOTES) v_.note_empty(notes_empty);
    });
    Flags odd = std::exchange(v_.flags, outer);
    const auto is_there = [](const Cell &cell) { return !cell.blank(); };
    const bool agreed = is_there(amounts_[0]) || is_there(amounts_[PERCENTAGE - DOLLAR]) ||
                        is_there(amounts_[ESTIMATED - DOLLAR]) || is_there(amounts_[MEDIAN - DOLLAR]);
    if (!agreed && std::none_of(amounts_.begin(), amounts_.end(), is_there) &&
        std::all_of(texts_.begin(), texts_.end(), [](const auto &text) { return text.empty(); }))
        return false;
    charge_.item.add(int32_t(items));
    charge_.payer.add(ordinal);
    charge_.column.add(0);
    for (size_t k = 0; k < TEXTS; ++k) add(charge_.texts[k], texts_[k]);
    for (size_t k = 0; k < amounts_.size(); ++k) add(charge_.amounts[k], amounts_[k]);
    v_.close(CHARGE);
    ++charges_kept;
    if (!agreed && texts_[ALGORITHM].empty()) odd |= bit(no_amount);
    if (texts_[PAYER_NAME].empty()) odd |= bit(payer_name_missing);
    const std::string &methodology = texts_[METHODOLOGY], &count = texts_[COUNT];
    if (!methodology.empty() && !is_methodology(methodology)) odd |= bit(methodology_unknown);
    if (!count.empty() && !is_count(count)) odd |= bit(count_unknown);
    v_.count(CHARGE, odd);
    return true;
}

void Items::write(const Element &element, int32_t first) {
    Flags shared = element.odd;
    if (element.code.empty()) shared |= bit(no_code);
    for (const std::string &type : element.code_type) {
        if (type.empty()) shared |= bit(code_type_missing);
        else if (!is_code_type(type)) shared |= bit(code_type_unknown);
    }
    if (!element.drug_type.empty() && !is_drug_type(element.drug_type)) shared |= bit(drug_type_unknown);
    int32_t ordinal = 0;
    for (const Item &item : element.items) {
        item_.item.add(first + ordinal);
        item_.record.add(int32_t(records));
        item_.charge.add(++ordinal);
        add(item_.code, element.code);
        if (element.code_type.empty()) {
            item_.code_type.add_null();
        } else {
            for (const std::string &type : element.code_type) item_.code_type.items.add(type);
            item_.code_type.close();
        }
        add(item_.modifiers, item.codes.empty() ? item.packed : item.codes);
        add(item_.setting, item.setting);
        add(item_.billing_class, item.billing_class);
        add(item_.drug_unit, element.drug_unit);
        add(item_.drug_type, element.drug_type);
        for (size_t k = 0; k < ITEM_AMOUNTS; ++k) add(item_.amounts[k], item.amounts[k]);
        add(item_.notes, item.notes);
        v_.close(ITEM);
        Flags odd = shared | item.odd;
        if (!item.setting.empty() && !is_setting(item.setting)) odd |= bit(setting_unknown);
        if (!item.billing_class.empty() && !is_billing_class(item.billing_class))
            odd |= bit(billing_class_unknown);
        if (!item.paid) odd |= bit(no_payer);
        if (!item.codes.empty() && !item.packed.empty() && item.codes != item.packed)
            odd |= bit(modifiers_twice);
        v_.count(ITEM, odd);
    }
}

}  // namespace tic::hospital
