#include "sets.hpp"

#include <cstring>

namespace tic {
namespace {

void remember(Interner &seen, const ProviderList &list, uint32_t number) {
    if (list.raw.empty()) return;
    if (seen.bytes() + list.raw.size() > MOST_SEEN) seen.clear();
    seen.insert(list.raw, list.hash, number);
}

}  // namespace

Sets::Sets(Shared &shared, Providers &providers) : s_(shared), providers_(providers) {
    Batch &b = s_.batches[SET];
    b.define(TABLE_NAMES[SET]);
    b.number("provider_set", c_.number);
    b.column({"providers", "+l", false, {{"item", "i", false, {}}}}, c_.providers);
}

void Sets::read_groups() {
    if (raw_epoch_ != providers_.epoch) {
        raw_groups_.clear();
        raw_epoch_ = providers_.epoch;
    }
    read(groups, raw_groups_, true);
}

// provider_references or provider_groups: by its bytes if they were seen before.
void Sets::read(ProviderList &out, const Interner &seen, bool inlined) {
    Window &w = *s_.json.window;
    std::string_view raw;
    const uint32_t epoch = providers_.epoch;
    if (s_.json.peek() == '[') {
        const char *begin = reinterpret_cast<const char *>(w.cur);
        if (inlined) {
            Leap state;
            const uint8_t *close = s_.json.scan.leap(state, w.cur, w.end);
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
            if (inlined) {
                const auto repeated = int64_t(members_of(out.set).size());
                providers_.read += repeated;
                providers_.merged += repeated;
            }
            return;
        }
    }
    const uint32_t moves = w.moves;
    const uint8_t *begin = w.cur;
    if (inlined) providers_.inlined(out.members);
    else providers_.referenced(out.members);
    // Remembered if it was in hand as one piece, and ended where it was taken to.
    if (!raw.empty() && w.moves == moves && size_t(w.cur - begin) == raw.size() &&
        providers_.epoch == epoch)
        out.raw.assign(reinterpret_cast<const char *>(begin), raw.size());
}

std::vector<int32_t> Sets::members_of(uint32_t set) const {
    const std::string_view key = seen_.key(set - before_ - 1);
    std::vector<int32_t> out(key.size() / sizeof(int32_t));
    if (!out.empty()) std::memcpy(out.data(), key.data(), key.size());
    return out;
}

uint32_t Sets::of_rate(Flags own) {
    if (references.set && !groups.set && groups.members.empty()) return references.set;
    if (groups.set && !references.set && references.members.empty()) return groups.set;
    if (references.set) references.members = members_of(references.set);
    if (groups.set) groups.members = members_of(groups.set);
    std::vector<int32_t> &all = references.members;
    const bool with_references = !all.empty(), with_groups = !groups.members.empty();
    if (with_references && with_groups) own |= bit(reference_and_inline);
    if (!with_references && !with_groups) own |= bit(no_providers);
    all.insert(all.end(), groups.members.begin(), groups.members.end());
    const uint32_t number = number_of(all, own);
    if (!with_groups) remember(raw_references_, references, number);
    if (!with_references && raw_epoch_ == providers_.epoch)
        remember(raw_groups_, groups, number);
    return number;
}

uint32_t Sets::number_of(const std::vector<int32_t> &members, Flags own) {
    const std::string_view key(reinterpret_cast<const char *>(members.data()),
                               members.size() * sizeof(int32_t));
    const uint64_t hash = hash_of(key);
    uint32_t number = seen_.find(key, hash);
    if (number) return number;
    const Limits &most = s_.options.limits;
    if (seen_.size() >= most.sets || members_ + members.size() > most.members) {
        seen_.clear();
        raw_references_.clear();
        raw_groups_.clear();
        members_ = 0;
        before_ = written_;
    }
    members_ += members.size();
    seen_.insert(key, hash, number = ++written_);
    c_.number.add(int32_t(number));
    c_.providers.items.add(members.data(), members.size());
    c_.providers.close();
    s_.close(SET);
    s_.count(SET, own);
    return number;
}

}  // namespace tic
