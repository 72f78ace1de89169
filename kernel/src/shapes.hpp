// Price objects repeat but for their rate, and where they have one, their free text. What was read
// in full once is remembered as the bytes between those two; an object of the same bytes differs
// in them only, so they alone have to be read.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "scan.hpp"
#include "terms.hpp"

namespace tic {

enum class Hole : uint8_t { RATE, INFORMATION, END };

class Pieces;

// Bytes up to a hole and what may follow it, or up to the end of the object and its terms.
struct Piece {
    std::string text;
    Hole hole = Hole::END;
    std::unique_ptr<Pieces> next;
    uint32_t terms = 0;  // of an object without free text
    Base base;           // of one with it
    Flags flags = 0;
};

// The pieces that may stand at one place. The search begins at the one that was found last; where
// its bytes differ, it goes on with the one that was learnt to have them up to there, and this
// byte. So each byte is compared once.
class Pieces {
public:
    static constexpr size_t MOST = 256;

    // The piece whose bytes stand at p; null where none is known.
    Piece *find(const uint8_t *p, const uint8_t *end, const Scan &scan) {
        if (all_.empty()) return nullptr;
        size_t at = last_, begun = 0;
        for (;;) {
            const std::string &text = all_[at]->text;
            if (size_t(end - p) < text.size()) return nullptr;
            begun += scan.same(p + begun, bytes(text) + begun, text.size() - begun);
            if (begun == text.size()) {
                last_ = at;
                return all_[at].get();
            }
            const Fork &fork = forks_[slot(at, begun, p[begun])];
            if (fork.from != at || fork.at != begun || fork.byte != p[begun]) return nullptr;
            at = fork.to;
        }
    }

    // The piece of this text, which is made if need be; null where there is no more room.
    Piece *learn(std::string_view text, Hole hole, const Scan &scan) {
        size_t known = 0;
        while (known < all_.size() && (all_[known]->text != text || all_[known]->hole != hole)) ++known;
        if (known == all_.size()) {
            if (known == MOST) return nullptr;
            all_.push_back(std::make_unique<Piece>());
            all_[known]->text = text;
            all_[known]->hole = hole;
            if (hole != Hole::END) all_[known]->next = std::make_unique<Pieces>();
        }
        // Now the search must lead to it from where it begins.
        for (size_t at = last_, begun = 0; at != known;) {
            const std::string &other = all_[at]->text;
            const size_t size = std::min(other.size(), text.size());
            begun += scan.same(bytes(other) + begun, bytes(text) + begun, size - begun);
            if (begun == size) break;  // one begins with the other: the longer is read in full
            const uint8_t byte = bytes(text)[begun];
            Fork &fork = forks_[slot(at, begun, byte)];
            if (fork.from != at || fork.at != begun || fork.byte != byte)
                fork = {uint16_t(at), uint16_t(known), uint32_t(begun), byte};
            at = fork.to;
        }
        last_ = known;
        return all_[known].get();
    }

private:
    struct Fork {
        uint16_t from = 0xFFFF, to = 0;
        uint32_t at = 0;
        uint8_t byte = 0;
    };
    std::vector<std::unique_ptr<Piece>> all_;
    std::array<Fork, 256> forks_;
    size_t last_ = 0;

    static const uint8_t *bytes(std::string_view text) {
        return reinterpret_cast<const uint8_t *>(text.data());
    }
    static size_t slot(size_t from, size_t at, uint8_t byte) {
        return (from * 37 + at * 5 + byte) & 0xFF;
    }
};

}  // namespace tic
