// The Python module: parse(read, emit, ...) and parse_hospital(read, emit, ...).
#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "hospital.hpp"
#include "tic.hpp"

namespace nb = nanobind;

namespace {

nb::object capsules(ArrowSchema *schema, ArrowArray *array) {
    PyObject *one = PyCapsule_New(schema, "arrow_schema", [](PyObject *capsule) {
        auto *held = static_cast<ArrowSchema *>(PyCapsule_GetPointer(capsule, "arrow_schema"));
        if (held->release) held->release(held);
        delete held;
    });
    PyObject *two = PyCapsule_New(array, "arrow_array", [](PyObject *capsule) {
        auto *held = static_cast<ArrowArray *>(PyCapsule_GetPointer(capsule, "arrow_array"));
        if (held->release) held->release(held);
        delete held;
    });
    return nb::make_tuple(nb::steal(one), nb::steal(two));
}

const tic::Scan *scan_of(const std::string &level) {
    const tic::Scan *scan = tic::find_scan(level);
    if (!scan) throw nb::value_error("this machine has no such level");
    return scan;
}

// Reads without the interpreter's lock: `parse(source)` gives a result, which `tell` adds to.
template <class Parse, class Tell>
nb::dict run(nb::callable &read, Parse &&parse, Tell &&tell) {
    nb::object held = nb::none();  // the chunk at hand
    const auto source = [&]() -> std::string_view {
        nb::gil_scoped_acquire gil;
        held = nb::object();
        held = read();
        char *data = nullptr;
        Py_ssize_t size = 0;
        if (PyBytes_AsStringAndSize(held.ptr(), &data, &size)) throw nb::python_error();
        return {data, static_cast<size_t>(size)};
    };
    nb::dict out;
    try {
        const auto result = [&] {
            nb::gil_scoped_release free;
            return parse(source);
        }();
        nb::dict counts;
        for (const auto &[name, count] : result.counts) counts[name.c_str()] = count;
        tell(out, result);
        out["bytes"] = result.bytes;
        out["counts"] = counts;
    } catch (const tic::Error &error) {
        out["reason"] = error.reason;
        out["offset"] = error.offset;
        out["pointer"] = error.pointer();
        out["context"] = nb::bytes(error.context.data(), error.context.size());
    }
    return out;
}

nb::dict parse(nb::callable read, nb::callable emit, std::optional<std::vector<std::string>> codes,
               int64_t batch_rows, const std::string &level,
               std::optional<std::vector<size_t>> limits) {
    tic::Options options;
    options.codes = std::move(codes);
    options.batch_rows = batch_rows;
    options.scan = scan_of(level);
    if (limits) {
        if (limits->size() != 7) throw nb::value_error("there are seven limits");
        const auto &l = *limits;
        options.limits = {l[0], l[1], l[2], l[3], l[4], l[5], l[6]};
    }
    const auto sink = [&](tic::Table table, ArrowSchema *schema, ArrowArray *array) {
        nb::gil_scoped_acquire gil;
        emit(tic::TABLE_NAMES[table], capsules(schema, array));
    };
    return run(
        read, [&](auto source) { return tic::parse(source, sink, std::move(options)); },
        [](nb::dict &out, const tic::Result &result) { out["kind"] = result.kind; });
}

nb::dict parse_hospital(nb::callable read, nb::callable emit, int64_t batch_rows,
                        const std::string &level, size_t held) {
    namespace hospital = tic::hospital;
    const hospital::Options options{batch_rows, scan_of(level), held};
    const auto sink = [&](hospital::Table table, ArrowSchema *schema, ArrowArray *array) {
        nb::gil_scoped_acquire gil;
        emit(hospital::TABLE_NAMES[table], capsules(schema, array));
    };
    return run(
        read, [&](auto source) { return hospital::parse(source, sink, options); },
        [](nb::dict &, const hospital::Result &) {});
}

nb::list levels() {
    nb::list out;
    for (const char *name : {"avx2", "neon", "plain"})
        if (tic::find_scan(name)) out.append(name);
    return out;
}

}  // namespace

NB_MODULE(_tic, module) {
    module.attr("LEVELS") = nb::tuple(levels());
    module.def("parse", &parse, nb::arg("read"), nb::arg("emit"), nb::arg("codes") = nb::none(),
               nb::arg("batch_rows") = int64_t{1} << 17, nb::arg("level") = "",
               nb::arg("limits") = nb::none(),
               "Read a payer's file: read() gives its next bytes, empty at the end; emit(table,\n"
               "(schema, array)) takes its rows as Arrow capsules. Gives the counts, or where and\n"
               "why the file is refused.");
    module.def("parse_hospital", &parse_hospital, nb::arg("read"), nb::arg("emit"),
               nb::arg("batch_rows"), nb::arg("level"), nb::arg("held"),
               "The same of a hospital's standard-charge file in JSON; an element may keep so many\n"
               "bytes of text.");
}
