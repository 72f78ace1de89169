// In-network prices: the elements of negotiated_prices.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "amounts.hpp"
#include "shapes.hpp"
#include "terms.hpp"

namespace tic {

class Prices {
public:
    Prices(Shared &shared, Amounts &amounts, TermsTable &terms);

    // The array that is next; how many elements it has. Their rows are written by finish().
    int32_t read();
    // The rows of the rate that was read last.
    void finish(int32_t item, int32_t rate, uint32_t set);

private:
    Shared &s_;
    Json &json_;
    Amounts &amounts_;
    TermsTable &terms_;
    size_t rows_ = 0;  // of the rate at hand

    std::unique_ptr<Pieces> shapes_;
    uint32_t epoch_ = 0;                // of the terms that shapes_ stands for
    int64_t gained_ = 0;                // objects that were known by them
    int64_t learnt_ = 0;                // shapes
    int64_t pause_ = 0;                 // objects to go before shapes are learnt again

    Terms found_;
    Amount rate_;
    struct {
        Numbers<int32_t> item, rate, price;
        Money money;
        Numbers<int32_t> terms, set;
    } c_;

    // Where an object was read: its begin and end, and its two holes.
    struct Place {
        const uint8_t *begin = nullptr, *end = nullptr;
    };

    bool known(int32_t ordinal);
    void general(int32_t ordinal);
    void forget();
    void learn(Place whole, Place rate, Place information, uint32_t terms, Flags own);
};

}  // namespace tic
