// Chunks of bytes as one sliding window.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <string_view>

namespace tic {

// The next chunk, valid until the next call; empty at the end.
using Source = std::function<std::string_view()>;

// Bytes [cur, end) are in hand; more() brings in further ones and may move all of them. Bytes from
// `keep` on, or else from `cur` on, stay in hand. Past `end` stands padding that scans may read.
class Window {
public:
    static constexpr size_t PADDING = 64, CONTEXT = 40;

    explicit Window(Source source, uint64_t offset = 0) : source_(std::move(source)), base_(offset) {
        grow(PADDING);
        cur = end = keep_nothing();
        *buffer_.get() = 0;
    }

    const uint8_t *cur = nullptr;
    const uint8_t *end = nullptr;
    const uint8_t *keep = nullptr;
    uint32_t moves = 0;  // pointers into the window hold as long as this is the same

    uint64_t offset() const { return offset_of(cur); }
    uint64_t offset_of(const uint8_t *p) const { return base_ + (p - buffer_.get()); }

    // The bytes around an offset, as far as they are in hand.
    std::string_view around(uint64_t offset) const {
        const int64_t held = end - buffer_.get(), near = static_cast<int64_t>(offset - base_);
        const int64_t from = std::clamp<int64_t>(near - int64_t{CONTEXT}, 0, held);
        const int64_t to = std::clamp<int64_t>(near + int64_t{CONTEXT}, from, held);
        return {reinterpret_cast<const char *>(buffer_.get()) + from, size_t(to - from)};
    }

    // False at the end of the data.
    bool more() {
        if (ended_) return false;
        const std::string_view chunk = source_();
        if (chunk.empty()) {
            ended_ = true;
            return false;
        }
        ++moves;
        const uint8_t *begin = buffer_.get();
        const uint8_t *from = keep ? keep : cur;
        from -= std::min<size_t>(CONTEXT, from - begin);
        const size_t dropped = from - begin, held = end - from;
        const size_t at = cur - from, kept = keep ? keep - from : 0;
#ifdef TIC_ALWAYS_MOVE  // under sanitizers, so that a stale pointer is seen
        constexpr bool always = true;
#else
        constexpr bool always = false;
#endif
        if (always || held + chunk.size() + PADDING > size_) {
            auto old = std::move(buffer_);
            grow(always ? held + chunk.size() + PADDING
                        : std::max(held + chunk.size() + PADDING, size_ * 2));
            std::memcpy(buffer_.get(), from, held);
        } else {
            std::memmove(buffer_.get(), from, held);
        }
        std::memcpy(buffer_.get() + held, chunk.data(), chunk.size());
        std::memset(buffer_.get() + held + chunk.size(), 0, PADDING);
        base_ += dropped;
        cur = buffer_.get() + at;
        keep = keep ? buffer_.get() + kept : nullptr;
        end = buffer_.get() + held + chunk.size();
        return true;
    }

private:
    Source source_;
    std::unique_ptr<uint8_t[]> buffer_;
    size_t size_ = 0;
    uint64_t base_;
    bool ended_ = false;

    void grow(size_t size) {
        buffer_ = std::make_unique_for_overwrite<uint8_t[]>(size);
        size_ = size;
    }
    const uint8_t *keep_nothing() {
        std::memset(buffer_.get(), 0, size_);
        return buffer_.get();
    }
};

}  // namespace tic
