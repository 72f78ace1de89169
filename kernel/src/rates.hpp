// In-network rates: the elements of negotiated_rates, each a list of providers and its prices.
#pragma once

#include <cstdint>
#include <string>

#include "prices.hpp"
#include "sets.hpp"

namespace tic {

class Rates {
public:
    Rates(Shared &shared, Providers &providers, Amounts &amounts, TermsTable &terms)
        : s_(shared), sets_(shared, providers), prices_(shared, amounts, terms) {}

    // One rate, with its rows.
    void read(int32_t item, int32_t ordinal);

private:
    Shared &s_;
    Sets sets_;
    Prices prices_;
    // Bytes of a rate up to its list of providers and from there to its prices, as read last.
    std::string begins_, goes_on_;

    bool known();
};

}  // namespace tic
