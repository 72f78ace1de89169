// Byte strings to numbers, exactly: a hash finds the place, the bytes decide.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace tic {

inline uint64_t mix(uint64_t a, uint64_t b) {
    const auto product = static_cast<unsigned __int128>(a) * b;
    return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

inline uint64_t hash_of(std::string_view bytes) {
    constexpr uint64_t odd = 0x9E3779B97F4A7C15, salt = 0xD6E8FEB86659FD93;
    const char *p = bytes.data();
    size_t left = bytes.size();
    uint64_t hash = left * odd + salt, a = 0, b = 0;
    if (left > 64) {  // four sums that do not wait for each other
        uint64_t sum[4] = {hash, odd, salt, ~hash};
        for (; left > 64; p += 64, left -= 64) {
            for (int lane = 0; lane < 4; ++lane) {
                std::memcpy(&a, p + 16 * lane, 8);
                std::memcpy(&b, p + 16 * lane + 8, 8);
                sum[lane] = mix(a ^ odd ^ sum[lane], b ^ salt);
            }
        }
        hash = mix(sum[0] ^ odd, sum[1] ^ salt) ^ mix(sum[2] ^ salt, sum[3] ^ odd);
    }
    for (; left > 16; p += 16, left -= 16) {
        std::memcpy(&a, p, 8);
        std::memcpy(&b, p + 8, 8);
        hash = mix(a ^ odd ^ hash, b ^ salt);
    }
    a = b = 0;
    if (left) std::memcpy(&a, p, left < 8 ? left : 8);
    if (left > 8) std::memcpy(&b, p + 8, left - 8);
    return mix(a ^ odd ^ hash, b ^ salt ^ left);
}

// Keys are copied; a value is a number from 1.
class Interner {
public:
    Interner() : slots_(64, 0), mask_(63) {}

    size_t size() const { return entries_.size(); }
    size_t bytes() const { return arena_.size(); }

    // The value of a key, or 0.
    uint32_t find(std::string_view key, uint64_t hash) const {
        for (size_t at = hash & mask_;; at = (at + 1) & mask_) {
            const uint64_t slot = slots_[at];
            if (slot == 0) return 0;
            if ((slot ^ hash) >> 32) continue;
            const Entry &entry = entries_[uint32_t(slot) - 1];
            if (entry.length == key.size() &&
                (key.empty() || std::memcmp(arena_.data() + entry.at, key.data(), key.size()) == 0))
                return entry.value;
        }
    }
    uint32_t find(std::string_view key) const { return find(key, hash_of(key)); }

    // The key must not be there yet.
    void insert(std::string_view key, uint64_t hash, uint32_t value) {
        if ((entries_.size() + 1) * 2 > slots_.size()) rehash(slots_.size() * 2);
        entries_.push_back({hash, arena_.size(), uint32_t(key.size()), value});
        arena_.insert(arena_.end(), key.begin(), key.end());
        place(uint32_t(entries_.size()));
    }
    void insert(std::string_view key, uint32_t value) { insert(key, hash_of(key), value); }

    // Key and value in order of insertion.
    std::string_view key(size_t index) const {
        return {arena_.data() + entries_[index].at, entries_[index].length};
    }
    uint32_t value(size_t index) const { return entries_[index].value; }

    // Its memory is kept for what comes.
    void clear() {
        entries_.clear();
        arena_.clear();
        std::fill(slots_.begin(), slots_.end(), 0);
    }

private:
    struct Entry {
        uint64_t hash;
        size_t at;
        uint32_t length, value;
    };
    std::vector<Entry> entries_;
    std::vector<char> arena_;
    // The upper half of the hash, and the place in entries_ from 1; 0 where there is none.
    std::vector<uint64_t> slots_;
    size_t mask_;

    void place(uint32_t number) {
        const uint64_t hash = entries_[number - 1].hash;
        size_t at = hash & mask_;
        while (slots_[at]) at = (at + 1) & mask_;
        slots_[at] = (hash >> 32 << 32) | number;
    }
    void rehash(size_t size) {
        slots_.assign(size, 0);
        mask_ = size - 1;
        for (uint32_t number = 1; number <= entries_.size(); ++number) place(number);
    }
};

}  // namespace tic
