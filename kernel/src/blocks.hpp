// Memory of columns, used again: fresh memory costs more than what is written to it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace tic {

struct Block {
    std::unique_ptr<uint8_t[]> bytes;
    size_t size = 0;
};

// Blocks that arrays have let go, perhaps on another thread, for columns that need as much.
class Blocks {
public:
    static constexpr size_t LEAST = size_t{1} << 14, MOST = size_t{16} << 20;

    // A block of at least that size; its bytes are anything.
    static Block take(size_t size) {
        if (size >= LEAST) {
            Blocks &all = here();
            const std::lock_guard lock(all.mutex_);
            for (Block &one : all.free_) {
                if (one.size < size || one.size > 2 * size) continue;
                std::swap(one, all.free_.back());
                Block found = std::move(all.free_.back());
                all.free_.pop_back();
                all.held_ -= found.size;
                return found;
            }
        }
        return {std::make_unique_for_overwrite<uint8_t[]>(size), size};
    }
    static void give(Block &&block) {
        if (block.size < LEAST) return;
        Blocks &all = here();
        const std::lock_guard lock(all.mutex_);
        if (all.held_ + block.size > MOST) return;
        all.held_ += block.size;
        all.free_.push_back(std::move(block));
    }

private:
    std::mutex mutex_;
    std::vector<Block> free_;
    size_t held_ = 0;

    // Never destroyed: an array may be let go when the process is about to end.
    static Blocks &here() {
        static Blocks &all = *new Blocks;
        return all;
    }
};

}  // namespace tic
