// Lists of providers as rates print them: numbered as sets, known again by their bytes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "intern.hpp"
#include "providers.hpp"
#include "shared.hpp"

namespace tic {

// The provider_references or provider_groups of one rate.
struct ProviderList {
    std::vector<int32_t> members;
    uint32_t set = 0;  // known from its bytes
    std::string raw;   // its bytes, if they may be remembered
    uint64_t hash = 0;
    void reset() {
        members.clear();
        set = 0;
        raw.clear();
    }
};

class Sets {
public:
    Sets(Shared &shared, Providers &providers);

    ProviderList references, groups;

    void begin() {
        references.reset();
        groups.reset();
    }
    void read_references() { read(references, raw_references_, false); }
    void read_groups();
    // The set of a list of references of these bytes, or 0.
    uint32_t known_references(std::string_view raw) const { return raw_references_.find(raw); }
    // The set of the rate whose lists were read.
    uint32_t of_rate(Flags own);

private:
    Shared &s_;
    Providers &providers_;
    Interner seen_, raw_references_, raw_groups_;
    uint32_t raw_epoch_ = 0;  // of the numbers of inline groups that raw_groups_ stands for
    uint32_t written_ = 0, before_ = 0;
    size_t members_ = 0;
    struct {
        Numbers<int32_t> number;
        Lists<Numbers<int32_t>> providers;
    } c_;

    void read(ProviderList &out, const Interner &seen, bool inlined);
    std::vector<int32_t> members_of(uint32_t set) const;
    uint32_t number_of(const std::vector<int32_t> &members, Flags own);
};

}  // namespace tic
