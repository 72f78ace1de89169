// Columns, and their way out over the Arrow C data interface.
// https://arrow.apache.org/docs/format/CDataInterface.html
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

extern "C" {
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE
struct ArrowSchema {
    const char *format;
    const char *name;
    const char *metadata;
    int64_t flags;
    int64_t n_children;
    struct ArrowSchema **children;
    struct ArrowSchema *dictionary;
    void (*release)(struct ArrowSchema *);
    void *private_data;
};
struct ArrowArray {
    int64_t length;
    int64_t null_count;
    int64_t offset;
    int64_t n_buffers;
    int64_t n_children;
    const void **buffers;
    struct ArrowArray **children;
    struct ArrowArray *dictionary;
    void (*release)(struct ArrowArray *);
    void *private_data;
};
#endif
}

namespace tic {

// A field's type as the C interface spells it, and its children.
struct Field {
    std::string name, format;
    bool nullable = true;
    std::vector<Field> children;
};

namespace detail {

struct SchemaOwner {
    Field field;
    std::vector<ArrowSchema *> children;
};
inline void release_schema(ArrowSchema *schema) {
    auto *owner = static_cast<SchemaOwner *>(schema->private_data);
    for (ArrowSchema *child : owner->children) {
        if (child->release) child->release(child);
        delete child;
    }
    delete owner;
    schema->release = nullptr;
}

struct ArrayOwner {
    std::vector<std::vector<uint8_t>> bytes;
    std::vector<const void *> buffers;
    std::vector<ArrowArray *> children;
    std::vector<std::shared_ptr<void>> held;
};
inline void release_array(ArrowArray *array) {
    auto *owner = static_cast<ArrayOwner *>(array->private_data);
    for (ArrowArray *child : owner->children) {
        if (child->release) child->release(child);
        delete child;
    }
    delete owner;
    array->release = nullptr;
}

}  // namespace detail

inline void export_schema(const Field &field, ArrowSchema *out) {
    auto *owner = new detail::SchemaOwner{field, {}};
    for (const Field &child : owner->field.children) {
        owner->children.push_back(new ArrowSchema{});
        export_schema(child, owner->children.back());
    }
    *out = {owner->field.format.c_str(), owner->field.name.c_str(), nullptr,
            owner->field.nullable ? 2 : 0, int64_t(owner->children.size()),
            owner->children.empty() ? nullptr : owner->children.data(), nullptr,
            detail::release_schema, owner};
}

// What all columns share: rows, and which of them are null.
class Column {
public:
    virtual ~Column() = default;
    int64_t rows() const { return rows_; }
    // Hand the rows over and begin anew.
    virtual void export_array(ArrowArray *out) = 0;

protected:
    int64_t rows_ = 0, nulls_ = 0;
    std::vector<uint8_t> valid_;

    void note(bool valid) {
        if (!valid && nulls_++ == 0) valid_.assign(size_t(rows_ / 8) + 1, 0xFF);
        if (nulls_) {
            if (size_t(rows_ / 8) >= valid_.size()) valid_.push_back(0xFF);
            if (!valid) valid_[size_t(rows_ / 8)] &= uint8_t(~(1u << (rows_ % 8)));
        }
        ++rows_;
    }

    // The array so far, its validity as first buffer; rows begin anew.
    detail::ArrayOwner *begin(ArrowArray *out) {
        auto *owner = new detail::ArrayOwner;
        *out = {rows_, nulls_, 0, 0, 0, nullptr, nullptr, nullptr, detail::release_array, owner};
        if (nulls_) {
            hold(owner, std::exchange(valid_, {}));
        } else {
            owner->buffers.push_back(nullptr);
        }
        rows_ = nulls_ = 0;
        return owner;
    }
    template <class T>
    static void hold(detail::ArrayOwner *owner, std::vector<T> &&values) {
        auto kept = std::make_shared<std::vector<T>>(std::move(values));
        static const uint64_t none[8] = {};
        owner->buffers.push_back(kept->empty() ? static_cast<const void *>(none) : kept->data());
        owner->held.push_back(std::move(kept));
    }
    static void finish(detail::ArrayOwner *owner, ArrowArray *out) {
        out->n_buffers = int64_t(owner->buffers.size());
        out->buffers = owner->buffers.data();
        out->n_children = int64_t(owner->children.size());
        out->children = owner->children.empty() ? nullptr : owner->children.data();
    }
};

template <class T>
class Numbers : public Column {
public:
    void add(T value) {
        values_.push_back(value);
        note(true);
    }
    void add_null() {
        values_.push_back(T{});
        note(false);
    }
    // Change rows from `first` on; none of them is null.
    void fill(int64_t first, T value) {
        for (size_t i = size_t(first); i < values_.size(); ++i) values_[i] = value;
    }
    void export_array(ArrowArray *out) override {
        auto *owner = begin(out);
        const size_t room = values_.capacity();
        hold(owner, std::exchange(values_, {}));
        values_.reserve(room);
        finish(owner, out);
    }

private:
    std::vector<T> values_;
};

// decimal128: the low and the high half.
struct Decimal {
    int64_t low = 0, high = 0;
    Decimal() = default;
    Decimal(int64_t units) : low(units), high(units >> 63) {}
};

class Strings : public Column {
public:
    void add(std::string_view text) {
        bytes_.insert(bytes_.end(), text.begin(), text.end());
        ends_.push_back(int32_t(bytes_.size()));
        note(true);
    }
    void add_null() {
        ends_.push_back(int32_t(bytes_.size()));
        note(false);
    }
    size_t bytes() const { return bytes_.size(); }
    void export_array(ArrowArray *out) override {
        auto *owner = begin(out);
        hold(owner, std::exchange(ends_, {0}));
        hold(owner, std::exchange(bytes_, {}));
        finish(owner, out);
    }

private:
    std::vector<int32_t> ends_{0};
    std::vector<char> bytes_;
};

template <class Child>
class Lists : public Column {
public:
    Child items;
    // Call when the items of the row have been added.
    void close() {
        ends_.push_back(int32_t(items.rows()));
        note(true);
    }
    void add_null() {
        ends_.push_back(int32_t(items.rows()));
        note(false);
    }
    void export_array(ArrowArray *out) override {
        auto *owner = begin(out);
        hold(owner, std::exchange(ends_, {0}));
        owner->children.push_back(new ArrowArray{});
        items.export_array(owner->children.back());
        finish(owner, out);
    }

private:
    std::vector<int32_t> ends_{0};
};

// A struct of columns: a record batch, or the element of a list.
class Struct : public Column {
public:
    std::vector<Column *> columns;
    void close() { note(true); }
    void export_array(ArrowArray *out) override {
        auto *owner = begin(out);
        for (Column *column : columns) {
            owner->children.push_back(new ArrowArray{});
            column->export_array(owner->children.back());
        }
        finish(owner, out);
    }
};

}  // namespace tic
