#include "tic.hpp"

#include <algorithm>
#include <unordered_set>

namespace tic {

void add_text(Strings &column, const Text &text) {
    if (text.null) column.add_null();
    else column.add(text.value);
}

void add_texts(TextList &column, const Texts &texts) {
    if (texts.null) return column.add_null();
    for (const std::string &item : texts.items) column.items.add(item);
    column.close();
}

void Shared::text(Text &out) {
    const int c = json.peek();
    out.null = false;
    if (c == '"') {
        decode(json.string(), out.value);
    } else if (begins_number(c)) {
        flags |= bit(number_as_text);
        out.value.assign(json.number());
    } else if (json.null()) {
        out.reset();
    } else {
        json.wrong_type();
    }
}

void Shared::texts(Texts &out) {
    out.reset();
    Text one;
    if (json.peek() == '[') {
        out.null = false;
        json.elements([&] {
            text(one);
            if (one.null) flags |= bit(null_in_list);
            else out.items.push_back(one.value);
        });
        return;
    }
    text(one);
    if (one.null) return;
    flags |= bit(scalar_as_list);
    out.null = false;
    out.items.push_back(one.value);
}

std::string_view Shared::token(Oddity quoted, std::string &held) {
    const int c = json.peek();
    if (c == '"') {
        flags |= bit(quoted);
        decode(json.string(), held);
    } else if (begins_number(c)) {
        held.assign(json.number());
    } else {
        json.wrong_type();
    }
    return held;
}

bool is_number(std::string_view text) {
    size_t i = 0;
    const auto at = [&] { return i < text.size() ? text[i] : '\0'; };
    const auto digits = [&] {
        const size_t from = i;
        while (is_digit(at())) ++i;
        return i > from;
    };
    if (at() == '-') ++i;
    if (at() == '0') ++i;
    else if (!digits()) return false;
    if (at() == '.') {
        ++i;
        if (!digits()) return false;
    }
    if (at() == 'e' || at() == 'E') {
        ++i;
        if (at() == '+' || at() == '-') ++i;
        if (!digits()) return false;
    }
    return i == text.size();
}

bool amount_of(std::string_view token, int64_t &units) {
    constexpr int64_t most = int64_t{1} << 30;
    size_t i = 0;
    const bool minus = token[0] == '-';
    if (minus) ++i;
    std::string digits;
    int64_t fraction = 0;
    bool after = false;
    for (; i < token.size() && token[i] != 'e' && token[i] != 'E'; ++i) {
        if (token[i] == '.') {
            after = true;
            continue;
        }
        if (after) ++fraction;
        if (!digits.empty() || token[i] != '0') digits += token[i];
    }
    int64_t exponent = 0;
    if (i < token.size()) {
        ++i;
        const bool down = token[i] == '-';
        if (down || token[i] == '+') ++i;
        for (; i < token.size(); ++i) exponent = std::min(most, exponent * 10 + (token[i] - '0'));
        if (down) exponent = -exponent;
    }
    const size_t last = digits.find_last_not_of('0');
    if (last == digits.npos) {
        units = 0;
        return true;
    }
    exponent += int64_t(digits.size() - last - 1) - fraction;
    digits.resize(last + 1);
    if (exponent < -4 || int64_t(digits.size()) + exponent > 14) return false;
    units = 0;
    for (char c : digits) units = units * 10 + (c - '0');
    for (int64_t k = exponent + 4; k > 0; --k) units *= 10;
    if (minus) units = -units;
    return true;
}

namespace {

constexpr std::string_view CODE_TYPES[] = {
    "CPT",  "HCPCS", "ICD",   "MS-DRG", "R-DRG", "S-DRG", "APS-DRG", "AP-DRG", "APR-DRG",
    "APC",  "NDC",   "HIPPS", "LOCAL",  "EAPG",  "CDT",   "RC",      "CSTM-ALL"};
constexpr std::string_view ARRANGEMENTS[] = {"ffs", "bundle", "capitation"};
constexpr std::string_view TYPES[] = {"negotiated", "derived", "fee schedule", "percentage",
                                      "per diem"};
constexpr std::string_view CLASSES[] = {"professional", "institutional", "both"};
constexpr std::string_view SETTINGS[] = {"inpatient", "outpatient", "both"};

template <size_t N>
bool outside(const Text &text, const std::string_view (&words)[N]) {
    return !text.null && std::find(std::begin(words), std::end(words), text.view()) == std::end(words);
}

bool is_date(std::string_view text) {
    if (text.size() != 10) return false;
    for (size_t i = 0; i < 10; ++i)
        if (i == 4 || i == 7 ? text[i] != '-' : !is_digit(text[i])) return false;
    return true;
}

struct Amount {
    bool present = false, quoted = false;
    std::string token;
};

// What a price object prints besides its rate.
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

// Price objects repeat but for their rate. What was read in full once is known by the bytes before
// its number and those after it; an object of the same bytes differs in its rate only.
struct Shapes {
    std::string before;
    Interner after;  // to the number of its terms
    // The one that matched last is tried first.
    std::string last;
    uint32_t last_terms = 0;
};
constexpr size_t BEFORES = 4, AFTERS = 1024, MOST_SHAPE = 4096;

class CodeList : public Column {
public:
    CodeList() { list_.items.columns = {&type_, &version_, &code_}; }
    void add(const Text *three) {
        add_text(type_, three[0]);
        add_text(version_, three[1]);
        add_text(code_, three[2]);
        list_.items.close();
    }
    void close() { list_.close(); }
    void add_null() { list_.add_null(); }
    void export_array(ArrowArray *out) override { list_.export_array(out); }
    static Field field(const char *name) {
        return {name, "+l", true,
                {{"item", "+s", false,
                  {{"billing_code_type", "u", true, {}},
                   {"billing_code_type_version", "u", true, {}},
                   {"billing_code", "u", true, {}}}}}};
    }

private:
    Strings type_, version_, code_;
    Lists<Struct> list_;
};

class Reader {
public:
    Reader(Window &window, Emit emit, Options options)
        : s_(window, std::move(emit), std::move(options)), json_(s_.json), providers_(s_) {
        if (s_.options.codes) codes_.emplace(s_.options.codes->begin(), s_.options.codes->end());
        Batch &file = s_.batches[FILE_];
        file.define(TABLE_NAMES[FILE_]);
        file.text("kind", file_kind_, false);
        for (size_t i = 0; i < 10; ++i) file.text(ROOT[i].data(), file_text_[i]);
        Batch &set = s_.batches[SET];
        set.define(TABLE_NAMES[SET]);
        set.number("provider_set", set_.number);
        set.column({"providers", "+l", false, {{"item", "i", false, {}}}}, set_.providers);
        Batch &item = s_.batches[ITEM];
        item.define(TABLE_NAMES[ITEM]);
        item.number("item", item_.item);
        item.column({"offset", "l", false, {}}, item_.offset);
        for (size_t i = 0; i < 5; ++i) item.text(ITEM_KEYS[i].data(), item_.text[i]);
        item.column(CodeList::field("bundled_codes"), item_.bundled);
        item.column(CodeList::field("covered_services"), item_.covered);
        Batch &price = s_.batches[PRICE];
        price.define(TABLE_NAMES[PRICE]);
        price.number("item", price_.item);
        price.number("rate", price_.rate);
        price.number("price", price_.price);
        price.column({"negotiated_rate", "d:18,4", true, {}}, price_.amount);
        price.text("negotiated_rate_printed", price_.printed);
        price.number("terms", price_.terms);
        price.number("provider_set", price_.set);
        Batch &terms = s_.batches[TERMS];
        terms.define(TABLE_NAMES[TERMS]);
        terms.number("terms", terms_.number);
        for (size_t i = 0; i < 4; ++i) terms.text(PRICE_KEYS[i].data(), terms_.text[i]);
        terms.texts("service_code", terms_.places);
        terms.texts("billing_code_modifier", terms_.modifiers);
        terms.text("additional_information", terms_.information);
        Batch &allowed = s_.batches[ALLOWED];
        allowed.define(TABLE_NAMES[ALLOWED]);
        allowed.number("item", allowed_.item);
        allowed.number("allowed", allowed_.allowed);
        allowed.number("payment", allowed_.payment);
        allowed.number("charge", allowed_.charge);
        allowed.column({"allowed_amount", "d:18,4", true, {}}, allowed_.amount);
        allowed.text("allowed_amount_printed", allowed_.printed);
        allowed.column({"billed_charge", "d:18,4", true, {}}, allowed_.billed);
        allowed.text("billed_charge_printed", allowed_.billed_printed);
        allowed.number("terms", allowed_.terms);
        allowed.number("provider", allowed_.provider);
        Batch &plan = s_.batches[PLAN];
        plan.define(TABLE_NAMES[PLAN]);
        plan.number("structure", plan_.structure);
        plan.number("plan", plan_.plan);
        for (size_t i = 0; i < 6; ++i) plan.text(PLAN_KEYS[i].data(), plan_.text[i]);
        Batch &listed = s_.batches[LISTED];
        listed.define(TABLE_NAMES[LISTED]);
        listed.number("structure", listed_.structure);
        listed.text("kind", listed_.kind, false);
        listed.number("file", listed_.file);
        listed.text("location", listed_.location);
    }

    Result run() {
        uint32_t seen = 0;
        json_.document([&] {
            json_.members(ROOT, [&](int k) {
                seen |= 1u << k;
                root(k);
            });
        });
        constexpr std::pair<int, const char *> kinds[] = {
            {12, "in_network"}, {13, "allowed_amounts"}, {14, "index"}, {11, "providers"}};
        Result result;
        for (const auto &[key, kind] : kinds)
            if (result.kind.empty() && (seen >> key & 1)) result.kind = kind;
        if (result.kind.empty()) throw Error{"not_a_price_file", json_.offset(), {}, {}};
        providers_.finish();
        file_kind_.add(result.kind);
        for (size_t i = 0; i < 10; ++i) add_text(file_text_[i], header_[i]);
        s_.batches[FILE_].rows.close();
        s_.count(FILE_, s_.flags);
        for (int t = 0; t < TABLES; ++t) s_.flush(Table(t));
        result.bytes = json_.offset();
        counts(result.counts);
        return result;
    }

private:
    static constexpr Keys<15> ROOT = {
        "reporting_entity_name", "reporting_entity_type", "last_updated_on", "version",
        "plan_name", "issuer_name", "plan_sponsor_name", "plan_id_type", "plan_id",
        "plan_market_type", "provider_references", "provider_groups", "in_network",
        "out_of_network", "reporting_structure"};
    static constexpr Keys<6> PLAN_KEYS = {"plan_name", "issuer_name", "plan_sponsor_name",
                                          "plan_id_type", "plan_id", "plan_market_type"};
    static constexpr Keys<8> ITEM_KEYS = {
        "negotiation_arrangement", "billing_code_type", "billing_code_type_version",
        "billing_code", "severity_of_illness", "bundled_codes", "covered_services",
        "negotiated_rates"};
    static constexpr Keys<8> ALLOWED_KEYS = {
        "negotiation_arrangement", "billing_code_type", "billing_code_type_version",
        "billing_code", "severity_of_illness", "bundled_codes", "covered_services",
        "allowed_amounts"};
    static constexpr Keys<8> PRICE_KEYS = {
        "negotiated_type", "expiration_date", "billing_class", "setting", "service_code",
        "billing_code_modifier", "additional_information", "negotiated_rate"};

    Shared s_;
    Json &json_;
    Providers providers_;
    std::optional<std::unordered_set<std::string>> codes_;
    Text header_[10];
    int32_t item_number_ = 0, structure_ = 0;
    int64_t items_kept_ = 0, not_wanted_ = 0, rates_ = 0, prices_ = 0, prices_kept_ = 0;
    int64_t missing_ = 0, not_number_ = 0, plans_ = 0, files_ = 0;

    Interner terms_seen_, sets_seen_, raw_references_, raw_groups_;
    uint32_t raw_epoch_ = 0;  // of the numbers of inline groups that raw_groups_ stands for
    uint32_t terms_written_ = 0, sets_written_ = 0, sets_before_ = 0;
    size_t set_members_ = 0;
    std::vector<Shapes> shapes_;
    size_t shape_ = 0;  // the one that matched last
    // Bytes of a rate up to its list of providers and from there to its prices, as read last.
    std::string rate_begins_, rate_goes_on_;
    std::string key_;
    Terms found_;
    Amount rate_found_;

    // The list of providers of the rate at hand.
    struct List {
        std::vector<int32_t> members;
        uint32_t set = 0;      // known from its bytes
        std::string raw;       // its bytes, if it may be remembered
        uint64_t hash = 0;
        void reset() {
            members.clear();
            set = 0;
            raw.clear();
        }
    };
    List references_, groups_;

    Strings file_kind_, file_text_[10];
    struct {
        Numbers<int32_t> number;
        Lists<Numbers<int32_t>> providers;
    } set_;
    struct {
        Numbers<int32_t> item;
        Numbers<int64_t> offset;
        Strings text[5];
        CodeList bundled, covered;
    } item_;
    struct {
        Numbers<int32_t> item, rate, price;
        Numbers<Decimal> amount;
        Strings printed;
        Numbers<int32_t> terms, set;
    } price_;
    struct {
        Numbers<int32_t> number;
        Strings text[4];
        TextList places, modifiers;
        Strings information;
    } terms_;
    struct {
        Numbers<int32_t> item, allowed, payment, charge;
        Numbers<Decimal> amount;
        Strings printed;
        Numbers<Decimal> billed;
        Strings billed_printed;
        Numbers<int32_t> terms, provider;
    } allowed_;
    struct {
        Numbers<int32_t> structure, plan;
        Strings text[6];
    } plan_;
    struct {
        Numbers<int32_t> structure;
        Strings kind;
        Numbers<int32_t> file;
        Strings location;
    } listed_;

    void root(int key) {
        if (key < 10) return s_.text(header_[key]);
        switch (key) {
            case 10: return s_.each([&] { providers_.reference(); });
            case 11: return providers_.of_file();
            case 12: return s_.each([&] { element(ITEM_KEYS); });
            case 13: return s_.each([&] { element(ALLOWED_KEYS); });
            default: return s_.each([&] { structure(); });
        }
    }

    // --- items

    void element(const Keys<8> &keys) {
        const bool in_network = &keys == &ITEM_KEYS;
        ++item_number_;
        const Flags outer = s_.begin();
        json_.peek();
        const uint64_t offset = json_.offset();
        Text text[5];
        std::vector<std::array<Text, 3>> codes[2];
        bool listed[2] = {false, false}, code_read = false;
        std::string left;
        uint64_t left_at = 0;
        int64_t rates = 0;
        const auto wanted = [&] {
            return !codes_ || (!text[3].null && codes_->contains(text[3].value));
        };
        json_.members(keys, [&](int k) {
            if (k < 5) {
                s_.text(text[k]);
                if (k == 3) code_read = true;
            } else if (k < 7) {
                listed[k - 5] = !json_.null();
                if (listed[k - 5]) code_list(codes[k - 5]);
            } else if (!codes_ || (code_read && wanted())) {
                rates = read_rates(in_network);
            } else if (json_.peek() != '[') {
                if (!json_.null()) json_.wrong_type();
            } else if (code_read) {
                json_.leap(nullptr, 0);
            } else {
                left_at = json_.offset();
                json_.leap(&left, s_.options.limits.leapt);
            }
        });
        Flags own = s_.end(outer);
        if (!wanted()) {
            ++not_wanted_;
            return;
        }
        if (!left.empty()) rates = again(left, left_at, keys[7], in_network);
        item_.item.add(item_number_);
        item_.offset.add(int64_t(offset));
        for (size_t i = 0; i < 5; ++i) add_text(item_.text[i], text[i]);
        CodeList *columns[] = {&item_.bundled, &item_.covered};
        for (size_t i = 0; i < 2; ++i) {
            for (const auto &code : codes[i]) columns[i]->add(code.data());
            if (listed[i]) columns[i]->close();
            else columns[i]->add_null();
        }
        s_.batches[ITEM].rows.close();
        ++items_kept_;
        if (text[3].null) {
            own |= bit(code_missing);
        } else if (std::any_of(text[3].value.begin(), text[3].value.end(),
                               [](char c) { return c >= 'a' && c <= 'z'; })) {
            own |= bit(code_lower_case);
        }
        if (outside(text[1], CODE_TYPES)) own |= bit(code_type_unknown);
        if (outside(text[0], ARRANGEMENTS)) own |= bit(arrangement_unknown);
        if (rates == 0) own |= bit(no_rates);
        s_.count(ITEM, own);
        s_.flush_full();
    }

    void code_list(std::vector<std::array<Text, 3>> &out) {
        static constexpr Keys<3> keys = {"billing_code_type", "billing_code_type_version",
                                         "billing_code"};
        json_.elements([&] {
            out.emplace_back();
            json_.members(keys, [&](int k) { s_.text(out.back()[size_t(k)]); });
        });
    }

    int64_t read_rates(bool in_network) {
        int64_t count = 0;
        s_.each([&] {
            ++count;
            ++rates_;
            if (in_network) rate(int32_t(count));
            else allowed(int32_t(count));
        });
        return count;
    }

    // Rates that stood before the code of their item and turned out to be wanted.
    int64_t again(const std::string &left, uint64_t at, std::string_view key, bool in_network) {
        bool given = false;
        Window inner(
            [&]() -> std::string_view {
                return std::exchange(given, true) ? std::string_view{} : std::string_view(left);
            },
            at);
        Window *outer = std::exchange(json_.window, &inner);
        try {
            const int64_t rates = read_rates(in_network);
            json_.window = outer;
            return rates;
        } catch (Error &error) {
            json_.window = outer;
            error.path.emplace_back(key);
            throw;
        }
    }

    // --- in-network rates

    void rate(int32_t ordinal) {
        static constexpr Keys<3> keys = {"provider_references", "provider_groups",
                                         "negotiated_prices"};
        const Flags outer = s_.begin();
        const int64_t first = price_.item.rows();
        int32_t count = 0;
        references_.reset();
        groups_.reset();
        Window &w = *json_.window;
        const auto prices = [&] { s_.each([&] { price(ordinal, ++count); }); };
        const uint8_t *begin = w.cur, *list_begin = nullptr, *list_end = nullptr;
        const uint32_t moves = w.moves;
        bool with_groups = false;
        const auto read = [&](int k) {
            if (k == 2) {
                // Learnt where one list of references, and nothing else, came before in one piece.
                if (list_end && w.moves == moves && !with_groups) {
                    rate_begins_.assign(begin, list_begin);
                    rate_goes_on_.assign(list_end, w.cur);
                }
                return prices();
            }
            with_groups |= k == 1;
            // Read now: reading the list may move the window.
            const uint8_t *from = k == 0 && *w.cur == '[' ? w.cur : nullptr;
            if (k == 1 && raw_epoch_ != providers_.epoch) {
                raw_groups_.clear();
                raw_epoch_ = providers_.epoch;
            }
            list(k == 0 ? references_ : groups_, k == 0 ? raw_references_ : raw_groups_, k == 1);
            list_begin = from;
            list_end = list_begin ? w.cur : nullptr;
        };
        uint32_t seen = 0;
        if (known_rate()) {
            seen = 0b101;
            try {
                prices();
            } catch (Error &error) {
                error.path.emplace_back(keys[2]);
                throw;
            }
            while (json_.another('}')) json_.member(keys, seen, read);
        } else {
            json_.members(keys, read);
        }
        Flags own = s_.end(outer);
        const uint32_t number = set_of_rate(own);
        price_.set.fill(first, int32_t(number));
        if (count == 0) s_.count(ITEM, bit(rate_without_prices));
        s_.flush_full();
    }

    // A rate that begins with the bytes of the one before it, and then a known list of references;
    // if so, it is read up to its prices.
    bool known_rate() {
        Window &w = *json_.window;
        const std::string_view left(reinterpret_cast<const char *>(w.cur), size_t(w.end - w.cur));
        if (rate_begins_.empty() || !left.starts_with(rate_begins_)) return false;
        const size_t at = rate_begins_.size();
        const size_t close = left.find(']', at);
        if (close == left.npos) return false;
        const std::string_view raw = left.substr(at, close + 1 - at);
        if (!left.substr(close + 1).starts_with(rate_goes_on_)) return false;
        const uint32_t set = raw_references_.find(raw, hash_of(raw));
        // The byte after must be there: the prices may be anything, but not the end of the window.
        const size_t length = close + 1 + rate_goes_on_.size();
        if (!set || length >= left.size() || json_.depth >= DEPTH) return false;
        references_.set = set;
        ++json_.depth;
        w.cur += length;
        return true;
    }

    // provider_references or provider_groups: by its bytes if they were seen before.
    void list(List &out, const Interner &seen, bool groups) {
        Window &w = *json_.window;
        std::string_view raw;
        const uint32_t epoch = providers_.epoch;
        if (json_.peek() == '[') {
            const char *begin = reinterpret_cast<const char *>(w.cur);
            if (groups) {
                Leap state;
                const uint8_t *close = json_.scan.leap(state, w.cur, w.end);
                if (state.depth == 0) raw = {begin, size_t(close - w.cur)};
            } else if (const void *close = std::memchr(w.cur, ']', size_t(w.end - w.cur))) {
                raw = {begin, size_t(static_cast<const char *>(close) + 1 - begin)};
            }
        }
        if (!raw.empty()) {
            out.hash = hash_of(raw);
            out.set = seen.find(raw, out.hash);
            if (out.set) {
                w.cur += raw.size();
                if (groups) {
                    const auto repeated = int64_t(members_of(out.set).size());
                    providers_.read += repeated;
                    providers_.merged += repeated;
                }
                return;
            }
        }
        const uint32_t moves = w.moves;
        const uint8_t *begin = w.cur;
        if (groups) providers_.inlined(out.members);
        else providers_.referenced(out.members);
        // Remembered if it was in hand as one piece, and ended where it was taken to.
        if (!raw.empty() && w.moves == moves && size_t(w.cur - begin) == raw.size() &&
            providers_.epoch == epoch)
            out.raw.assign(reinterpret_cast<const char *>(begin), raw.size());
    }

    std::vector<int32_t> members_of(uint32_t set) const {
        const std::string_view key = sets_seen_.key(set - sets_before_ - 1);
        std::vector<int32_t> out(key.size() / sizeof(int32_t));
        if (!out.empty()) std::memcpy(out.data(), key.data(), key.size());
        return out;
    }

    uint32_t set_of_rate(Flags own) {
        if (references_.set && !groups_.set && groups_.members.empty()) return references_.set;
        if (groups_.set && !references_.set && references_.members.empty()) return groups_.set;
        if (references_.set) references_.members = members_of(references_.set);
        if (groups_.set) groups_.members = members_of(groups_.set);
        std::vector<int32_t> &all = references_.members;
        const bool with_references = !all.empty(), with_groups = !groups_.members.empty();
        if (with_references && with_groups) own |= bit(reference_and_inline);
        if (!with_references && !with_groups) own |= bit(no_providers);
        all.insert(all.end(), groups_.members.begin(), groups_.members.end());
        const uint32_t number = set_of(all, own);
        if (!with_groups) remember(raw_references_, references_, number);
        if (!with_references && raw_epoch_ == providers_.epoch)
            remember(raw_groups_, groups_, number);
        return number;
    }

    static void remember(Interner &seen, const List &list, uint32_t number) {
        if (list.raw.empty()) return;
        if (seen.bytes() + list.raw.size() > MOST_SEEN) seen.clear();
        seen.insert(list.raw, list.hash, number);
    }

    uint32_t set_of(const std::vector<int32_t> &members, Flags own) {
        const std::string_view key(reinterpret_cast<const char *>(members.data()),
                                   members.size() * sizeof(int32_t));
        const uint64_t hash = hash_of(key);
        uint32_t number = sets_seen_.find(key, hash);
        if (number) return number;
        const Limits &most = s_.options.limits;
        if (sets_seen_.size() >= most.sets || set_members_ + members.size() > most.members) {
            sets_seen_.clear();
            raw_references_.clear();
            raw_groups_.clear();
            set_members_ = 0;
            sets_before_ = sets_written_;
        }
        set_members_ += members.size();
        sets_seen_.insert(key, hash, number = ++sets_written_);
        set_.number.add(int32_t(number));
        for (int32_t member : members) set_.providers.items.add(member);
        set_.providers.close();
        s_.batches[SET].rows.close();
        s_.count(SET, own);
        return number;
    }

    void price(int32_t rate, int32_t ordinal) {
        ++prices_;
        if (known_price(rate, ordinal)) return;
        const Flags outer = s_.begin();
        Window &w = *json_.window;
        const uint32_t moves = w.moves;
        const uint8_t *begin = w.cur, *number_begin = nullptr, *number_end = nullptr;
        found_.reset();
        rate_found_.present = false;
        json_.members(PRICE_KEYS, [&](int k) {
            if (k < 4) return s_.text(found_.text[k]);
            if (k == 4) return s_.texts(found_.places);
            if (k == 5) return s_.texts(found_.modifiers);
            if (k == 6) return s_.text(found_.information);
            json_.peek();
            number_begin = w.cur;
            amount(rate_found_);
            number_end = w.cur;
        });
        const Flags own = s_.end(outer);
        if (!usable(rate_found_)) return;
        int64_t units = 0;
        const bool fits = units_of(rate_found_, units, PRICE);
        const uint32_t terms = terms_of(found_, own);
        row(rate, ordinal, fits, units, terms);
        if (fits && !rate_found_.quoted && w.moves == moves && w.cur - begin <= int64_t(MOST_SHAPE))
            learn(begin, number_begin, number_end, w.cur, terms);
    }

    void row(int32_t rate, int32_t ordinal, bool fits, int64_t units, uint32_t terms) {
        price_.item.add(item_number_);
        price_.rate.add(rate);
        price_.price.add(ordinal);
        if (fits) {
            price_.amount.add(units);
            price_.printed.add_null();
        } else {
            price_.amount.add_null();
            price_.printed.add(rate_found_.token);
        }
        price_.terms.add(int32_t(terms));
        price_.set.add(0);
        s_.batches[PRICE].rows.close();
        ++prices_kept_;
    }

    void learn(const uint8_t *begin, const uint8_t *number, const uint8_t *after,
               const uint8_t *end, uint32_t terms) {
        const auto text = [](const uint8_t *from, const uint8_t *to) {
            return std::string_view(reinterpret_cast<const char *>(from), size_t(to - from));
        };
        const std::string_view before = text(begin, number), rest = text(after, end);
        const auto found = std::find_if(shapes_.begin(), shapes_.end(),
                                        [&](const Shapes &one) { return one.before == before; });
        if (found == shapes_.end() && shapes_.size() >= BEFORES) shapes_.clear();
        shape_ = size_t(found - shapes_.begin());
        if (shape_ >= shapes_.size()) {
            shape_ = shapes_.size();
            shapes_.emplace_back().before = before;
        }
        Shapes &shapes = shapes_[shape_];
        const uint64_t hash = hash_of(rest);
        if (shapes.after.size() >= AFTERS) shapes.after.clear();
        if (!shapes.after.find(rest, hash)) shapes.after.insert(rest, hash, terms);
        shapes.last = rest;
        shapes.last_terms = terms;
    }

    // A price whose bytes but for the number were seen before.
    bool known_price(int32_t rate, int32_t ordinal) {
        Window &w = *json_.window;
        const uint8_t *begin = w.cur;
        const size_t held = size_t(w.end - begin);
        for (size_t k = 0; k < shapes_.size(); ++k) {
            const size_t at = shape_ + k < shapes_.size() ? shape_ + k : shape_ + k - shapes_.size();
            Shapes &shapes = shapes_[at];
            const size_t length = shapes.before.size();
            if (held < length + 24) continue;
            if (std::memcmp(begin, shapes.before.data(), length) != 0) continue;
            int64_t units = 0;
            const uint8_t *after = plain_number(begin + length, units);
            if (!after || after >= w.end) continue;
            const size_t left = size_t(w.end - after);
            uint32_t terms = 0;
            if (left >= shapes.last.size() &&
                std::memcmp(after, shapes.last.data(), shapes.last.size()) == 0) {
                terms = shapes.last_terms;
            } else if (const void *close = std::memchr(after, '}', std::min(left, MOST_SHAPE))) {
                const std::string_view rest(
                    reinterpret_cast<const char *>(after),
                    size_t(static_cast<const uint8_t *>(close) + 1 - after));
                terms = shapes.after.find(rest, hash_of(rest));
                if (terms) {
                    shapes.last = rest;
                    shapes.last_terms = terms;
                }
            }
            if (!terms) continue;
            shape_ = at;
            w.cur = after + shapes.last.size();
            if (units <= 0) s_.count(PRICE, bit(units == 0 ? rate_zero : rate_negative));
            row(rate, ordinal, true, units, terms);
            return true;
        }
        return false;
    }

    // A number of at most 14 + 4 digits without exponent, in ten-thousandths; past it, or null.
    static const uint8_t *plain_number(const uint8_t *p, int64_t &units) {
        const bool minus = *p == '-';
        if (minus) ++p;
        const uint8_t *first = p;
        int64_t value = 0;
        while (is_digit(*p) && p - first < 15) value = value * 10 + (*p++ - '0');
        const auto whole = p - first;
        if (whole == 0 || whole > 14 || (*first == '0' && whole > 1)) return nullptr;
        int decimals = 0;
        if (*p == '.') {
            ++p;
            for (; is_digit(*p); ++p, ++decimals) {
                if (decimals >= 4) return nullptr;
                value = value * 10 + (*p - '0');
            }
            if (decimals == 0) return nullptr;
        }
        if (*p == 'e' || *p == 'E') return nullptr;
        static constexpr int64_t scale[] = {10000, 1000, 100, 10, 1};
        units = value * scale[decimals];
        if (minus) units = -units;
        return p;
    }

    void amount(Amount &out) {
        const int c = json_.peek();
        out.present = true;
        out.quoted = c == '"';
        if (out.quoted) {
            decode(json_.string(), out.token);
        } else if (begins_number(c)) {
            out.token.assign(json_.number());
        } else if (json_.null()) {
            out.present = false;
        } else {
            json_.wrong_type();
        }
    }

    bool usable(const Amount &found) {
        if (!found.present) ++missing_;
        else if (!is_number(found.token)) ++not_number_;
        else return true;
        return false;
    }

    bool units_of(const Amount &found, int64_t &units, Table table) {
        const bool fits = amount_of(found.token, units);
        Flags odd = found.quoted ? bit(rate_as_string) : 0;
        if (!fits) odd |= bit(rate_does_not_fit);
        else if (units <= 0) odd |= bit(units == 0 ? rate_zero : rate_negative);
        s_.count(table, odd);
        return fits;
    }

    uint32_t terms_of(const Terms &found, Flags own) {
        key_.clear();
        for (const Text &text : found.text) put_text(key_, text);
        put_texts(key_, found.places);
        put_texts(key_, found.modifiers);
        put_text(key_, found.information);
        const uint64_t hash = hash_of(key_);
        uint32_t number = terms_seen_.find(key_, hash);
        if (number) return number;
        if (terms_seen_.size() >= s_.options.limits.terms) {
            terms_seen_.clear();
            shapes_.clear();
        }
        terms_seen_.insert(key_, hash, number = ++terms_written_);
        terms_.number.add(int32_t(number));
        for (size_t i = 0; i < 4; ++i) add_text(terms_.text[i], found.text[i]);
        add_texts(terms_.places, found.places);
        add_texts(terms_.modifiers, found.modifiers);
        add_text(terms_.information, found.information);
        s_.batches[TERMS].rows.close();
        if (outside(found.text[0], TYPES)) own |= bit(negotiated_type_unknown);
        if (outside(found.text[2], CLASSES)) own |= bit(billing_class_unknown);
        if (outside(found.text[3], SETTINGS)) own |= bit(setting_unknown);
        if (!found.text[1].null && !is_date(found.text[1].value)) own |= bit(expiration_not_a_date);
        s_.count(TERMS, own);
        return number;
    }

    // --- allowed amounts

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

    void allowed(int32_t ordinal) {
        static constexpr Keys<5> keys = {"tin", "service_code", "billing_class", "setting",
                                         "payments"};
        const Flags outer = s_.begin();
        Text tin[3];
        Terms terms;
        std::vector<Payment> payments;
        json_.members(keys, [&](int k) {
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
                ++prices_;
                if (!usable(one.paid)) continue;
                int64_t paid = 0, billed = 0;
                const bool fits = units_of(one.paid, paid, ALLOWED);
                bool is_billed = false, billed_fits = false;
                if (charge.billed.present) {
                    is_billed = is_number(charge.billed.token);
                    if (is_billed) billed_fits = units_of(charge.billed, billed, ALLOWED);
                    else s_.count(ALLOWED, bit(charge_not_a_number));
                }
                const uint32_t number = terms_of(terms, own | one.odd);
                const uint32_t provider =
                    providers_.number_of(tin, charge.npis, charge.no_npis, charge.odd);
                allowed_.item.add(item_number_);
                allowed_.allowed.add(ordinal);
                allowed_.payment.add(int32_t(place) + 1);
                allowed_.charge.add(none ? 0 : int32_t(n) + 1);
                money(allowed_.amount, allowed_.printed, true, fits, paid, one.paid.token);
                money(allowed_.billed, allowed_.billed_printed, is_billed, billed_fits, billed,
                      charge.billed.token);
                allowed_.terms.add(int32_t(number));
                allowed_.provider.add(int32_t(provider));
                s_.batches[ALLOWED].rows.close();
                ++prices_kept_;
            }
        }
        s_.flush_full();
    }

    static void money(Numbers<Decimal> &value, Strings &printed, bool present, bool fits,
                      int64_t units, const std::string &token) {
        if (present && fits) value.add(units);
        else value.add_null();
        if (present && !fits) printed.add(token);
        else printed.add_null();
    }

    void payment(Payment &out) {
        static constexpr Keys<3> keys = {"allowed_amount", "billing_code_modifier", "providers"};
        static constexpr Keys<2> inner = {"billed_charge", "npi"};
        const Flags outer = s_.begin();
        json_.members(keys, [&](int k) {
            if (k == 0) return amount(out.paid);
            if (k == 1) return s_.texts(out.modifiers);
            s_.each([&] {
                Charge &charge = out.charges.emplace_back();
                const Flags before = s_.begin();
                json_.members(inner, [&](int i) {
                    if (i == 0) amount(charge.billed);
                    else providers_.npis(charge.npis, charge.no_npis);
                });
                charge.odd = s_.end(before);
            });
        });
        out.odd = s_.end(outer);
    }

    // --- tables of contents

    void structure() {
        static constexpr Keys<4> keys = {"reporting_plans", "in_network_files",
                                         "allowed_amount_file", "allowed_amount_files"};
        ++structure_;
        int32_t plans = 0, in_network = 0, allowed = 0;
        bool plural = false;
        json_.members(keys, [&](int k) {
            if (k == 0) return s_.each([&] { plan(++plans); });
            if (k == 1) return s_.each([&] { listed("in_network", ++in_network); });
            plural |= k == 3;
            if (json_.peek() == '[') s_.each([&] { listed("allowed_amounts", ++allowed); });
            else if (!json_.null()) listed("allowed_amounts", ++allowed);
        });
        if (plural) s_.count(LISTED, bit(allowed_amount_files));
    }

    void plan(int32_t ordinal) {
        const Flags outer = s_.begin();
        Text text[6];
        json_.members(PLAN_KEYS, [&](int k) { s_.text(text[k]); });
        plan_.structure.add(structure_);
        plan_.plan.add(ordinal);
        for (size_t i = 0; i < 6; ++i) add_text(plan_.text[i], text[i]);
        s_.batches[PLAN].rows.close();
        s_.count(PLAN, s_.end(outer));
        ++plans_;
        s_.flush_full();
    }

    void listed(std::string_view kind, int32_t ordinal) {
        static constexpr Keys<1> keys = {"location"};
        const Flags outer = s_.begin();
        Text location;
        json_.members(keys, [&](int) { s_.text(location); });
        listed_.structure.add(structure_);
        listed_.kind.add(kind);
        listed_.file.add(ordinal);
        add_text(listed_.location, location);
        s_.batches[LISTED].rows.close();
        Flags own = s_.end(outer);
        if (location.value.empty()) own |= bit(location_missing);
        s_.count(LISTED, own);
        ++files_;
        s_.flush_full();
    }

    // --- the account

    void counts(std::map<std::string, int64_t> &out) const {
        out = {{"items.read", item_number_},
               {"items.kept", items_kept_},
               {"items.rejected.not_wanted", not_wanted_},
               {"rates.read", rates_},
               {"prices.read", prices_},
               {"prices.kept", prices_kept_},
               {"prices.rejected.rate_missing", missing_},
               {"prices.rejected.rate_not_a_number", not_number_},
               {"groups.read", providers_.read},
               {"groups.kept", providers_.kept},
               {"groups.rejected.unreferenced", providers_.unreferenced},
               {"groups.rejected.no_id", providers_.no_id},
               {"groups.merged.same_inline_group", providers_.merged},
               {"plans.read", plans_},
               {"plans.kept", plans_},
               {"files.read", files_},
               {"files.kept", files_}};
        for (size_t t = 0; t < TABLES; ++t)
            for (size_t o = 0; o < ODDITIES; ++o)
                if (s_.odd[t][o])
                    out[std::string(TABLE_NAMES[t]) + "." + ODDITY_NAMES[o]] = s_.odd[t][o];
        std::erase_if(out, [](const auto &entry) { return entry.second == 0; });
    }
};

}  // namespace

Result parse(Source source, Emit emit, Options options) {
    if (!options.scan) options.scan = find_scan();
    Window window(std::move(source));
    return Reader(window, std::move(emit), std::move(options)).run();
}

}  // namespace tic
