// Items: the elements of in_network or out_of_network, by code.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "allowed.hpp"
#include "rates.hpp"

namespace tic {

class CodeList : public Column {
public:
    CodeList() { list_.items.columns = {&type_, &version_, &code_}; }
    void add(const Text *three) {
        add_text(type_, three[0]);
        add_text(version_, three[1]);
        add_text(code_, three[2]);
        list_.items.close();
    }
    void close() { list_.close(); }
    void add_null() { list_.add_null(); }
    void export_array(ArrowArray *out) override { list_.export_array(out); }
    void watch(bool *heavy) override { list_.watch(heavy); }
    static Field field(const char *name) {
        return {name, "+l", true,
                {{"item", "+s", false,
                  {{"billing_code_type", "u", true, {}},
                   {"billing_code_type_version", "u", true, {}},
                   {"billing_code", "u", true, {}}}}}};
    }

private:
    Strings type_, version_, code_;
    Lists<Struct> list_;
};

class Items {
public:
    Items(Shared &shared, Providers &providers);

    // One element, with its rows.
    void read(bool in_network);
    int32_t count = 0;
    int64_t kept = 0, not_wanted = 0, rates = 0;
    const Amounts &amounts() const { return amounts_; }

private:
    Shared &s_;
    Amounts amounts_;
    TermsTable terms_;
    Rates rates_;
    Allowed allowed_;
    std::optional<std::unordered_set<std::string>> codes_;
    struct {
        Numbers<int32_t> item;
        Numbers<int64_t> offset;
        Strings text[5];
        CodeList bundled, covered;
    } c_;

    void code_list(std::vector<std::array<Text, 3>> &out);
    int64_t read_rates(bool in_network);
    int64_t again(const std::string &left, uint64_t at, std::string_view key, bool in_network);
};

}  // namespace tic
