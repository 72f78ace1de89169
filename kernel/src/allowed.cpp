#include "allowed.hpp"

namespace tic {

Allowed::Allowed(Shared &shared, Providers &providers, Amounts &amounts, TermsTable &terms)
    : s_(shared), providers_(providers), amounts_(amounts), terms_(terms) {
    Batch &b = s_.batches[ALLOWED];
    b.define(TABLE_NAMES[ALLOWED]);
    b.number("item", c_.item);
    b.number("allowed", c_.allowed);
    b.number("payment", c_.payment);
    b.number("charge", c_.charge);
    c_.paid.define(b, "allowed_amount", "allowed_amount_printed");
    c_.billed.define(b, "billed_charge", "billed_charge_printed");
    b.number("terms", c_.terms);
    b.number("provider", c_.provider);
}

void Allowed::read(int32_t item, int32_t ordinal) {
    static constexpr Keys<5> keys = {"tin", "service_code", "billing_class", "setting",
                                     "payments"};
    const Flags outer = s_.begin();
    Text tin[3];
    Terms terms;
    std::vector<Payment> payments;
    s_.json.members(keys, [&](int k) {
        if (k == 0) providers_.tin(tin);
        else if (k == 1) s_.texts(terms.places);
        else if (k < 4) s_.text(terms.text[k]);
        else s_.each([&] { payment(payments.emplace_back()); });
    });
    const Flags own = s_.end(outer);
    if (payments.empty()) s_.count(ITEM, bit(rate_without_prices));
    for (size_t place = 0; place < payments.size(); ++place) {
        Payment &one = payments[place];
        const bool none = one.charges.empty();
        if (none) one.charges.emplace_back();
        terms.modifiers = one.modifiers;
        for (size_t n = 0; n < one.charges.size(); ++n) {
            const Charge &charge = one.charges[n];
            ++amounts_.prices;
            if (!amounts_.usable(one.paid)) continue;
            int64_t paid = 0, billed = 0;
            const bool fits = amounts_.units_of(one.paid, paid, ALLOWED);
            bool is_billed = false, billed_fits = false;
            if (charge.billed.present) {
                is_billed = is_number(charge.billed.token);
                if (is_billed) billed_fits = amounts_.units_of(charge.billed, billed, ALLOWED);
                else s_.count(ALLOWED, bit(charge_not_a_number));
            }
            const uint32_t number = terms_.number_of(terms, own | one.odd);
            const uint32_t provider =
                providers_.number_of(tin, charge.npis, charge.no_npis, charge.odd);
            c_.item.add(item);
            c_.allowed.add(ordinal);
            c_.payment.add(int32_t(place) + 1);
            c_.charge.add(none ? 0 : int32_t(n) + 1);
            c_.paid.add(true, fits, paid, one.paid.token);
            c_.billed.add(is_billed, billed_fits, billed, charge.billed.token);
            c_.terms.add(int32_t(number));
            c_.provider.add(int32_t(provider));
            s_.close(ALLOWED);
            ++amounts_.kept;
        }
    }
}

void Allowed::payment(Payment &out) {
    static constexpr Keys<3> keys = {"allowed_amount", "billing_code_modifier", "providers"};
    static constexpr Keys<2> inner = {"billed_charge", "npi"};
    const Flags outer = s_.begin();
    s_.json.members(keys, [&](int k) {
        if (k == 0) return amounts_.read(out.paid);
        if (k == 1) return s_.texts(out.modifiers);
        s_.each([&] {
            Charge &charge = out.charges.emplace_back();
            const Flags before = s_.begin();
            s_.json.members(inner, [&](int i) {
                if (i == 0) amounts_.read(charge.billed);
                else providers_.npis(charge.npis, charge.no_npis);
            });
            charge.odd = s_.end(before);
        });
    });
    out.odd = s_.end(outer);
}

}  // namespace tic
