#include "hospital.hpp"

#include <array>
#include <utility>

#include "hospital_items.hpp"

namespace tic::hospital {
namespace {

constexpr Keys<14> ROOT = {
    "hospital_name", "last_updated_on", "version", "location_name", "hospital_location",
    "hospital_address", "type_2_npi", "license_information", "attestation", "affirmation",
    "modifier_information", "standard_charge_information", "financial_aid_policy",
    "general_contract_provisions"};
constexpr Keys<2> LICENSE = {"license_number", "state"};
constexpr Keys<5> ATTESTED = {"confirm_attestation", "confirm_affirmation", "attester_name",
                              "attestation", "affirmation"};
constexpr Keys<4> MODIFIER = {"description", "code", "modifier_payer_information", "setting"};
constexpr Keys<3> MODIFIER_PAYER = {"payer_name", "plan_name", "description"};
constexpr int CHARGES = 11;

// The outermost object and the account.
class Reader {
public:
    Reader(Window &window, Emit emit, Options options)
        : v_(window, std::move(emit), options), items_(v_) {
        Batch &file = v_.batches[FILE_];
        file.define(TABLE_NAMES[FILE_]);
        file.text("kind", kind_, false);
        file.text("layout", layout_, false);
        file.text("hospital_name", text_[0]);
        file.text("last_updated_on", text_[1]);
        file.text("version", text_[2]);
        file.texts("location", location_);
        file.texts("address", address_);
        file.texts("type_2_npi", npi_);
        file.text("license_number", license_[0]);
        file.text("license_state", license_[1]);
        file.text("attestation", attestation_);
        file.text("attester_name", attester_);
    }

    Result run() {
        v_.json.document([&] {
            v_.members(ROOT, [&](int k) {
                is_hospital_ |= k == CHARGES;
                root(k);
            });
        });
        if (!is_hospital_) throw Error{"not_a_hospital_file", v_.json.offset(), {}, {}};
        write();
        for (int t = 0; t < TABLES; ++t) v_.flush(Table(t));
        Result result;
        result.bytes = v_.json.offset();
        counts(result.counts);
        return result;
    }

private:
    struct Attested {
        std::string attestation, affirmation, name;
        const std::string &confirmed() const {
            return attestation.empty() ? affirmation : attestation;
        }
    };

    Values v_;
    Items items_;
    bool is_hospital_ = false;
    int64_t modifiers_unread_ = 0;
    std::string head_[3], licensed_[2], setting_;
    std::vector<std::string> locations_[2], addresses_, npis_;
    Attested attested_[2];
    Strings kind_, layout_, text_[3], license_[2], attestation_, attester_;
    TextList location_, address_, npi_;

    void root(int key) {
        switch (key) {
            case 0:
            case 1:
            case 2: return v_.kept(head_[key]);
            case 3:
            case 4: return v_.texts(locations_[key - 3], location_empty);
            case 5: return v_.texts(addresses_, address_empty);
            case 6: return v_.texts(npis_, type_2_npi_empty);
            case 7:
                return v_.part(LICENSE, license_not_an_object, [&](int k) { v_.kept(licensed_[k]); });
            case 8:
            case 9: return attested(attested_[key - 8]);
            case 10: return modifier_information();
            case CHARGES: return v_.each([&] { items_.read(); });
            default: return v_.json.skip();
        }
    }

    void attested(Attested &out) {
        v_.part(ATTESTED, attestation_not_an_object, [&](int k) {
            switch (k) {
                case 0: return v_.truth(out.attestation);
                case 1: return v_.truth(out.affirmation);
                case 2: return v_.kept(out.name);
                default: return v_.json.skip();
            }
        });
    }

    // An object of modifier_information is passed; that one of the first three members is not there
    // is noted. `read` tells whether a member is.
    template <size_t N, class Read>
    void complete(const Keys<N> &keys, Read &&read) {
        std::array<bool, N> there{};
        v_.part(keys, modifier_information_not_an_object,
                [&](int k) { there[size_t(k)] = read(k); });
        if (!(there[0] && there[1] && there[2])) v_.flags |= bit(modifier_information_incomplete);
    }

    bool modifier_payers() {
        if (v_.json.peek() != '[') {
            if (!v_.json.null()) v_.json.skip();
            return false;
        }
        v_.json.elements([&] { complete(MODIFIER_PAYER, [&](int) { return v_.present(); }); });
        return true;
    }

    void modifier_setting() {
        if (v_.json.peek() == '"') {
            v_.text(setting_);
            if (is_setting(setting_)) return;
        } else {
            if (v_.json.null()) return;
            v_.json.skip();
        }
        v_.flags |= bit(modifier_setting_unknown);
    }

    void modifier_information() {
        const auto one = [&] {
            ++modifiers_unread_;
            const Flags outer = std::exchange(v_.flags, 0);
            complete(MODIFIER, [&](int k) {
                if (k == 2) return modifier_payers();
                if (k < 2) return v_.present();
                modifier_setting();
                return true;
            });
            v_.count(FILE_, std::exchange(v_.flags, outer));
        };
        if (v_.json.peek() == '[') v_.json.elements(one);
        else if (!v_.json.null()) one();
    }

    void write() {
        kind_.add("hospital");
        layout_.add("json");
        for (size_t i = 0; i < 3; ++i) add(text_[i], head_[i]);
        add(location_, locations_[locations_[0].empty() ? 1 : 0]);
        add(address_, addresses_);
        add(npi_, npis_);
        for (size_t i = 0; i < 2; ++i) add(license_[i], licensed_[i]);
        const auto &[one, other] = attested_;
        add(attestation_, one.confirmed().empty() ? other.confirmed() : one.confirmed());
        add(attester_, one.name.empty() ? other.name : one.name);
        v_.close(FILE_);
        v_.count(FILE_, v_.flags);
    }

    void counts(std::map<std::string, int64_t> &out) const {
        out = {{"records.read", items_.records},
               {"records.kept", items_.records_kept},
               {"records.rejected.no_standard_charges", items_.records - items_.records_kept},
               {"items.read", items_.items},
               {"items.kept", items_.items},
               {"charges.read", items_.charges},
               {"charges.kept", items_.charges_kept},
               {"charges.rejected.blank", items_.charges - items_.charges_kept},
               {"hospital_file.modifier_information_unread", modifiers_unread_}};
        for (size_t t = 0; t < TABLES; ++t)
            for (size_t o = 0; o < ODDITIES; ++o)
                out[std::string(TABLE_NAMES[t]) + "." + ODDITY_NAMES[o]] = v_.odd[t][o];
        for (size_t a = 0; a < AMOUNTS; ++a)
            for (size_t o = 0; o < AMOUNT_ODDITIES; ++o)
                out[std::string(TABLE_NAMES[a < ITEM_AMOUNTS ? ITEM : CHARGE]) + "." +
                    AMOUNT_NAMES[a] + "_" + AMOUNT_ODDITY_NAMES[o]] = v_.odd_amounts[a][o];
        std::erase_if(out, [](const auto &entry) { return entry.second == 0; });
    }
};

}  // namespace

Result parse(Source source, Emit emit, Options options) {
    if (!options.scan) options.scan = find_scan();
    Window window(std::move(source));
    return Reader(window, std::move(emit), options).run();
}

}  // namespace tic::hospital
