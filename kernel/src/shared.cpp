#include "shared.hpp"

namespace tic {

void Shared::text(Text &out) {
    const int c = json.peek();
    out.null = false;
    if (c == '"') {
        decode(json.string(), out.value);
    } else if (begins_number(c)) {
        flags |= bit(number_as_text);
        out.value.assign(json.number());
    } else if (json.null()) {
        out.reset();
    } else {
        json.wrong_type();
    }
}

void Shared::texts(Texts &out) {
    out.reset();
    Text one;
    if (json.peek() == '[') {
        out.null = false;
        json.elements([&] {
            text(one);
            if (one.null) flags |= bit(null_in_list);
            else out.items.push_back(one.value);
        });
        return;
    }
    text(one);
    if (one.null) return;
    flags |= bit(scalar_as_list);
    out.null = false;
    out.items.push_back(one.value);
}

std::string_view Shared::token(Oddity quoted, std::string &held) {
    const int c = json.peek();
    if (c == '"') {
        flags |= bit(quoted);
        decode(json.string(), held);
    } else if (begins_number(c)) {
        held.assign(json.number());
    } else {
        json.wrong_type();
    }
    return held;
}

}  // namespace tic
