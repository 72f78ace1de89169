#include "scan.hpp"

#include <bit>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

namespace tic {
namespace {

const uint8_t *plain_stop(const uint8_t *p, const uint8_t *end) {
    while (p < end && *p != '"' && *p != '\\' && *p >= 0x20 && *p < 0x80) ++p;
    return p;
}

const uint8_t *plain_leap(Leap &state, const uint8_t *p, const uint8_t *end) {
    for (; p < end; ++p) {
        const uint8_t byte = *p;
        if (state.escaped) {
            state.escaped = false;
        } else if (byte == '\\') {
            state.escaped = true;
        } else if (byte == '"') {
            state.inside = !state.inside;
        } else if (!state.inside) {
            if (byte == '{' || byte == '[') {
                ++state.depth;
            } else if ((byte == '}' || byte == ']') && --state.depth == 0) {
                return p + 1;
            }
        }
    }
    return p;
}

size_t plain_same(const uint8_t *one, const uint8_t *other, size_t size) {
    size_t at = 0;
    for (; at + 8 <= size; at += 8)
        if (std::memcmp(one + at, other + at, 8) != 0) break;
    while (at < size && one[at] == other[at]) ++at;
    return at;
}

// Bit i of each mask is about byte i of a block of 64.
struct Masks {
    uint64_t quote, backslash, open, close;
};

// Bytes that a backslash hides; the carry says whether the first byte of the next block is one.
inline uint64_t hidden(uint64_t backslash, bool &carry) {
    uint64_t out = carry ? 1 : 0;
    carry = false;
    backslash &= ~out;
    while (backslash) {
        const int at = std::countr_zero(backslash);
        if (at == 63) {
            carry = true;
            break;
        }
        out |= uint64_t{2} << at;
        backslash &= ~(uint64_t{3} << at);
    }
    return out;
}

// Bit i is the parity of bits 0 to i.
inline uint64_t parity(uint64_t bits) {
    for (int by = 1; by < 64; by <<= 1) bits ^= bits << by;
    return bits;
}

template <class Load>
[[gnu::always_inline]] inline const uint8_t *block_leap(Leap &state, const uint8_t *p,
                                                        const uint8_t *end, Load load) {
    while (p < end) {
        Masks m = load(p);
        const int64_t left = end - p;
        if (left < 64) {
            const uint64_t valid = (uint64_t{1} << left) - 1;
            m = {m.quote & valid, m.backslash & valid, m.open & valid, m.close & valid};
        }
        uint64_t gone = 0;
        if (m.backslash || state.escaped) {
            gone = hidden(m.backslash, state.escaped);
            // A backslash that is the last valid byte hides the first byte of the next piece.
            if (left < 64 && (gone >> left & 1)) state.escaped = true;
        }
        const uint64_t within = parity(m.quote & ~gone) ^ (state.inside ? ~uint64_t{0} : 0);
        const uint64_t out = ~(within | gone);
        uint64_t open = m.open & out, close = m.close & out;
        if (std::popcount(close) < state.depth) {
            state.depth += std::popcount(open) - std::popcount(close);
        } else {
            for (uint64_t both = open | close; both; both &= both - 1) {
                const int at = std::countr_zero(both);
                if (open >> at & 1) {
                    ++state.depth;
                } else if (--state.depth == 0) {
                    return p + at + 1;
                }
            }
        }
        state.inside = within >> 63;
        p += left < 64 ? left : 64;
    }
    return p;
}

#if defined(__x86_64__)

#define AVX2 __attribute__((target("avx2,bmi,popcnt")))

AVX2 inline uint64_t equal(__m256i low, __m256i high, char byte) {
    const __m256i wanted = _mm256_set1_epi8(byte);
    const auto a = static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, wanted)));
    const auto b = static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, wanted)));
    return a | uint64_t{b} << 32;
}

AVX2 const uint8_t *avx2_stop(const uint8_t *p, const uint8_t *end) {
    const __m256i quote = _mm256_set1_epi8('"'), backslash = _mm256_set1_epi8('\\');
    const __m256i space = _mm256_set1_epi8(0x20);
    for (; p < end; p += 32) {
        const __m256i block = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(p));
        // As signed bytes, those of 8 bits are below 0x20 too.
        const __m256i found = _mm256_or_si256(
            _mm256_or_si256(_mm256_cmpeq_epi8(block, quote), _mm256_cmpeq_epi8(block, backslash)),
            _mm256_cmpgt_epi8(space, block));
        const auto mask = static_cast<uint32_t>(_mm256_movemask_epi8(found));
        if (mask) {
            const uint8_t *at = p + std::countr_zero(mask);
            return at < end ? at : end;
        }
    }
    return end;
}

AVX2 inline Masks avx2_masks(const uint8_t *p) {
    const __m256i low = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(p));
    const __m256i high = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(p + 32));
    // '[' and '{', ']' and '}' differ in one bit only.
    const __m256i bit = _mm256_set1_epi8(0x20);
    const __m256i low_ = _mm256_or_si256(low, bit), high_ = _mm256_or_si256(high, bit);
    return {equal(low, high, '"'), equal(low, high, '\\'), equal(low_, high_, '{'),
            equal(low_, high_, '}')};
}

AVX2 const uint8_t *avx2_leap(Leap &state, const uint8_t *p, const uint8_t *end) {
    while (p < end) {
        Masks m = avx2_masks(p);
        const int64_t left = end - p;
        if (left < 64) break;
        if (m.backslash || state.escaped) break;
        const uint64_t within = parity(m.quote) ^ (state.inside ? ~uint64_t{0} : 0);
        const uint64_t open = m.open & ~within, close = m.close & ~within;
        const int closes = std::popcount(close);
        if (closes >= state.depth) break;
        state.depth += std::popcount(open) - closes;
        state.inside = within >> 63;
        p += 64;
    }
    return p;
}

AVX2 const uint8_t *avx2_leap_all(Leap &state, const uint8_t *p, const uint8_t *end) {
    while (p < end) {
        p = avx2_leap(state, p, end);  // blocks without anything special
        if (p >= end) break;
        const int64_t left = end - p;
        const uint8_t *block = p + (left < 64 ? left : 64);
        p = block_leap(state, p, block, [](const uint8_t *at) AVX2 { return avx2_masks(at); });
        if (state.depth == 0) return p;
    }
    return p;
}

// Bit i says that bytes i of the two blocks differ.
AVX2 inline uint32_t avx2_differ(const uint8_t *one, const uint8_t *other) {
    const __m256i a = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(one));
    const __m256i b = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(other));
    return ~static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(a, b)));
}

AVX2 size_t avx2_same(const uint8_t *one, const uint8_t *other, size_t size) {
    if (size < 32) return plain_same(one, other, size);
    size_t at = 0;
    for (; at + 32 <= size; at += 32)
        if (const uint32_t differ = avx2_differ(one + at, other + at))
            return at + size_t(std::countr_zero(differ));
    at = size - 32;  // the last block again, up to its end
    const uint32_t differ = avx2_differ(one + at, other + at);
    return differ ? at + size_t(std::countr_zero(differ)) : size;
}

const Scan avx2_scan{"avx2", avx2_stop, avx2_leap_all, avx2_same};

#elif defined(__aarch64__)

inline uint64_t bits_of(uint8x16_t a, uint8x16_t b, uint8x16_t c, uint8x16_t d) {
    const uint8x16_t weight = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    const uint8x16_t ab = vpaddq_u8(vandq_u8(a, weight), vandq_u8(b, weight));
    const uint8x16_t cd = vpaddq_u8(vandq_u8(c, weight), vandq_u8(d, weight));
    const uint8x16_t all = vpaddq_u8(ab, cd);
    return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(all, all)), 0);
}

inline Masks neon_masks(const uint8_t *p) {
    const uint8x16x4_t in = {vld1q_u8(p), vld1q_u8(p + 16), vld1q_u8(p + 32), vld1q_u8(p + 48)};
    const uint8x16_t bit = vdupq_n_u8(0x20);
    const auto equal = [&](uint8_t byte, bool folded) {
        const uint8x16_t wanted = vdupq_n_u8(byte);
        uint8x16_t found[4];
        for (int i = 0; i < 4; ++i)
            found[i] = vceqq_u8(folded ? vorrq_u8(in.val[i], bit) : in.val[i], wanted);
        return bits_of(found[0], found[1], found[2], found[3]);
    };
    return {equal('"', false), equal('\\', false), equal('{', true), equal('}', true)};
}

const uint8_t *neon_stop(const uint8_t *p, const uint8_t *end) {
    for (; p < end; p += 16) {
        const uint8x16_t block = vld1q_u8(p);
        const uint8x16_t found = vorrq_u8(
            vorrq_u8(vceqq_u8(block, vdupq_n_u8('"')), vceqq_u8(block, vdupq_n_u8('\\'))),
            vcltq_s8(vreinterpretq_s8_u8(block), vdupq_n_s8(0x20)));
        if (vmaxvq_u8(found)) return plain_stop(p, end);
    }
    return end;
}

const uint8_t *neon_leap(Leap &state, const uint8_t *p, const uint8_t *end) {
    return block_leap(state, p, end, neon_masks);
}

const Scan neon_scan{"neon", neon_stop, neon_leap, plain_same};

#endif

}  // namespace

const Scan plain_scan{"plain", plain_stop, plain_leap, plain_same};

const Scan *find_scan(std::string_view name) {
#if defined(__x86_64__)
    static const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi");
    if (avx2 && (name.empty() || name == avx2_scan.name)) return &avx2_scan;
#elif defined(__aarch64__)
    if (name.empty() || name == neon_scan.name) return &neon_scan;
#endif
    return name.empty() || name == plain_scan.name ? &plain_scan : nullptr;
}

}  // namespace tic
