// Allowed amounts out of network: the elements of allowed_amounts.
#pragma once

#include <cstdint>
#include <vector>

#include "amounts.hpp"
#include "providers.hpp"
#include "terms.hpp"

namespace tic {

class Allowed {
public:
    Allowed(Shared &shared, Providers &providers, Amounts &amounts, TermsTable &terms);

    // One element, with its rows.
    void read(int32_t item, int32_t ordinal);

private:
    struct Charge {
        Amount billed;
        std::vector<int64_t> npis;
        bool no_npis = true;
        Flags odd = 0;
    };
    struct Payment {
        Amount paid;
        Texts modifiers;
        std::vector<Charge> charges;
        Flags odd = 0;
    };

    Shared &s_;
    Providers &providers_;
    Amounts &amounts_;
    TermsTable &terms_;
    struct {
        Numbers<int32_t> item, allowed, payment, charge;
        Money paid, billed;
        Numbers<int32_t> terms, provider;
    } c_;

    void payment(Payment &out);
};

}  // namespace tic
