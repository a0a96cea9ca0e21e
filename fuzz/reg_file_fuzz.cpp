// Any bytes as a .reg file: refused with a line that the file has, or merged; and what a tree was
// saved as reads back as the same tree.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "nt/cm/reg_file.h"

namespace {

using namespace ksbox;

cm::KeyTree new_tree() {
    cm::KeyTree tree([] { return std::uint64_t(0); });
    for (const auto name : {u"Machine", u"User"})
        (void)tree.create(tree.root(), name, {}, false);
    return tree;
}

bool equal(const cm::Key &a, const cm::Key &b) {
    const auto same_value = [](const cm::Value &x, const cm::Value &y) {
        return x.name == y.name && x.type == y.type && x.data == y.data;
    };
    const auto same_key = [](const auto &x, const auto &y) {
        return x.first == y.first && equal(*x.second, *y.second);
    };
    return a.name == b.name && std::ranges::equal(a.values, b.values, same_value) &&
           std::ranges::equal(a.subkeys, b.subkeys, same_key);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char *>(data), size);
    cm::KeyTree tree = new_tree();
    if (const auto merged = cm::import_reg_file(tree, bytes); !merged) {
        const auto lines = std::ranges::count(bytes, '\n') + std::ranges::count(bytes, '\r') + 1;
        // UTF-16 has line ends that are no single byte's, but never more than bytes.
        if (merged.error().text.empty() || merged.error().line > lines)
            std::abort();
        return 0;
    }
    const auto saved = cm::export_reg_file(tree, tree.root());
    if (!saved)
        std::abort(); // no file can make a key that none can hold
    cm::KeyTree again = new_tree();
    if (!cm::import_reg_file(again, *saved) || !equal(*tree.root(), *again.root()))
        std::abort();
    return 0;
}
