#include "index.hpp"

namespace tic {
namespace {

constexpr Keys<6> PLAN_KEYS = {"plan_name",    "issuer_name", "plan_sponsor_name",
                               "plan_id_type", "plan_id",     "plan_market_type"};

}  // namespace

Index::Index(Shared &shared) : s_(shared) {
    Batch &plan = s_.batches[PLAN];
    plan.define(TABLE_NAMES[PLAN]);
    plan.number("structure", plan_.structure);
    plan.number("plan", plan_.plan);
    for (size_t i = 0; i < 6; ++i) plan.text(PLAN_KEYS[i].data(), plan_.text[i]);
    Batch &listed = s_.batches[LISTED];
    listed.define(TABLE_NAMES[LISTED]);
    listed.number("structure", listed_.structure);
    listed.text("kind", listed_.kind, false);
    listed.number("file", listed_.file);
    listed.text("location", listed_.location);
}

void Index::read() {
    static constexpr Keys<4> keys = {"reporting_plans", "in_network_files",
                                     "allowed_amount_file", "allowed_amount_files"};
    ++structure_;
    int32_t plan_count = 0, in_network = 0, allowed = 0;
    bool plural = false;
    s_.json.members(keys, [&](int k) {
        if (k == 0) return s_.each([&] { plan(++plan_count); });
        if (k == 1) return s_.each([&] { listed("in_network", ++in_network); });
        plural |= k == 3;
        if (s_.json.peek() == '[') s_.each([&] { listed("allowed_amounts", ++allowed); });
        else if (!s_.json.null()) listed("allowed_amounts", ++allowed);
    });
    if (plural) s_.count(LISTED, bit(allowed_amount_files));
}

void Index::plan(int32_t ordinal) {
    const Flags outer = s_.begin();
    Text text[6];
    s_.json.members(PLAN_KEYS, [&](int k) { s_.text(text[k]); });
    plan_.structure.add(structure_);
    plan_.plan.add(ordinal);
    for (size_t i = 0; i < 6; ++i) add_text(plan_.text[i], text[i]);
    s_.close(PLAN);
    s_.count(PLAN, s_.end(outer));
    ++plans;
}

void Index::listed(std::string_view kind, int32_t ordinal) {
    static constexpr Keys<1> keys = {"location"};
    const Flags outer = s_.begin();
    Text location;
    s_.json.members(keys, [&](int) { s_.text(location); });
    listed_.structure.add(structure_);
    listed_.kind.add(kind);
    listed_.file.add(ordinal);
    add_text(listed_.location, location);
    s_.close(LISTED);
    Flags own = s_.end(outer);
    if (location.value.empty()) own |= bit(location_missing);
    s_.count(LISTED, own);
    ++files;
}

}  // namespace tic
