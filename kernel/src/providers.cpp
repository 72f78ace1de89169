#include <algorithm>

#include "providers.hpp"

namespace tic {
namespace {

constexpr size_t BLOCK = size_t{4} << 20;
constexpr int64_t LEAST_NPI = 1'000'000'000, MOST_NPI = 9'999'999'999;

enum Kind : uint8_t { REMOTE, REFERENCE, EMPTY };
constexpr std::string_view KINDS[] = {"remote", "reference", "empty"};

// The check digit of an NPI: 80840 before it adds 24 (45 CFR 162.406, ISO/IEC 7812-1).
bool luhn(int64_t npi) {
    int sum = 24;
    for (int place = 0; npi; ++place, npi /= 10) {
        int digit = int(npi % 10);
        if (place % 2) digit = digit > 4 ? 2 * digit - 9 : 2 * digit;
        sum += digit;
    }
    return sum % 10 == 0;
}

void put_content(std::string &out, const Text *tin, const std::vector<int64_t> &npis, bool null) {
    for (int i = 0; i < 3; ++i) put_text(out, tin[i]);
    put_number<int64_t>(out, null ? -1 : int64_t(npis.size()));
    if (!npis.empty()) put(out, npis.data(), npis.size() * sizeof(int64_t));
}

void skip_content(const char *&p) {
    bool null;
    for (int i = 0; i < 3; ++i) take_text(p, null);
    const auto size = take_number<int64_t>(p);
    if (size > 0) p += size * int64_t(sizeof(int64_t));
}

// The whole number a token prints, or -1 where it is none below 10^18.
int64_t npi_of(std::string_view token) {
    if (token.empty() || token.size() > 18 || (token[0] == '0' && token.size() > 1)) return -1;
    int64_t value = 0;
    for (char c : token) {
        if (!is_digit(c)) return -1;
        value = value * 10 + (c - '0');
    }
    return value;
}

}  // namespace

Providers::Providers(Shared &shared) : s_(shared) {
    Batch &b = s_.batches[GROUP];
    b.define(TABLE_NAMES[GROUP]);
    b.number("provider", c_.provider);
    b.number("group", c_.group);
    b.text("kind", c_.kind, false);
    b.text("provider_group_id", c_.id);
    b.texts("network_name", c_.networks);
    b.text("location", c_.location);
    b.text("tin_type", c_.tin_type);
    b.text("tin", c_.tin);
    b.text("business_name", c_.business_name);
    b.column({"npi", "+l", true, {{"item", "l", false, {}}}}, c_.npi);
}

uint32_t Providers::next() {
    ++last_;
    defined_.resize(last_ + 1);
    used_.resize(last_ + 1);
    return last_;
}

uint32_t Providers::of_token(std::string_view token) {
    const uint64_t hash = hash_of(token);
    uint32_t number = tokens_.find(token, hash);
    if (number == 0) tokens_.insert(token, hash, number = next());
    return number;
}

void Providers::tin(Text *three) {
    static constexpr Keys<3> keys = {"type", "value", "business_name"};
    for (int i = 0; i < 3; ++i) three[i].reset();
    if (s_.json.null()) return;
    s_.json.members(keys, [&](int k) { s_.text(three[k]); });
}

// One element of an NPI list, or -1 where it is unreadable.
int64_t Providers::npi(Flags &flags) {
    Window &w = *s_.json.window;
    const int c = s_.json.peek();
    const bool quoted = c == '"';
    if ((quoted || is_digit(c)) && w.end - w.cur > 24) {
        const uint8_t *p = w.cur + quoted, *first = p;
        uint64_t value = 0;  // unsigned: nineteen digits are read before they are found too many
        while (is_digit(*p) && p - first < 19) value = value * 10 + (*p++ - '0');
        const auto digits = p - first;
        const bool sound = digits >= 1 && digits <= 18 && (*first != '0' || digits == 1);
        if (sound && (quoted ? *p == '"' : *p != '.' && *p != 'e' && *p != 'E')) {
            w.cur = p + quoted;
            if (quoted) flags |= bit(npi_as_string);
            return static_cast<int64_t>(value);
        }
    }
    return npi_of(s_.token(npi_as_string, token_));
}

void Providers::npis(std::vector<int64_t> &out, bool &null) {
    out.clear();
    null = s_.json.null();
    if (null) return;
    s_.json.elements([&] {
        const int64_t value = npi(s_.flags);
        if (value < 0) s_.flags |= bit(npi_unreadable);
        else out.push_back(value);
    });
}

// One group into key_, what was odd about its values into `odd`.
void Providers::group(Flags &odd) {
    static constexpr Keys<2> keys = {"npi", "tin"};
    const Flags outer = s_.begin();
    bool null = true;
    npis_.clear();
    for (Text &text : tin_) text.reset();
    s_.json.members(keys, [&](int k) { k == 0 ? npis(npis_, null) : tin(tin_); });
    odd = s_.end(outer);
    key_.clear();
    put_content(key_, tin_, npis_, null);
}

void Providers::reference() {
    static constexpr Keys<4> keys = {"provider_group_id", "network_name", "location",
                                     "provider_groups"};
    const Flags outer = s_.begin();
    std::string id, groups;
    bool has_id = false;
    Texts networks;
    Text location;
    int64_t count = 0;
    s_.json.members(keys, [&](int k) {
        if (k == 0) {
            if (s_.json.null()) return;
            id.assign(s_.token(group_id_as_string, token_));
            has_id = true;
        } else if (k == 1) {
            s_.texts(networks);
        } else if (k == 2) {
            s_.text(location);
        } else {
            s_.each([&] {
                Flags odd;
                group(odd);
                put_number<Flags>(groups, odd);
                groups += key_;
                ++count;
            });
        }
    });
    Flags own = s_.end(outer);
    const int64_t parts = std::max<int64_t>(1, count + !location.null);
    read += parts;
    if (!has_id) {
        no_id += parts;
        return;
    }
    const uint32_t number = of_token(id);
    if (defined_[number]) own |= bit(group_id_repeated);
    uint32_t network_list = 0;
    if (!networks.null) {
        std::string list;
        put_texts(list, networks);
        const uint64_t hash = hash_of(list);
        network_list = networks_.find(list, hash);
        if (network_list == 0) networks_.insert(list, hash, network_list = uint32_t(networks_.size()) + 1);
    }
    const auto keep = [&](Kind kind, Flags odd, const char *content, size_t size) {
        if (kept_.empty() || kept_.back().size() + size + 64 + location.value.size() > BLOCK) {
            kept_.emplace_back();
            kept_.back().reserve(std::max(BLOCK, size + 64 + location.value.size()));
        }
        std::string &block = kept_.back();
        put_number<uint32_t>(block, number);
        put_number<uint32_t>(block, ++defined_[number]);
        put_number<uint8_t>(block, kind);
        put_number<Flags>(block, odd | std::exchange(own, 0));
        put_number<uint32_t>(block, network_list);
        put_text(block, kind == REMOTE ? location : Text{});
        put(block, content, size);
    };
    std::string nothing;
    put_content(nothing, std::array<Text, 3>{}.data(), {}, true);
    if (!location.null) keep(REMOTE, 0, nothing.data(), nothing.size());
    for (const char *p = groups.data(), *end = p + groups.size(); p < end;) {
        const auto odd = take_number<Flags>(p);
        const char *content = p;
        skip_content(p);
        keep(REFERENCE, odd, content, size_t(p - content));
    }
    if (location.null && count == 0) keep(EMPTY, 0, nothing.data(), nothing.size());
}

void Providers::of_file() {
    if (s_.json.null()) return;
    const uint32_t number = next();
    uint32_t count = 0;
    s_.json.elements([&] {
        Flags odd;
        group(odd);
        ++read;
        ++kept;
        write(number, ++count, "file", {}, 0, {}, key_.data(), odd);
    });
}

void Providers::referenced(std::vector<int32_t> &out) {
    s_.each([&] {
        const uint32_t number = of_token(s_.token(reference_as_string, token_));
        used_[number] = true;
        out.push_back(int32_t(number));
    });
}

void Providers::inlined(std::vector<int32_t> &out) {
    s_.each([&] {
        Window &w = *s_.json.window;
        uint64_t hash = 0;
        std::string raw;
        if (*w.cur == '{') {
            Leap state;
            const uint8_t *close = s_.json.scan.leap(state, w.cur, w.end);
            if (state.depth == 0) {
                const std::string_view found(reinterpret_cast<const char *>(w.cur),
                                             size_t(close - w.cur));
                hash = hash_of(found);
                if (const uint32_t number = raw_groups_.find(found, hash)) {
                    ++read;
                    ++merged;
                    out.push_back(int32_t(number));
                    w.cur = close;
                    return;
                }
                raw.assign(found);
            }
        }
        Flags odd;
        group(odd);
        const uint64_t begun = epoch;
        const uint32_t number = number_of(nullptr, npis_, false, odd);
        if (!raw.empty() && epoch == begun) {
            if (raw_groups_.bytes() + raw.size() > MOST_SEEN) raw_groups_.clear();
            raw_groups_.insert(raw, hash, number);
        }
        out.push_back(int32_t(number));
    });
}

// Of what stands in key_, unless a TIN is given.
uint32_t Providers::number_of(const Text *tin, const std::vector<int64_t> &npis, bool null,
                              Flags odd) {
    if (tin) {
        key_.clear();
        put_content(key_, tin, npis, null);
    }
    ++read;
    const uint64_t hash = hash_of(key_);
    uint32_t number = inlined_.find(key_, hash);
    if (number) {
        ++merged;
        return number;
    }
    const Limits &most = s_.options.limits;
    const size_t text = key_.size() - (npis.size() + 1) * sizeof(int64_t);
    if (inlined_.size() >= most.groups || inlined_npis_ + npis.size() > most.npis ||
        inlined_text_ + text > most.text) {
        inlined_.clear();
        raw_groups_.clear();
        inlined_npis_ = inlined_text_ = 0;
        ++epoch;
    }
    inlined_npis_ += npis.size();
    inlined_text_ += text;
    inlined_.insert(key_, hash, number = next());
    ++kept;
    write(number, 1, "inline", {}, 0, {}, key_.data(), odd);
    return number;
}

void Providers::write(uint32_t provider, uint32_t group, std::string_view kind,
                      std::optional<std::string_view> id, uint32_t networks,
                      std::optional<std::string_view> location, const char *content, Flags odd) {
    c_.provider.add(int32_t(provider));
    c_.group.add(int32_t(group));
    c_.kind.add(kind);
    if (id) {
        c_.id.add(*id);
        if (id->find_first_of(".eE") != id->npos) odd |= bit(group_id_not_integer);
    } else {
        c_.id.add_null();
    }
    if (networks) {
        const char *p = networks_.key(networks - 1).data();
        add_texts(c_.networks, p);
    } else {
        c_.networks.add_null();
    }
    if (location) c_.location.add(*location);
    else c_.location.add_null();
    Strings *texts[] = {&c_.tin_type, &c_.tin, &c_.business_name};
    for (int i = 0; i < 3; ++i) {
        bool null;
        const std::string_view text = take_text(content, null);
        if (null) texts[i]->add_null();
        else texts[i]->add(text);
        if (i == 0 && !null && text != "ein" && text != "npi") {
            std::string lower(text);
            for (char &c : lower)
                if (c >= 'A' && c <= 'Z') c = char(c + 32);
            odd |= bit(lower == "ein" || lower == "npi" ? tin_type_case : tin_type_unknown);
        }
    }
    auto left = take_number<int64_t>(content);
    if (left < 0) {
        c_.npi.add_null();
    } else {
        for (; left > 0; --left) {
            const auto npi = take_number<int64_t>(content);
            c_.npi.items.add(npi);
            if (npi < LEAST_NPI || npi > MOST_NPI) {
                if (npi) odd |= bit(npi_length);
            } else if (!luhn(npi)) {
                odd |= bit(npi_check_digit);
            }
        }
        c_.npi.close();
    }
    s_.close(GROUP);
    s_.count(GROUP, odd);
}

void Providers::finish() {
    std::vector<uint32_t> ids(last_ + 1);
    for (size_t i = 0; i < tokens_.size(); ++i) ids[tokens_.value(i)] = uint32_t(i);
    for (std::string &block : kept_) {
        for (const char *p = block.data(), *end = p + block.size(); p < end;) {
            const auto number = take_number<uint32_t>(p);
            const auto group = take_number<uint32_t>(p);
            const auto kind = take_number<uint8_t>(p);
            const auto odd = take_number<Flags>(p);
            const auto networks = take_number<uint32_t>(p);
            bool null;
            const std::string_view location = take_text(p, null);
            if (used_[number]) {
                ++kept;
                write(number, group, KINDS[kind], tokens_.key(ids[number]), networks,
                      null ? std::nullopt : std::optional(location), p, odd);
            } else {
                ++unreferenced;
            }
            skip_content(p);
        }
        block = {};
    }
    std::string nothing;
    put_content(nothing, std::array<Text, 3>{}.data(), {}, true);
    for (size_t i = 0; i < tokens_.size(); ++i) {
        const uint32_t number = tokens_.value(i);
        if (defined_[number]) continue;
        write(number, 1, "dangling", tokens_.key(i), 0, {}, nothing.data(), bit(dangling_reference));
    }
}

}  // namespace tic
