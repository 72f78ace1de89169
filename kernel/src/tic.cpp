#include "tic.hpp"

#include <array>
#include <utility>

#include "index.hpp"
#include "items.hpp"
#include "providers.hpp"

namespace tic {
namespace {

// The outermost object and the account.
class Reader {
public:
    Reader(Window &window, Emit emit, Options options)
        : s_(window, std::move(emit), std::move(options)), json_(s_.json), providers_(s_),
          items_(s_, providers_), index_(s_) {
        Batch &file = s_.batches[FILE_];
        file.define(TABLE_NAMES[FILE_]);
        file.text("kind", kind_, false);
        for (size_t i = 0; i < TEXTS; ++i) file.text(ROOT[i].data(), text_[i]);
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
        kind_.add(result.kind);
        for (size_t i = 0; i < TEXTS; ++i) add_text(text_[i], header_[i]);
        s_.close(FILE_);
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
    static constexpr size_t TEXTS = 10;  // of ROOT are columns of the file's row

    Shared s_;
    Json &json_;
    Providers providers_;
    Items items_;
    Index index_;
    Text header_[TEXTS];
    Strings kind_, text_[TEXTS];

    void root(int key) {
        if (size_t(key) < TEXTS) return s_.text(header_[key]);
        switch (key) {
            case 10: return s_.each([&] { providers_.reference(); });
            case 11: return providers_.of_file();
            case 12: return s_.each([&] { items_.read(true); });
            case 13: return s_.each([&] { items_.read(false); });
            default: return s_.each([&] { index_.read(); });
        }
    }

    void counts(std::map<std::string, int64_t> &out) const {
        const Amounts &prices = items_.amounts();
        out = {{"items.read", items_.count},
               {"items.kept", items_.kept},
               {"items.rejected.not_wanted", items_.not_wanted},
               {"rates.read", items_.rates},
               {"prices.read", prices.prices},
               {"prices.kept", prices.kept},
               {"prices.rejected.rate_missing", prices.missing},
               {"prices.rejected.rate_not_a_number", prices.not_number},
               {"groups.read", providers_.read},
               {"groups.kept", providers_.kept},
               {"groups.rejected.unreferenced", providers_.unreferenced},
               {"groups.rejected.no_id", providers_.no_id},
               {"groups.merged.same_inline_group", providers_.merged},
               {"plans.read", index_.plans},
               {"plans.kept", index_.plans},
               {"files.read", index_.files},
               {"files.kept", index_.files}};
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
