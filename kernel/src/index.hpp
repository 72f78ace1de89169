// Tables of contents: the elements of reporting_structure.
#pragma once

#include <cstdint>
#include <string_view>

#include "shared.hpp"

namespace tic {

class Index {
public:
    explicit Index(Shared &shared);

    // One element, with its rows.
    void read();
    int64_t plans = 0, files = 0;

private:
    Shared &s_;
    int32_t structure_ = 0;
    struct {
        Numbers<int32_t> structure, plan;
        Strings text[6];
    } plan_;
    struct {
        Numbers<int32_t> structure;
        Strings kind;
        Numbers<int32_t> file;
        Strings location;
    } listed_;

    void plan(int32_t ordinal);
    void listed(std::string_view kind, int32_t ordinal);
};

}  // namespace tic
