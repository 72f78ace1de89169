// The rows of one table on their way out.
#pragma once

#include <utility>

#include "arrow.hpp"

namespace tic {

struct Batch {
    Struct rows;
    Field schema;
    bool heavy = false;  // a column holds so much that the rows should leave
    void define(const char *name) { schema = {name, "+s", false, {}}; }
    void column(Field field, Column &column) {
        schema.children.push_back(std::move(field));
        rows.columns.push_back(&column);
        column.watch(&heavy);
    }
    void number(const char *name, Column &c) { column({name, "i", false, {}}, c); }
    void text(const char *name, Column &c, bool nullable = true) {
        column({name, "u", nullable, {}}, c);
    }
    void texts(const char *name, Column &c) {
        column({name, "+l", true, {{"item", "u", false, {}}}}, c);
    }
    // The rows so far leave, if there are any: `take` takes both structures over.
    template <class Take>
    void leave(Take &&take) {
        if (rows.rows() == 0) return;
        auto *out_schema = new ArrowSchema{};
        auto *array = new ArrowArray{};
        export_schema(schema, out_schema);
        rows.export_array(array);
        heavy = false;
        take(out_schema, array);
    }
};

}  // namespace tic
