#include "rates.hpp"

#include <string_view>

namespace tic {
namespace {

constexpr Keys<3> KEYS = {"provider_references", "provider_groups", "negotiated_prices"};

}  // namespace

void Rates::read(int32_t item, int32_t ordinal) {
    const Flags outer = s_.begin();
    Window &w = *s_.json.window;
    int32_t count = 0;
    sets_.begin();
    const uint8_t *begin = w.cur, *list_begin = nullptr, *list_end = nullptr;
    const uint32_t moves = w.moves;
    bool with_groups = false;
    const auto read = [&](int k) {
        if (k == 2) {
            // Learnt where one list of references, and nothing else, came before in one piece.
            if (list_end && w.moves == moves && !with_groups) {
                begins_.assign(begin, list_begin);
                goes_on_.assign(list_end, w.cur);
            }
            count = prices_.read();
            return;
        }
        // Read now: reading the list may move the window.
        const uint8_t *from = k == 0 && *w.cur == '[' ? w.cur : nullptr;
        with_groups |= k == 1;
        if (k == 0) sets_.read_references();
        else sets_.read_groups();
        list_begin = from;
        list_end = list_begin ? w.cur : nullptr;
    };
    if (known()) {
        uint32_t seen = 0b101;
        try {
            count = prices_.read();
        } catch (Error &error) {
            error.path.emplace_back(KEYS[2]);
            throw;
        }
        while (s_.json.another('}')) s_.json.member(KEYS, seen, read);
    } else {
        s_.json.members(KEYS, read);
    }
    const Flags own = s_.end(outer);
    prices_.finish(item, ordinal, sets_.of_rate(own));
    if (count == 0) s_.count(ITEM, bit(rate_without_prices));
}

// A rate that begins with the bytes of the one before it, and then a known list of references;
// if so, it is read up to its prices.
bool Rates::known() {
    Window &w = *s_.json.window;
    const std::string_view left(reinterpret_cast<const char *>(w.cur), size_t(w.end - w.cur));
    if (begins_.empty() || !left.starts_with(begins_)) return false;
    const size_t at = begins_.size();
    const size_t close = left.find(']', at);
    if (close == left.npos) return false;
    const std::string_view raw = left.substr(at, close + 1 - at);
    if (!left.substr(close + 1).starts_with(goes_on_)) return false;
    const uint32_t set = sets_.known_references(raw);
    // The byte after must be there: the prices may be anything, but not the end of the window.
    const size_t length = close + 1 + goes_on_.size();
    if (!set || length >= left.size() || s_.json.depth >= DEPTH) return false;
    sets_.references.set = set;
    ++s_.json.depth;
    w.cur += length;
    return true;
}

}  // namespace tic
