// Providers: references, inline groups, and which of them a price points to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "intern.hpp"
#include "shared.hpp"

namespace tic {

// Provider entries by number, in order of first appearance as definition or use.
class Providers {
public:
    explicit Providers(Shared &shared);

    void reference();
    void of_file();
    // Append the numbers of a rate's entries.
    void referenced(std::vector<int32_t> &out);
    void inlined(std::vector<int32_t> &out);
    void tin(Text *three);
    void npis(std::vector<int64_t> &out, bool &null);
    uint32_t number_of(const Text *tin, const std::vector<int64_t> &npis, bool null, Flags odd);
    void finish();
    // Numbers of inline groups hold as long as this is the same.
    uint32_t epoch = 0;
    int64_t read = 0, kept = 0, merged = 0, unreferenced = 0, no_id = 0;

private:
    Shared &s_;
    uint32_t last_ = 0;
    Interner tokens_, inlined_, raw_groups_, networks_;
    size_t inlined_npis_ = 0, inlined_text_ = 0;
    std::vector<uint32_t> defined_;  // by number: groups defined, for references
    std::vector<bool> used_;
    std::vector<std::string> kept_;  // definitions, block by block
    std::string key_, token_;
    Text tin_[3];
    std::vector<int64_t> npis_;

    struct {
        Numbers<int32_t> provider, group;
        Strings kind, id;
        TextList networks;
        Strings location, tin_type, tin, business_name;
        Lists<Numbers<int64_t>> npi;
    } c_;

    uint32_t next();
    uint32_t of_token(std::string_view token);
    void group(Flags &odd);
    int64_t npi(Flags &flags);
    void write(uint32_t provider, uint32_t group, std::string_view kind,
               std::optional<std::string_view> id, uint32_t networks,
               std::optional<std::string_view> location, const char *content, Flags odd);
};

}  // namespace tic
