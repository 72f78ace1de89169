// Chunks of bytes as one sliding window.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>

namespace tic {

// The next chunk, valid until the next call; empty at the end.
using Source = std::function<std::string_view()>;

// Bytes [cur, end) are in hand; more() brings in further ones and may move all of them. Bytes from
// `keep` on, or else from `cur` on, stay in hand. Past `end` stands padding that scans may read.
//
// A large chunk is read where it lies. Only what spans two chunks is copied: the last bytes of one
// and the first of the next stand in a bridge, until what has to stay in hand lies in the next
// chunk alone.
class Window {
public:
    static constexpr size_t PADDING = 64, CONTEXT = 40;

    explicit Window(Source source, uint64_t offset = 0) : source_(std::move(source)), base_(offset) {
        grow(PADDING);
        std::memset(bridge_.get(), 0, size_);
        cur = end = begin_ = bridge_.get();
    }

    const uint8_t *cur = nullptr;
    const uint8_t *end = nullptr;
    const uint8_t *keep = nullptr;
    uint32_t moves = 0;  // pointers into the window hold as long as this is the same

    uint64_t offset() const { return offset_of(cur); }
    uint64_t offset_of(const uint8_t *p) const { return base_ + uint64_t(p - begin_); }

    // The bytes around an offset, as far as they are in hand.
    std::string_view around(uint64_t offset) const {
        const int64_t held = end - begin_, near = static_cast<int64_t>(offset - base_);
        const int64_t from = std::clamp<int64_t>(near - int64_t{CONTEXT}, 0, held);
        const int64_t to = std::clamp<int64_t>(near + int64_t{CONTEXT}, from, held);
        return {reinterpret_cast<const char *>(begin_) + from, size_t(to - from)};
    }

    // False at the end of the data.
    bool more() {
        const uint8_t *from = keep ? keep : cur;
        from -= std::min<size_t>(CONTEXT, size_t(from - begin_));
        if (lies_) {  // what was held back as padding goes to the bridge
            ++moves;
            lies_ = false;
            to_bridge(from, {reinterpret_cast<const char *>(end), PADDING});
            chunk_ = {};
            taken_ = 0;
            return true;
        }
        if (taken_ == chunk_.size()) {
            if (ended_) return false;
            chunk_ = source_();
            taken_ = 0;
            ended_ = chunk_.empty();
            if (ended_) return false;
        }
        ++moves;
        const uint8_t *joint = end - taken_;  // from here on the bridge holds the chunk's bytes
        if (taken_ > 0 && from >= joint && chunk_.size() > taken_ + PADDING) {
            lie(joint);
        } else {
            const size_t piece = std::min(chunk_.size() - taken_, std::max(PIECE, taken_));
            to_bridge(from, chunk_.substr(taken_, piece));
            taken_ += piece;
        }
        return true;
    }

private:
#ifdef TIC_ALWAYS_MOVE  // under sanitizers, so that a stale pointer is seen
    static constexpr bool ALWAYS = true;
    static constexpr size_t PIECE = 48;
#else
    static constexpr bool ALWAYS = false;
    static constexpr size_t PIECE = 1024;
#endif
    Source source_;
    std::unique_ptr<uint8_t[]> bridge_;
    size_t size_ = 0;
    const uint8_t *begin_ = nullptr;  // the first byte in hand, at offset base_
    uint64_t base_;
    std::string_view chunk_;
    size_t taken_ = 0;   // bytes of the chunk that the bridge has
    bool lies_ = false;  // whether what is in hand is the chunk itself
    bool ended_ = false;

    void grow(size_t size) {
        bridge_ = std::make_unique_for_overwrite<uint8_t[]>(size);
        size_ = size;
    }

    // From now on what is in hand is the chunk, all but its last bytes, which serve as padding.
    void lie(const uint8_t *joint) {
        const auto *data = reinterpret_cast<const uint8_t *>(chunk_.data());
        base_ += uint64_t(joint - begin_);
        cur = data + (cur - joint);
        keep = keep ? data + (keep - joint) : nullptr;
        begin_ = data;
        end = data + chunk_.size() - PADDING;
        lies_ = true;
        taken_ = chunk_.size();
    }

    // Hold the bytes from `from` on, and then these.
    void to_bridge(const uint8_t *from, std::string_view piece) {
        const size_t held = size_t(end - from), at = size_t(cur - from);
        const size_t kept = keep ? size_t(keep - from) : 0, room = held + piece.size() + PADDING;
        if (ALWAYS || room > size_) {
            const auto old = std::move(bridge_);
            grow(ALWAYS ? room : std::max(room, size_ * 2));
            std::memcpy(bridge_.get(), from, held);
        } else {
            std::memmove(bridge_.get(), from, held);
        }
        std::memcpy(bridge_.get() + held, piece.data(), piece.size());
        std::memset(bridge_.get() + held + piece.size(), 0, PADDING);
        base_ += uint64_t(from - begin_);
        begin_ = bridge_.get();
        cur = begin_ + at;
        keep = keep ? begin_ + kept : nullptr;
        end = begin_ + held + piece.size();
    }
};

}  // namespace tic
