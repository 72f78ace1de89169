#include "prices.hpp"

#include <utility>

namespace tic {
namespace {

constexpr Keys<8> KEYS = {"negotiated_type", "expiration_date", "billing_class", "setting",
                          "service_code", "billing_code_modifier", "additional_information",
                          "negotiated_rate"};
constexpr int64_t MOST_SHAPE = 4096;  // bytes of an object that is remembered
constexpr int64_t MOST_LEARNT = 1024, PAUSE = 1 << 16;

}  // namespace

Prices::Prices(Shared &shared, Amounts &amounts, TermsTable &terms)
    : s_(shared), json_(shared.json), amounts_(amounts), terms_(terms),
      shapes_(std::make_unique<Pieces>()) {
    Batch &b = s_.batches[PRICE];
    b.define(TABLE_NAMES[PRICE]);
    b.number("item", c_.item);
    b.number("rate", c_.rate);
    b.number("price", c_.price);
    c_.money.define(b, "negotiated_rate", "negotiated_rate_printed");
    b.number("terms", c_.terms);
    b.number("provider_set", c_.set);
}

int32_t Prices::read() {
    if (epoch_ != terms_.epoch) forget();
    int32_t count = 0;
    rows_ = 0;
    Window &w = *json_.window;
    s_.each([&](uint64_t &index) {
        if (!known(++count)) return general(count);
        while (w.cur < w.end && *w.cur == ',') {  // the next one, if it is known as well
            ++w.cur;
            if (!known(count + 1)) {
                --w.cur;
                return;
            }
            ++count;
            ++index;
        }
    });
    amounts_.prices += count;
    return count;
}

void Prices::finish(int32_t item, int32_t rate, uint32_t set) {
    c_.item.add_same(item, rows_);
    c_.rate.add_same(rate, rows_);
    c_.set.add_same(int32_t(set), rows_);
    s_.close(PRICE, rows_);
    amounts_.kept += int64_t(rows_);
    rows_ = 0;
}

// A price whose bytes but for its holes were seen before.
bool Prices::known(int32_t ordinal) {
    Window &w = *json_.window;
    const uint8_t *p = w.cur;
    int64_t units = 0;
    std::string_view information;
    Pieces *pieces = shapes_.get();
    for (;;) {
        Piece *piece = pieces->find(p, w.end, json_.scan);
        if (!piece) return false;
        p += piece->text.size();
        if (piece->hole == Hole::RATE) {
            if (w.end - p < 24) return false;
            p = plain_number(p, units);
            if (!p) return false;
        } else if (piece->hole == Hole::INFORMATION) {
            const uint8_t *stop = json_.scan.stop(p, w.end);
            if (stop >= w.end || *stop != '"' || stop - p > int64_t(TOKEN)) return false;
            information = {reinterpret_cast<const char *>(p), size_t(stop - p)};
            p = stop;
        } else {
            uint32_t terms = piece->terms;
            if (!terms) terms = terms_.number_of(piece->base, &information, piece->flags);
            w.cur = p;
            ++gained_;
            c_.price.add(ordinal);
            c_.money.amount.add(units);
            c_.terms.add(int32_t(terms));
            amounts_.count_odd(units, PRICE);
            ++rows_;
            if (epoch_ != terms_.epoch) [[unlikely]] forget();
            return true;
        }
        pieces = piece->next.get();
    }
}

void Prices::general(int32_t ordinal) {
    const Flags outer = s_.begin();
    Window &w = *json_.window;
    const uint32_t moves = w.moves;
    Place whole{w.cur, nullptr}, rate, information;
    found_.reset();
    rate_.present = false;
    json_.members(KEYS, [&](int k) {
        if (k < 4) return s_.text(found_.text[k]);
        if (k == 4) return s_.texts(found_.places);
        if (k == 5) return s_.texts(found_.modifiers);
        Place &place = k == 6 ? information : rate;
        place.begin = json_.peek() < 0 ? nullptr : w.cur;
        if (k == 6) s_.text(found_.information);
        else amounts_.read(rate_);
        place.end = w.cur;
    });
    whole.end = w.cur;
    const Flags own = s_.end(outer);
    if (!amounts_.usable(rate_)) return;
    int64_t units = 0;
    const bool fits = amounts_.units_of(rate_, units, PRICE);
    const uint32_t terms = terms_.number_of(found_, own);
    if (epoch_ != terms_.epoch) [[unlikely]] forget();
    c_.price.add(ordinal);
    c_.money.add(true, fits, units, rate_.token);
    c_.terms.add(int32_t(terms));
    ++rows_;
    if (pause_ > 0) --pause_;
    else if (fits && !rate_.quoted && w.moves == moves && whole.end - whole.begin <= MOST_SHAPE)
        learn(whole, rate, information, terms, own);
}

// Forget the shapes: the numbers of terms that they stand for hold no more.
void Prices::forget() {
    shapes_ = std::make_unique<Pieces>();
    epoch_ = terms_.epoch;
    gained_ = learnt_ = 0;
}

void Prices::learn(Place whole, Place rate, Place information, uint32_t terms, Flags own) {
    const auto text = [](const uint8_t *from, const uint8_t *to) {
        return std::string_view(reinterpret_cast<const char *>(from), size_t(to - from));
    };
    const bool noted = information.begin && *information.begin == '"';
    Place holes[] = {rate, information};
    Hole kinds[] = {Hole::RATE, Hole::INFORMATION};
    if (noted) {  // its quotes belong to the pieces
        ++holes[1].begin;
        --holes[1].end;
        if (holes[1].begin < holes[0].begin) {
            std::swap(holes[0], holes[1]);
            std::swap(kinds[0], kinds[1]);
        }
    }
    Pieces *pieces = shapes_.get();
    const uint8_t *from = whole.begin;
    Piece *piece = nullptr;
    for (int i = 0; i < (noted ? 2 : 1) && pieces; ++i) {
        piece = pieces->learn(text(from, holes[i].begin), kinds[i], json_.scan);
        pieces = piece ? piece->next.get() : nullptr;
        from = holes[i].end;
    }
    if (pieces) piece = pieces->learn(text(from, whole.end), Hole::END, json_.scan);
    if (piece && ++learnt_ <= MOST_LEARNT) {
        piece->flags = own;
        piece->terms = noted ? 0 : terms;
        if (noted) terms_.base_of(found_, piece->base);
        return;
    }
    // No more room. Where shapes were learnt in vain, the next objects are read without them.
    if (gained_ < 2 * MOST_LEARNT) pause_ = PAUSE;
    forget();
}

}  // namespace tic
