// Whether a text is among the words that the schema knows.
#pragma once

#include <algorithm>
#include <string_view>

namespace tic {

template <size_t N>
bool outside(std::string_view text, const std::string_view (&words)[N]) {
    return std::find(std::begin(words), std::end(words), text) == std::end(words);
}

}  // namespace tic
