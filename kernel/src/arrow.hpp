// Columns, and their way out over the Arrow C data interface.
// https://arrow.apache.org/docs/format/CDataInterface.html
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "blocks.hpp"

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
    std::vector<const void *> buffers;
    std::vector<ArrowArray *> children;
    std::vector<Block> held;
};
inline void release_array(ArrowArray *array) {
    auto *owner = static_cast<ArrayOwner *>(array->private_data);
    for (ArrowArray *child : owner->children) {
        if (child->release) child->release(child);
        delete child;
    }
    for (Block &block : owner->held) Blocks::give(std::move(block));
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

// Values one after another, in memory that an array can take over.
template <class T>
class Buffer {
public:
    size_t size() const { return size_; }
    T *data() { return reinterpret_cast<T *>(block_.bytes.get()); }
    T &operator[](size_t at) { return data()[at]; }

    void add(T value) {
        if (size_ == room_) [[unlikely]] grow(size_ + 1);
        data()[size_++] = value;
    }
    void add(const T *values, size_t count) {
        if (size_ + count > room_) [[unlikely]] grow(size_ + count);
        if (count) std::memcpy(data() + size_, values, count * sizeof(T));
        size_ += count;
    }
    void add_same(T value, size_t count) {
        if (size_ + count > room_) [[unlikely]] grow(size_ + count);
        std::fill_n(data() + size_, count, value);
        size_ += count;
    }
    // What it holds goes to the array; it begins anew with as much room, once that is wanted.
    void give(detail::ArrayOwner *owner) {
        static const uint64_t none[8] = {};
        owner->buffers.push_back(size_ ? static_cast<const void *>(data()) : none);
        if (block_.bytes) owner->held.push_back(std::exchange(block_, {}));
        size_ = room_ = 0;
    }

private:
    Block block_;
    size_t size_ = 0, room_ = 0, most_ = 64;  // most_: the room that was needed so far

    [[gnu::noinline]] void grow(size_t needed) {
        const size_t room = std::max({needed, most_, room_ * 2});
        Block block = Blocks::take(room * sizeof(T));
        if (size_) std::memcpy(block.bytes.get(), data(), size_ * sizeof(T));
        std::swap(block, block_);
        Blocks::give(std::move(block));
        room_ = most_ = room;
    }
};

// What all columns share: rows, and which of them are null.
class Column {
public:
    virtual ~Column() = default;
    int64_t rows() const { return rows_; }
    // Hand the rows over and begin anew.
    virtual void export_array(ArrowArray *out) = 0;
    // Null rows up to a number, in a column where they need not be added one by one.
    virtual void pad(int64_t) {}
    // Where to say that texts or lists hold more than MOST_HELD; a batch of them should leave then.
    virtual void watch(bool *) {}
    static constexpr size_t MOST_HELD = size_t{1} << 23;

protected:
    int64_t rows_ = 0, nulls_ = 0;
    Buffer<uint8_t> valid_;

    void note(bool valid) {
        if (nulls_ || !valid) [[unlikely]] note_nulls(valid);
        ++rows_;
    }
    [[gnu::noinline]] void note_nulls(bool valid) {
        if (nulls_ == 0) valid_.add_same(0xFF, size_t(rows_ / 8) + 1);
        if (size_t(rows_ / 8) >= valid_.size()) valid_.add(0xFF);
        if (valid) return;
        ++nulls_;
        valid_[size_t(rows_ / 8)] &= uint8_t(~(1u << (rows_ % 8)));
    }

    // The array so far, its validity as first buffer; rows begin anew.
    detail::ArrayOwner *begin(ArrowArray *out) {
        auto *owner = new detail::ArrayOwner;
        *out = {rows_, nulls_, 0, 0, 0, nullptr, nullptr, nullptr, detail::release_array, owner};
        if (nulls_) valid_.give(owner);
        else owner->buffers.push_back(nullptr);
        rows_ = nulls_ = 0;
        return owner;
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
        values_.add(value);
        note(true);
    }
    void add_null() {
        values_.add(T{});
        note(false);
    }
    // Several rows of one value, or of several; only in a column without null.
    void add_same(T value, size_t count) {
        values_.add_same(value, count);
        rows_ += int64_t(count);
    }
    void add(const T *values, size_t count) {
        values_.add(values, count);
        rows_ += int64_t(count);
    }
    void export_array(ArrowArray *out) override {
        auto *owner = begin(out);
        values_.give(owner);
        finish(owner, out);
    }

private:
    Buffer<T> values_;
};

// decimal128: the low and the high half.
struct Decimal {
    int64_t low = 0, high = 0;
    Decimal() = default;
    Decimal(int64_t units) : low(units), high(units >> 63) {}
};

// Where the values of rows end, in bytes or items; the first begins at 0.
class Ends {
public:
    void add(size_t end) {
        if (ends_.size() == 0) [[unlikely]] ends_.add(0);
        ends_.add(int32_t(end));
    }
    void add_same(size_t end, size_t count) {
        if (ends_.size() == 0) ends_.add(0);
        ends_.add_same(int32_t(end), count);
    }
    void give(detail::ArrayOwner *owner) {
        if (ends_.size() == 0) ends_.add(0);
        ends_.give(owner);
    }

private:
    Buffer<int32_t> ends_;
};

class Strings : public Column {
public:
    void add(std::string_view text) {
        bytes_.add(text.data(), text.size());
        ends_.add(bytes_.size());
        note(true);
        if (bytes_.size() > MOST_HELD) [[unlikely]] *heavy_ = true;
    }
    void add_null() {
        ends_.add(bytes_.size());
        note(false);
    }
    void pad(int64_t rows) override {
        if (rows <= rows_) return;
        if (nulls_ == rows_) {  // all of them null, as in most files
            ends_.add_same(bytes_.size(), size_t(rows - rows_));
            for (size_t i = size_t(rows_ / 8); i < valid_.size(); ++i) valid_[i] = 0;
            if (valid_.size() <= size_t(rows / 8))
                valid_.add_same(0, size_t(rows / 8) + 1 - valid_.size());
            valid_[size_t(rows / 8)] = uint8_t(0xFF << rows % 8);  // rows to come are not null
            rows_ = nulls_ = rows;
        }
        while (rows_ < rows) add_null();
    }
    void watch(bool *heavy) override { heavy_ = heavy; }
    void export_array(ArrowArray *out) override {
        auto *owner = begin(out);
        ends_.give(owner);
        bytes_.give(owner);
        finish(owner, out);
    }

private:
    Ends ends_;
    Buffer<char> bytes_;
    bool nowhere_ = false, *heavy_ = &nowhere_;
};

template <class Child>
class Lists : public Column {
public:
    Child items;
    // Call when the items of the row have been added.
    void close() {
        ends_.add(size_t(items.rows()));
        note(true);
        if (size_t(items.rows()) > MOST_HELD / sizeof(int64_t)) [[unlikely]] *heavy_ = true;
    }
    void add_null() {
        ends_.add(size_t(items.rows()));
        note(false);
    }
    void watch(bool *heavy) override {
        heavy_ = heavy;
        items.watch(heavy);
    }
    void export_array(ArrowArray *out) override {
        auto *owner = begin(out);
        ends_.give(owner);
        owner->children.push_back(new ArrowArray{});
        items.export_array(owner->children.back());
        finish(owner, out);
    }

private:
    Ends ends_;
    bool nowhere_ = false, *heavy_ = &nowhere_;
};

// A struct of columns: a record batch, or the element of a list.
class Struct : public Column {
public:
    std::vector<Column *> columns;
    void close() { note(true); }
    void close(size_t rows) { rows_ += int64_t(rows); }
    void watch(bool *heavy) override {
        for (Column *column : columns) column->watch(heavy);
    }
    void export_array(ArrowArray *out) override {
        const int64_t rows = rows_;
        auto *owner = begin(out);
        for (Column *column : columns) {
            column->pad(rows);
            owner->children.push_back(new ArrowArray{});
            column->export_array(owner->children.back());
        }
        finish(owner, out);
    }
};

}  // namespace tic
